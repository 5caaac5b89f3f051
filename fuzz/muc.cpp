// Any sequence of stanzas at one rooms service: what is decoded is decided, applied, encoded and
// undone. Whoever is in a room sees every shown occupant once and nobody else, has one
// self-presence per join, roles that fit affiliations, and hears nothing forged; a room keeps an
// owner.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/muc/engine/engine.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>

#include "mutate.hpp"
#include "support.hpp"

namespace {

using namespace stoa;
using namespace stoa::muc;

/// One room with what a store would hold, and what everybody in it has seen.
struct Place {
  RoomState state;
  std::vector<RowPtr> archive;
  std::map<std::string, std::set<std::string>> views;  // session -> nicks that are available to it
};

Facts facts_for(const Need& need, const Place& place) {
  struct Find {
    const Place& place;
    Facts operator()(const need::History& n) const {
      fact::History found;
      for (const RowPtr& row : place.archive) {
        if (row->kind != RowKind::subject && !row->tombstone) found.rows.push_back(row);
      }
      const std::size_t most = std::min(n.count, found.rows.size());
      found.rows.erase(found.rows.begin(), found.rows.end() - static_cast<std::ptrdiff_t>(most));
      return found;
    }
    Facts operator()(const need::Entry& n) const {
      fact::Entry found{n.id, nullptr};
      for (const RowPtr& row : place.archive) {
        if (row->id == n.id) found.row = row;
      }
      return found;
    }
    Facts operator()(const need::Taken& n) const {
      fact::Taken found{n.ids, {}};
      for (const RowPtr& row : place.archive) {
        if (std::find(n.ids.begin(), n.ids.end(), row->id) != n.ids.end()) {
          found.taken.push_back(row->id);
        }
      }
      return found;
    }
    Facts operator()(const need::Authored& n) const {
      fact::Authored found{n.author, {}};
      for (const RowPtr& row : place.archive) {
        if (row->author.bare() == n.author && !row->tombstone) found.rows.push_back(row);
      }
      return found;
    }
    Facts operator()(const need::Ownership& n) const { return fact::Ownership{n.user, 0, 0}; }
    Facts operator()(const need::Visits& n) const { return fact::Visits{n.user, 0}; }
    Facts operator()(const need::Buried& n) const { return fact::Buried{n.localpart, {}, nullptr}; }
    Facts operator()(const need::Original& n) const { return fact::Original{n.id, {}, {}}; }
    Facts operator()(const need::AffiliationLog& n) const {
      return fact::AffiliationLog{n.since, false, {}};
    }
  };
  return std::visit(Find{place}, need);
}

std::size_t count_of(const xml::Element& stanza, std::string_view name, std::string_view space) {
  return stanza.children(name, space).size();
}

class Service {
 public:
  Service() {
    settings_.service = *Jid::parse("services.shakespeare.lit");
    settings_.lock_new_rooms = false;
    settings_.limits.presence_updates = {};
  }

  void take(const Stanza& stanza) {
    now_ += std::chrono::seconds(1);
    const Context context{now_, ids_, false};
    auto claimed = Engine::decode(stanza, settings_, context);
    if (auto* entity = std::get_if<claim::ForEntity<Request>>(&claimed)) {
      decide(rooms_[entity->key], entity->request, &stanza);
    }
  }

  void tick() {
    now_ += std::chrono::minutes(10);
    for (auto& [key, place] : rooms_) {
      if (place.state.exists()) decide(place, request::Tick{}, nullptr);
    }
  }

 private:
  void decide(Place& place, const Request& request, const Stanza* stanza) {
    const Context context{now_, ids_, false};
    for (int tries = 0; tries < 8; ++tries) {
      auto verdict = Engine::decide(place.state, request, settings_, context);
      if (const auto* lacks = std::get_if<Lacks<Need>>(&verdict)) {
        Engine::supply(place.state, facts_for(lacks->need, place));
        continue;
      }
      if (auto* step = std::get_if<RoomStep>(&verdict)) carry_out(place, *step, stanza);
      return;
    }
    require(false);
  }

