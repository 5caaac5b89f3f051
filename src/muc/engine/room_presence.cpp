#include "muc/engine/room_presence.hpp"

#include <array>
#include <utility>

#include <openssl/evp.h>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/disco_features.hpp"

namespace stoa::muc {
namespace {

constexpr std::string_view software = "urn:stoa:rooms";
constexpr std::string_view caps = "http://jabber.org/protocol/caps";
constexpr std::string_view avatar_update = "vcard-temp:x:update";

/// base64 of SHA-1, as XEP-0115 (5.1) wants it.
std::string verification(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return {encoded.begin(), encoded.begin() + length};
}

std::string version_of(const RoomState& room, const RoomConfig& config, const Settings& settings) {
  return verification(disco::caps_string(lasting_info(room, config, settings)));
}

}  // namespace

disco::Info lasting_info(const RoomState& room, const RoomConfig& config,
                         const Settings& settings) {
  disco::Info info;
  info.identities.push_back({"conference", "text",
                             config.name.empty() ? std::string(room.jid.local()) : config.name,
                             ""});
  info.features = room_features(config, settings);
  return info;
}

std::string caps_node(const RoomState& room, const RoomConfig& config, const Settings& settings) {
  return std::string(software) + "#" + version_of(room, config, settings);
}

void show_room(Draft& draft, const RoomFace& face, const std::vector<Jid>& to) {
  const Scene& scene = draft.scene;
  const bool avatar = scene.settings.avatar_presence && !face.avatar_hashes.empty();
  if (!avatar && !scene.settings.caps_presence) return;
  xml::Element stanza("presence", ns::client);
  stanza.set("from", scene.room.jid.str());
  if (avatar) {
    stanza.add("x", avatar_update).add("photo", avatar_update).text(face.avatar_hashes.front());
  }
  if (scene.settings.caps_presence) {
    stanza.add("c", caps)
        .set("hash", "sha-1")
        .set("node", software)
        .set("ver", version_of(scene.room, face.config, scene.settings));
  }
  for (const Jid& session : to) {
    xml::Element copy = stanza;
    copy.set("to", session.str());
    draft.say(say::One{std::move(copy), Redelivery::drop});
  }
}

void show_room(Draft& draft, const RoomFace& face) {
  std::vector<Jid> everybody;
  draft.room().occupants.each([&](const Occupant& one) {
    for (const Session& session : one.sessions) everybody.push_back(session.jid);
  });
  show_room(draft, face, everybody);
}

}  // namespace stoa::muc
