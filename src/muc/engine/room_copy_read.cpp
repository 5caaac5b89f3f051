#include <algorithm>
#include <memory>
#include <utility>

#include <stoa/muc/model/options.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

#include "muc/engine/copy_words.hpp"
#include "muc/engine/join.hpp"
#include "muc/engine/room_copy.hpp"
#include "muc/engine/vcard_photos.hpp"

namespace stoa::muc {
namespace {

std::string text_of(const xml::Element& line, std::string_view name) {
  return std::string(line.attr_or(name, ""));
}

bool is_flag(const xml::Element& line, std::string_view name) {
  return line.attr_or(name, "") == "true";
}

bool is_occupant_key(std::string_view key) {
  return key.size() == 32 && key.find_first_not_of("0123456789abcdef") == key.npos;
}

std::string content_as_client(const xml::Element& of) {
  std::string text;
  for (const xml::Element* child : of.children()) text += xml::to_string(*child, ns::client);
  return text;
}

std::optional<Tombstone> gone_in(const xml::Element& gone) {
  const auto stamp = parse_xep0082(gone.attr_or("stamp", ""));
  if (!stamp || gone.attr_or("id", "").empty()) return std::nullopt;
  return Tombstone{text_of(gone, "id"), *stamp, text_of(gone, "moderator"),
                   text_of(gone, "moderator-id"), text_of(gone, "reason")};
}

/// What the attributes say; nullopt where one of them cannot be.
std::optional<ArchiveRow> row_in(const xml::Element& line) {
  const auto stamp = parse_xep0082(line.attr_or("stamp", ""));
  const auto kind = copy_kind(line.attr_or("kind", ""));
  const auto affiliation = affiliation_of(line.attr_or("affiliation", ""));
  const auto role = role_of(line.attr_or("role", ""));
  const auto author = Jid::parse(line.attr_or("author", ""));
  ArchiveRow row;
  row.id = text_of(line, "id");
  row.nick = text_of(line, "nick");
  if (!stamp || !kind || !affiliation || !role || !author || row.id.empty()) return std::nullopt;
  if (!row.nick.empty() && resourceprep(row.nick) != row.nick) return std::nullopt;
  row.stamp = *stamp;
  row.kind = *kind;
  row.affiliation = *affiliation;
  row.role = *role;
  row.author = *author;
  row.semi_anonymous = is_flag(line, "semi-anonymous");
  row.occupant_id = text_of(line, "occupant-id");
  row.message_id = text_of(line, "message-id");
  row.lang = line.lang().value_or("");
  return row;
}

}  // namespace

template <class C>
void CopyReader::make(C change) {
  Engine::apply(room_, change);
  draft_.change(std::move(change));
}

CopyReader::Fault CopyReader::take(const Jid& room, const std::string& line) {
  ++lines_;
  if (line.empty()) return std::nullopt;
  const auto parsed = xml::parse(line);
  if (!parsed.ok() || parsed->ns() != copy_ns) return "it is no line of a copy";
  if (parsed->name() == "room") return take_room(room, *parsed);
  if (!room_.exists()) return "there is no such room, and it does not begin one";
  if (parsed->name() == "affiliation") return take_affiliate(*parsed);
  if (parsed->name() == "hat") return take_hat(*parsed);
  if (parsed->name() == "subject") return take_subject(*parsed);
  if (parsed->name() == "vcard") return take_vcard(*parsed);
  if (parsed->name() == "message") return take_message(*parsed);
  return "it is no line of a copy";
}

CopyReader::Fault CopyReader::take_room(const Jid& jid, const xml::Element& line) {
  const Settings& settings = draft_.scene.settings;
  if (room_.exists()) return "the room exists";
  const xml::Element* x = line.child("x", ns::data_form);
  const auto form = x ? forms::decode_form(*x) : Result<forms::Form, std::string>(std::string());
  const auto created = parse_xep0082(line.attr_or("created", ""));
  if (!x || !form.ok() || !created || !is_occupant_key(line.attr_or("occupant-key", ""))) {
    return "the room cannot be read";
  }
  auto config = room_table(settings).submit(form.value(), *settings.defaults, FormViewer{});
  if (!config.ok()) return config.error().text;
  const bool lasts = settings.times.empty_room > Duration::zero();
  if (!lasts) config->persistent = true;  // nobody is in it yet
  if (config->password_protected && config->password.empty()) return "a password is missing";
  change::Created made;
  made.room = draft_.scene.context.ids.number();
  made.jid = jid;
  made.created = *created;
  made.occupant_key = text_of(line, "occupant-key");
  made.config = std::make_shared<const RoomConfig>(std::move(config).value());
  if (const GoneRoom* gone = room_.gone.get()) made.gone = *gone;
  make(std::move(made));
  return std::nullopt;
}

CopyReader::Fault CopyReader::take_affiliate(const xml::Element& line) {
  const Settings& settings = draft_.scene.settings;
  const auto jid = Jid::parse(line.attr_or("jid", ""));
  const auto affiliation = affiliation_of(line.attr_or("affiliation", ""));
  if (!jid || jid->is_full() || jid->domain() == settings.service.domain() || !affiliation) {
    return "the affiliation cannot be read";
  }
  Affiliate row;
  row.jid = *jid;
  row.affiliation = *affiliation;
  row.reason = text_of(line, "reason");
  row.voice = is_flag(line, "voice");
  row.no_mentions = is_flag(line, "no-mentions");
  if (const auto until = line.attr("until")) {
    row.until = parse_xep0082(*until);
    if (!row.until) return "its end is no time";
  }
  if (const auto nick = line.attr("nick")) {
    const auto prepared = resourceprep(*nick);
    if (!prepared || !is_nick(*prepared, settings.limits)) return "its nick is no nickname";
    row.nick = *prepared;
    row.nick_key = fold_case(*prepared);
    const Affiliate* holder = room_.affiliations.reserving(row.nick_key);
    if (holder && holder->jid != row.jid) return "its nick is reserved for somebody else";
  }
  for (const xml::Element* hat : line.children("hat", copy_ns)) {
    row.hats.push_back(text_of(*hat, "uri"));
  }
  std::sort(row.hats.begin(), row.hats.end());
  change::Affiliated change;
  change.room = room_.number;
  if (const Affiliate* known = room_.affiliations.find(row.jid.str())) change.before = *known;
  if (!change.before && room_.affiliations.size() >= settings.limits.affiliations) {
    return "the room has too many affiliations";
  }
  const Affiliation before = change.before ? change.before->affiliation : Affiliation::none;
  change.version_before = room_.affiliation_version;
  change.version_after = change.version_before + (before == row.affiliation ? 0 : 1);
  if (!row.blank()) change.after = std::move(row);
  if (change.after && change.after->until) draft_.arm(*change.after->until);
  if (change.before != change.after) make(std::move(change));
  return std::nullopt;
}

CopyReader::Fault CopyReader::take_hat(const xml::Element& line) {
  Hat hat{text_of(line, "uri"), text_of(line, "title"), text_of(line, "hue"),
          std::string(line.lang().value_or(""))};
  if (hat.uri.empty()) return "the hat has no uri";
  change::HatSet change{room_.number, std::nullopt, hat};
  for (const Hat& known : room_.extra().hats) {
    if (known.uri == hat.uri) change.before = known;
  }
  make(std::move(change));
  return std::nullopt;
}

CopyReader::Fault CopyReader::take_subject(const xml::Element& line) {
  const auto stamp = parse_xep0082(line.attr_or("stamp", ""));
  if (!stamp) return "the subject has no time";
  Subject subject;
  subject.stamp = *stamp;
  subject.nick = text_of(line, "nick");
  subject.occupant_id = text_of(line, "occupant-id");
  subject.id = text_of(line, "id");
  for (const xml::Element* text : line.children("text", copy_ns)) {
    subject.texts.emplace_back(std::string(text->lang().value_or("")), text->text());
  }
  make(change::SubjectSet{room_.number, room_.subject,
                          std::make_shared<const Subject>(std::move(subject))});
  return std::nullopt;
}

CopyReader::Fault CopyReader::take_vcard(const xml::Element& line) {
  const xml::Element* vcard = line.child("vCard", ns::vcard);
  const auto hashes = vcard ? photo_hashes(*vcard) : std::nullopt;
  if (!hashes) return "the vCard cannot be read";
  std::string text = xml::to_string(*vcard, ns::client);
  if (text.size() > draft_.scene.settings.limits.vcard) return "the vCard is too large";
  make(change::VcardSet{room_.number, std::move(text), room_.extra().avatar_hashes, *hashes});
  return std::nullopt;
}

CopyReader::Fault CopyReader::take_message(const xml::Element& line) {
  if (!room_.occupants.empty()) return "somebody is in the room";
  auto row = row_in(line);
  const xml::Element* payload = line.child("payload", copy_ns);
  if (!row || !payload) return "the message cannot be read";
  if (const xml::Element* gone = line.child("gone", copy_ns)) {
    row->tombstone = gone_in(*gone);
    if (!row->tombstone) return "what stands for the message cannot be read";
  } else {
    row->payload = content_as_client(*payload);
  }
  if (row->payload.size() > draft_.scene.settings.limits.message) return "the message is too large";
  if (!messages_.emplace(row->id, lines_).second) return std::string(repeated_id);
  row->seq = room_.next_seq;
  const auto tombstone = std::exchange(row->tombstone, std::nullopt);
  const xml::Element* body = payload->child("body", ns::client);
  change::Archived archived;
  archived.room = room_.number;
  archived.body = body && !tombstone ? body->text() : std::string();
  archived.hard = true;
  archived.row = std::make_shared<const ArchiveRow>(*std::move(row));
  const change::Retracted retracted{room_.number, archived.row->seq, archived.row->id, std::nullopt,
                                    tombstone};
  make(std::move(archived));
  if (tombstone) make(retracted);
  return std::nullopt;
}

}  // namespace stoa::muc