  void carry_out(Place& place, const RoomStep& step, const Stanza* stanza) {
    const std::size_t sessions = place.state.occupants.sessions();
    const std::uint64_t number = place.state.number;
    for (const Change& change : step.changes) {
      Engine::apply(place.state, change);
      store(place, change);
    }
    if (place.state.number != number) place.views.clear();
    std::map<std::string, int> selves;
    for (const auto* part : {&step.before_reply, &step.outbound}) {
      std::vector<Encoded> said;
      for (const Outbound& one : *part) Engine::encode(one, place.state, settings_, said);
      for (const Encoded& one : said) hear(place, one.outgoing, selves);
    }
    if (stanza && number == place.state.number && sessions < place.state.occupants.sessions()) {
      require(selves[stanza->from.str()] == 1);
    }
    if (place.state.exists()) check(place);
    undo(place, step, sessions);
  }

  static void undo(const Place& place, const RoomStep& step, std::size_t sessions) {
    RoomState undone = place.state;
    for (auto change = step.changes.rbegin(); change != step.changes.rend(); ++change) {
      Engine::apply(undone, Engine::inverse(*change));
    }
    require(undone.occupants.sessions() == sessions);
  }

  static void store(Place& place, const Change& change) {
    if (const auto* archived = std::get_if<change::Archived>(&change)) {
      require(place.archive.empty() || place.archive.back()->seq < archived->row->seq);
      place.archive.push_back(archived->row);
    } else if (const auto* retracted = std::get_if<change::Retracted>(&change)) {
      for (RowPtr& row : place.archive) {
        if (row->id != retracted->id) continue;
        ArchiveRow changed = *row;
        changed.tombstone = retracted->after;
        row = std::make_shared<const ArchiveRow>(std::move(changed));
      }
    } else if (std::holds_alternative<change::Destroyed>(change)) {
      place.archive.clear();
    } else if (const auto* cut = std::get_if<change::ArchiveCut>(&change)) {
      std::erase_if(place.archive, [&](const RowPtr& row) { return row->seq <= cut->through; });
    }
  }

  static void hear(Place& place, const Outgoing& outgoing, std::map<std::string, int>& selves) {
    std::string text = "<all>";
    outgoing.append_to(text);
    const auto all = xml::parse(text + "</all>", ns::client);
    require(all.ok());
    for (const xml::Element* stanza : all->children()) {
      const auto from = Jid::parse(stanza->attr_or("from", ""));
      require(from.has_value() && !stanza->attr_or("to", "").empty());
      require(from->domain() == "services.shakespeare.lit");
      if (stanza->name() == "presence" && stanza->attr_or("type", "") != "error") {
        see(place, *stanza, from->resource(), selves);
      }
      if (stanza->name() == "message") check_message(*stanza, *from);
      check_forgery(*stanza, *from, *Jid::parse(stanza->attr_or("to", "")));
    }
  }

  static void see(Place& place, const xml::Element& stanza, std::string_view nick,
                  std::map<std::string, int>& selves) {
    const std::string to(stanza.attr_or("to", ""));
    require(count_of(stanza, "x", ns::muc_user) <= 1);
    require(count_of(stanza, "occupant-id", ns::occupant_id) <= 1);
    require(count_of(stanza, "x", ns::muc) == 0);
    const xml::Element* x = stanza.child("x", ns::muc_user);
    if (!x) return;
    require(x->child("item", ns::muc_user) || x->child("destroy", ns::muc_user));
    const auto codes = x->children("status", ns::muc_user);
    const bool own = std::any_of(codes.begin(), codes.end(), [](const xml::Element* status) {
      return status->attr_or("code", "") == "110";
    });
    const bool available = stanza.attr_or("type", "") != "unavailable";
    if (own && available) ++selves[to];
    if (available) {
      place.views[to].insert(std::string(nick));
    } else {
      place.views[to].erase(std::string(nick));
    }
  }

