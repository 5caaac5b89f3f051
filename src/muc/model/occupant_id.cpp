#include <array>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stoa/muc/model/room.hpp>

namespace stoa::muc {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string base64url(const unsigned char* bytes, std::size_t size) {
  std::string text;
  text.reserve((size * 4 + 2) / 3);
  unsigned held = 0;
  unsigned bits = 0;
  for (std::size_t i = 0; i < size; ++i) {
    held = held << 8 | bytes[i];
    for (bits += 8; bits >= 6; bits -= 6) text += alphabet[held >> (bits - 6) & 63u];
  }
  if (bits > 0) text += alphabet[held << (6 - bits) & 63u];
  return text;
}

}  // namespace

std::string RoomState::occupant_id_of(std::string_view bare) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), occupant_key.data(), static_cast<int>(occupant_key.size()),
       reinterpret_cast<const unsigned char*>(bare.data()), bare.size(), digest.data(), &size);
  return base64url(digest.data(), size);
}

}  // namespace stoa::muc
