#include "muc/engine/disco_features.hpp"

#include <array>
#include <utility>

#include <stoa/muc/engine/engine.hpp>
#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/archive.hpp"
#include "muc/engine/commands.hpp"

namespace stoa::muc {
namespace {

constexpr std::string_view stable_id = "http://jabber.org/protocol/muc#stable_id";

/// What every room can do.
constexpr std::array always{
    ns::disco_info,
    ns::disco_items,
    ns::muc,
    stable_id,
    std::string_view("http://jabber.org/protocol/muc#self-ping-optimization"),
    ns::occupant_id,
    ns::sid,
    ns::mav,
    std::string_view("http://jabber.org/protocol/muc#register"),
    std::string_view("http://jabber.org/protocol/muc#roomconfig"),
    std::string_view("http://jabber.org/protocol/muc#roominfo"),
    std::string_view("http://jabber.org/protocol/muc#request"),
    ns::vcard,
    ns::moderate,
    ns::retract,
    std::string_view("urn:xmpp:message-retract:1#tombstone"),
    ns::commands,
};

/// One of each pair, after the configuration.
struct Pair {
  bool RoomConfig::*member;
  std::string_view on;
  std::string_view off;
};
constexpr std::array pairs{
    Pair{&RoomConfig::public_room, "muc_public", "muc_hidden"},
    Pair{&RoomConfig::persistent, "muc_persistent", "muc_temporary"},
    Pair{&RoomConfig::members_only, "muc_membersonly", "muc_open"},
    Pair{&RoomConfig::moderated, "muc_moderated", "muc_unmoderated"},
    Pair{&RoomConfig::password_protected, "muc_passwordprotected", "muc_unsecured"},
};

}  // namespace

std::vector<std::string> room_features(const RoomConfig& config, const Settings& settings) {
  std::vector<std::string> features(always.begin(), always.end());
  for (const Pair& pair : pairs) {
    features.emplace_back(config.*pair.member ? pair.on : pair.off);
  }
  features.emplace_back(config.semi_anonymous() ? "muc_semianonymous" : "muc_nonanonymous");
  if (settings.registration && config.register_mode != RegisterMode::closed) {
    features.emplace_back(ns::iq_register);
  }
  if (config.archive) {
    for (std::string& feature : mam::features(archive_offer)) {
      features.push_back(std::move(feature));
    }
  }
  if (config.hats) features.emplace_back(ns::hats);
  return features;
}

std::vector<std::string> service_features(const Settings& settings) {
  std::vector<std::string> features;
  for (const auto name :
       {ns::muc, stable_id, ns::rsm, ns::occupant_id, ns::muc_unique, ns::vcard, ns::commands}) {
    features.emplace_back(name);
  }
  if (settings.service_registration) features.emplace_back(ns::iq_register);
  return features;
}

namespace {

/// The commands at the service, for its administrators. They are few: always one page.
disco::ListPage command_page(const Settings& settings, const disco::ListRequest& request) {
  disco::ListPage page;
  if (!request.service_admin && !settings.administered_by(request.requester)) return page;
  const auto commands = service_commands();
  page.count = commands.size();
  if (request.max == 0 || !request.after.empty() || request.index) return page;
  for (const RoomCommand& one : commands) {
    const std::string node(one.node);
    page.entries.push_back({node, {settings.service, node, std::string(one.name)}});
  }
  return page;
}

}  // namespace

disco::Info Engine::service_info(const Settings& settings) {
  disco::Info info;
  info.identities.push_back({"conference", "text", settings.name, ""});
  info.add_features(service_features(settings));
  return info;
}

Read Engine::list(const disco::ListRequest& request, const Settings& settings) {
  read::Rooms rooms;
  rooms.after = request.after;
  rooms.before = request.before;
  rooms.index = request.index;
  rooms.max = request.max;
  if (settings.own_rooms_listed) rooms.affiliated = request.requester.bare();
  bool listed = settings.listing == ListRule::everybody;
  for (const std::string& domain : settings.listing_domains) {
    listed = listed ||
             (settings.listing == ListRule::listed_domains && request.requester.domain() == domain);
  }
  rooms.none = !listed || request.commands;
  return rooms;
}

disco::ListPage Engine::list_page(ReadResult found, const Settings& settings,
                                  const disco::ListRequest& request) {
  if (request.commands) return command_page(settings, request);
  auto& rooms = std::get<found::Rooms>(found);
  disco::ListPage page;
  page.first_index = rooms.first_index;
  page.count = rooms.count;
  page.known = !rooms.unknown_uid;
  for (found::Room& room : rooms.rooms) {
    disco::Item item;
    item.jid = Jid::from_prepared(room.localpart, settings.service.domain());
    item.name = std::move(room.name);
    page.entries.push_back({std::move(room.localpart), std::move(item)});
  }
  return page;
}

}  // namespace stoa::muc
