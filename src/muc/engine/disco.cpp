#include <algorithm>
#include <utility>
#include <vector>

#include <stoa/disco/disco.hpp>
#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/commands.hpp"
#include "muc/engine/disco_features.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/room_presence.hpp"
#include "muc/engine/rules.hpp"
#include "muc/engine/shown.hpp"

namespace stoa::muc {
namespace {

/// Whether the room shows the asker what is private in rooms that are not open to all.
bool is_insider(const Scene& scene, const Jid& user) {
  return scene.room.occupants.by_session(user) || scene.rank_of(user) >= Affiliation::member;
}

bool is_closed(const RoomConfig& config) {
  return !config.public_room || config.members_only || config.password_protected;
}

forms::Field field(std::string_view var, std::string value) {
  forms::Field made;
  made.var = var;
  made.type = forms::FieldType::text_single;
  made.values.push_back(std::move(value));
  return made;
}

forms::Field field(std::string_view var, bool value) {
  forms::Field made = field(var, std::string(value ? "1" : "0"));
  made.type = forms::FieldType::boolean;
  return made;
}

forms::Field contacts(const RoomState& room) {
  forms::Field made;
  made.var = "muc#roominfo_contactjid";
  made.type = forms::FieldType::jid_multi;
  for (const Affiliate& row : room.affiliations.rows()) {
    if (row.affiliation == Affiliation::owner) made.values.push_back(row.jid.str());
  }
  return made;
}

std::string subject_text(const RoomState& room) {
  if (!room.subject || room.subject->texts.empty()) return {};
  return room.subject->texts.front().second;
}

void add_private_part(forms::Form& form, const Scene& scene, const Jid& asker) {
  const RoomState& room = scene.room;
  if (is_closed(*room.config) && !is_insider(scene, asker)) return;
  form.fields.push_back(field("muc#roominfo_subject", subject_text(room)));
  form.fields.push_back(field("muc#roominfo_occupants", std::to_string(room.occupants.size())));
  if (!room.config->semi_anonymous() || scene.rank_of(asker) >= Affiliation::admin) {
    form.fields.push_back(contacts(room));
  }
}

/// Another one for another set of hats (XEP-0317, 2).
std::string hats_hash(const RoomState& room) {
  std::vector<std::string> uris;
  for (const Hat& hat : room.extra().hats) uris.push_back(hat.uri);
  std::sort(uris.begin(), uris.end());
  std::string all = "hats";
  for (const std::string& uri : uris) all += "\n" + uri;
  return room.occupant_id_of(all);
}

void add_optional_part(forms::Form& form, const RoomState& room) {
  const RoomConfig& config = *room.config;
  if (config.public_log && !config.logs_url.empty()) {
    form.fields.push_back(field("muc#roominfo_logs", config.logs_url));
  }
  if (!config.pubsub.empty()) {
    form.fields.push_back(field("muc#roomconfig_pubsub", config.pubsub));
  }
  if (!room.extra().avatar_hashes.empty()) {
    forms::Field hashes;
    hashes.var = "muc#roominfo_avatarhash";
    hashes.type = forms::FieldType::text_multi;
    hashes.values = room.extra().avatar_hashes;
    form.fields.push_back(std::move(hashes));
  }
  if (config.hats && !room.extra().hats.empty()) {
    form.fields.push_back(field("hats#hash", hats_hash(room)));
  }
}

/// The room's extended information (XEP-0045, 16.5.4).
forms::Form roominfo(const Scene& scene, const Jid& asker) {
  const RoomConfig& config = *scene.room.config;
  forms::Form form;
  form.type = forms::FormType::result;
  form.form_type = "http://jabber.org/protocol/muc#roominfo";
  form.fields.push_back(field("muc#roominfo_description", config.description));
  form.fields.push_back(field("muc#roominfo_lang", config.lang));
  form.fields.push_back(field("muc#roominfo_subjectmod", config.change_subject));
  add_private_part(form, scene, asker);
  add_optional_part(form, scene.room);
  const auto history = std::min(config.max_history, scene.settings.limits.history);
  form.fields.push_back(field("muc#maxhistoryfetch", std::to_string(history)));
  form.fields.push_back(field("muc#roomconfig_changesubject", config.change_subject));
  form.fields.push_back(field("muc#roomconfig_allowinvites", config.allow_invites));
  form.fields.push_back(field("muc#roomconfig_allowpm", std::string(token(config.allow_pm))));
  form.fields.push_back(field("muc#roominfo_slow_mode_duration", std::to_string(config.slow_mode)));
  return form;
}

disco::Info room_info(const Scene& scene, const Jid& asker) {
  const RoomState& room = scene.room;
  disco::Info info = lasting_info(room, *room.config, scene.settings);
  info.forms.push_back(roominfo(scene, asker));
  return info;
}

/// A user's reserved nick (7.12).
disco::Info reserved_nick(const RoomState& room, const Jid& asker) {
  disco::Info info;
  info.node = "x-roomuser-item";
  const Affiliate* row = room.affiliations.find(asker.bare_view());
  if (row && !row->nick.empty()) info.identities.push_back({"conference", "text", row->nick, ""});
  return info;
}

bool is_command(const Scene& scene, const request::DiscoInfo& ask) {
  const auto mine = commands_for(scene, ask.from);
  return std::any_of(mine.begin(), mine.end(),
                     [&](const RoomCommand& one) { return one.node == ask.node; });
}

/// A command node (XEP-0050, 2.2).
disco::Info command_info(const std::string& node) {
  disco::Info info;
  info.node = node;
  info.identities.push_back({"automation", "command-node", "", ""});
  info.features = {std::string(ns::commands), std::string(ns::data_form)};
  return info;
}

disco::Items command_items(const Scene& scene, const Jid& asker) {
  disco::Items items;
  items.node = ns::commands;
  for (const RoomCommand& one : commands_for(scene, asker)) {
    items.items.push_back({scene.room.jid, std::string(one.node), std::string(one.name)});
  }
  return items;
}

RoomDecision answered(xml::Element payload) {
  RoomStep step;
  step.reply = std::move(payload);
  return step;
}

}  // namespace

RoomDecision rules::decide(const Scene& scene, const request::DiscoInfo& ask) {
  if (ask.node.empty()) return answered(disco::encode(room_info(scene, ask.from)));
  if (ask.node == "x-roomuser-item") {
    return answered(disco::encode(reserved_nick(scene.room, ask.from)));
  }
  if (ask.node == "http://jabber.org/protocol/muc#traffic") {
    return StanzaError(ErrorType::cancel, Condition::service_unavailable, "XEP-0045 18.1.1");
  }
  const RoomState& room = scene.room;
  if (ask.node == caps_node(room, *room.config, scene.settings)) {
    disco::Info info = lasting_info(room, *room.config, scene.settings);
    info.node = ask.node;
    return answered(disco::encode(info));
  }
  if (is_command(scene, ask)) return answered(disco::encode(command_info(ask.node)));
  return disco::unknown_node();
}

RoomDecision rules::decide(const Scene& scene, const request::DiscoItems& ask) {
  if (ask.node == ns::commands) return answered(disco::encode(command_items(scene, ask.from)));
  if (!ask.node.empty()) return disco::unknown_node();
  const RoomState& room = scene.room;
  disco::Items items;
  const bool open = !is_closed(*room.config) && !scene.settings.occupants_hidden;
  if (!open && !is_insider(scene, ask.from)) return answered(disco::encode(items));
  std::vector<const Occupant*> seen;
  room.occupants.each([&](const Occupant& occupant) {
    if (is_broadcast(room, occupant.role)) seen.push_back(&occupant);
  });
  const auto uid = [&](std::size_t i) { return seen[i]->nick; };
  const auto page = rsm::page(ask.page.value_or(rsm::Request{}), seen.size(), uid,
                              scene.settings.limits.items_page);
  if (!page) return page.error();
  for (std::size_t i = page->begin; i < page->end; ++i) {
    items.items.push_back({room.occupant_jid(seen[i]->nick), "", ""});
  }
  if (ask.page || !page->whole_of(seen.size())) items.set = page->set;
  return answered(disco::encode(items));
}

RoomDecision rules::decide(const Scene&, const request::PingRoom&) {
  return nothing();
}

}  // namespace stoa::muc