  static void check_message(const xml::Element& stanza, const Jid& from) {
    const std::string room = from.bare().str();
    std::size_t own_ids = 0;
    for (const xml::Element* id : stanza.children("stanza-id", ns::sid)) {
      const auto by = Jid::parse(id->attr_or("by", ""));
      own_ids += by && by->str() == room ? 1 : 0;
    }
    require(own_ids <= 1);
    std::size_t own_delays = 0;
    for (const xml::Element* delay : stanza.children("delay", ns::delay)) {
      const auto by = Jid::parse(delay->attr_or("from", ""));
      require(!by || by->str() != "services.shakespeare.lit");
      own_delays += by && by->str() == room ? 1 : 0;
    }
    require(own_delays <= 1);
    require(count_of(stanza, "occupant-id", ns::occupant_id) <= 1);
    require(count_of(stanza, "x", ns::muc_user) <= 1);
  }

  /// Only rooms say what rooms say, to whoever is in one (an error repeats what it refuses).
  static void check_forgery(const xml::Element& stanza, const Jid& from, const Jid& to) {
    if (stanza.attr_or("type", "") == "error" || stanza.name() == "iq") return;
    require(to.domain() != "services.shakespeare.lit");
    require(count_of(stanza, "hats", ns::hats) <= 1 && count_of(stanza, "mav", ns::mav) == 0);
    require(count_of(stanza, "info", "urn:xmpp:raa:0") == 0);
    for (const xml::Element* child : stanza.children()) {
      require(child->ns() != ns::muc && child->ns() != ns::muc_admin &&
              child->ns() != ns::muc_owner);
      require(!child->is("moderated", ns::moderate));
    }
    const xml::Element* retract = stanza.child("retract", ns::retract);
    const bool moderated = retract && retract->child("moderated", ns::moderate);
    require(!moderated || !from.is_full());
    // Rooms are semi-anonymous or say where a message is from, in the history alone.
    for (const xml::Element* addresses :
         stanza.children("addresses", "http://jabber.org/protocol/address")) {
      const xml::Element* address =
          addresses->child("address", "http://jabber.org/protocol/address");
      const bool shown = address && address->attr_or("type", "") == "ofrom";
      require(!shown || stanza.child("delay", ns::delay));
    }
  }

  static void check(Place& place) {
    const RoomState& room = place.state;
    require(room.affiliations.count(Affiliation::owner) > 0);
    std::set<std::string> shown;
    room.occupants.each([&](const Occupant& one) {
      const Affiliation affiliation = room.affiliations.of(one.bare());
      require(one.role != Role::none && affiliation != Affiliation::outcast);
      require(affiliation < Affiliation::admin || one.role == Role::moderator);
      require(!room.config->members_only || affiliation >= Affiliation::member);
      require(!one.sessions.empty());
      if (room.config->broadcasts(one.role)) shown.insert(one.nick);
    });
    std::set<std::string> present;
    room.occupants.each([&](const Occupant& one) {
      std::set<std::string> expected = shown;
      expected.insert(one.nick);
      for (const Session& session : one.sessions) {
        present.insert(session.jid.str());
        require(place.views[session.jid.str()] == expected);
      }
    });
    std::erase_if(place.views, [&](const auto& view) { return !present.contains(view.first); });
    static_cast<void>(Engine::deadline(room));
    static_cast<void>(room.footprint());
  }

  Settings settings_;
  Ids ids_;
  Timestamp now_{};
  std::map<std::string, Place> rooms_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto play = xml::parse("<play>" + std::string(text) + "</play>", "jabber:client");
  if (!play) return 0;
  Service service;
  for (xml::Node& node : play->nodes()) {
    if (node.element() == nullptr) continue;
    if (node.element()->name() == "pause") {
      service.tick();
      continue;
    }
    auto stanza = decode_stanza(std::move(*node.element()));
    if (!stanza || stanza->from.empty()) continue;
    if (stanza->to.domain() != "services.shakespeare.lit") continue;  // never reaches a service
    if (stanza->is_iq_request() && stanza->element.children().size() != 1) continue;
    service.take(*stanza);
  }
  return 0;
}
