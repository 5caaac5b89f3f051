#include <algorithm>
#include <string_view>
#include <utility>

#include <stoa/muc/engine/engine.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

#include "muc/engine/shown.hpp"
#include "muc/wire/presence_list.hpp"
#include "muc/wire/text.hpp"

namespace stoa::muc {
namespace {

using text::Reader;
using RecipientsPtr = std::shared_ptr<const RecipientSet>;

RecipientsPtr recipients_of(const std::vector<Jid>& jids) {
  auto set = std::make_shared<RecipientSet>();
  for (const Jid& jid : jids) set->add(jid);
  return set;
}

struct Encode {
  const RoomState& room;
  std::vector<Encoded>& out;

  Outgoing presence(const Shown& shown, std::string_view id = {}) const {
    Outgoing made;
    made.redelivery = Redelivery::drop;
    text::presence_head(made.head, room, shown, id);
    return made;
  }
  void push(Outgoing made, std::optional<std::string> audience = {}) const {
    if (made.divisible() && made.count() == 0) return;
    out.push_back(Encoded{std::move(made), std::move(audience)});
  }

  /// Nothing where nobody is left.
  void to_all(Outgoing made) const {
    made.recipients = Engine::recipients(room, "all");
    if (made.recipients) push(std::move(made), "all");
  }

  void operator()(const say::OwnPresence& say) const {
    Outgoing made = presence(say.shown, say.id);
    text::presence_rest(made.middle, say.shown, Reader::own, say.codes);
    made.recipients = recipients_of(say.to);
    push(std::move(made));
  }

  void operator()(const say::PresenceToOthers& say) const {
    auto seeing = std::make_shared<RecipientSet>();
    auto others = std::make_shared<RecipientSet>();
    constexpr std::size_t usual_jid = 40;
    if (!room.occupants.empty()) {
      (room.sees_jids(Role::participant) ? seeing : others)
          ->reserve(room.occupants.sessions(), room.occupants.sessions() * usual_jid);
    }
    // Whose sessions are looked at one by one: there are few, and comparing thousands takes longer
    // than all else.
    std::vector<const Occupant*> excepted;
    for (const Jid& jid : say.except) excepted.push_back(room.occupants.by_session(jid));
    room.occupants.each([&](const Occupant& occupant) {
      RecipientSet& set = room.sees_jids(occupant.role) ? *seeing : *others;
      const bool whole = std::find(excepted.begin(), excepted.end(), &occupant) == excepted.end();
      for (const Session& session : occupant.sessions) {
        if (whole ||
            std::find(say.except.begin(), say.except.end(), session.jid) == say.except.end()) {
          set.add(session.jid);
        }
      }
    });
    broadcast(say.shown, Reader::sees_jids, std::move(seeing));
    if (!say.seeing_only) broadcast(say.shown, Reader::does_not, std::move(others));
  }
  void broadcast(const Shown& shown, Reader reader, RecipientsPtr set) const {
    if (set->size() == 0) return;
    Outgoing made = presence(shown);
    text::presence_rest(made.middle, shown, reader);
    made.recipients = std::move(set);
    push(std::move(made));
  }

  void operator()(const say::PresenceTo& say) const {
    Outgoing made = presence(say.shown);
    complete(made, say.to);
    text::presence_rest(made.head, say.shown, text::reader(room, say.viewer));
    push(std::move(made));
  }
  void complete(Outgoing& made, const Jid& to) const {
    xml::append_escaped(made.head, to.str(), xml::Quoting::attribute);
  }

  void operator()(const say::PresenceList& say) const {
    Outgoing made;
    made.redelivery = Redelivery::drop;
    made.listing = presence_list(room, say);
    push(std::move(made));
  }

  void operator()(const say::Live& say) const {
    Outgoing made;
    text::message_head(made.head, room.jid,
                       {say.row->nick, "groupchat", say.row->message_id, say.row->lang});
    made.middle = "'>";
    text::message_content(made.middle, room.jid, *say.row);
    made.middle += "</message>";
    to_all(std::move(made));
  }

  void operator()(const say::Replay& say) const {
    Outgoing made;
    made.stanzas = 0;
    for (const RowPtr& row : say.rows) {
      const std::size_t begin = made.head.size();
      text::replay(made.head, room, *row, say.to);
      ++made.stanzas;
      made.largest = std::max(made.largest, made.head.size() - begin);
    }
    if (made.stanzas > 0) push(std::move(made));
  }

  void operator()(const say::SubjectTo& say) const {
    Outgoing made;
    const Subject* subject = room.subject.get();
    text::message_head(
        made.head, room.jid,
        {subject ? std::string_view(subject->nick) : std::string_view(), "groupchat", {}, {}});
    complete(made, say.to);
    made.head += "'>";
    if (!subject || subject->texts.empty()) made.head += "<subject/>";
    if (subject) subject_content(made.head, *subject);
    made.head += "</message>";
    push(std::move(made));
  }
  void subject_content(std::string& head, const Subject& subject) const {
    for (const auto& [lang, words] : subject.texts) {
      head += "<subject";
      if (!lang.empty()) xml::append_attribute(head, "xml:lang", lang);
      head += '>';
      xml::append_escaped(head, words);
      head += "</subject>";
    }
    text::stanza_id(head, room.jid, subject.id);
    text::occupant_id(head, subject.occupant_id);
    text::delay(head, room.jid, subject.stamp);
  }

  void operator()(const say::PrivateTo& say) const {
    Outgoing made;
    text::message_head(made.head, room.jid, {say.nick, say.type, say.id, say.lang});
    made.middle = "'>" + say.payload;
    made.middle += "<x xmlns='http://jabber.org/protocol/muc#user'/>";
    text::occupant_id(made.middle, say.occupant_id);
    made.middle += "</message>";
    made.recipients = recipients_of(say.to);
    push(std::move(made));
  }

  void operator()(const say::Notice& say) const {
    Outgoing made;
    text::message_head(made.head, room.jid, {{}, "groupchat", say.id, {}});
    made.middle = "'><x xmlns='http://jabber.org/protocol/muc#user'>";
    for (const std::uint16_t code : say.codes) {
      made.middle += "<status code='" + std::to_string(code) + "'/>";
    }
    made.middle += "</x></message>";
    to_all(std::move(made));
  }

  void operator()(const say::One& say) const { push(outgoing(say.stanza, say.redelivery)); }
};

}  // namespace

void Engine::encode(const Outbound& outbound, const State& after, const Settings&,
                    std::vector<Encoded>& out) {
  std::visit(Encode{after, out}, outbound);
}

std::shared_ptr<const RecipientSet> Engine::recipients(const State& state,
                                                       const std::string& audience) {
  if (audience != "all" || !state.exists()) return nullptr;
  if (!state.audiences.all) {
    auto set = std::make_shared<RecipientSet>();
    set->reserve(state.occupants.sessions(), state.occupants.sessions() * 32);
    state.occupants.each([&](const Occupant& occupant) {
      for (const Session& session : occupant.sessions) set->add(session.jid);
    });
    state.audiences.all = std::move(set);
  }
  return state.audiences.all;
}

}  // namespace stoa::muc
