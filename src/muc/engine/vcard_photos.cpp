#include "muc/engine/vcard_photos.hpp"

#include <array>
#include <string_view>

#include <openssl/evp.h>

#include <stoa/stanza/namespaces.hpp>

namespace stoa::muc {
namespace {

/// The bytes behind base64 text (RFC 4648, 4); white space between is skipped. nullopt for anything
/// else, the empty text included.
std::optional<std::string> decode_base64(std::string_view text) {
  std::string packed;
  packed.reserve(text.size());
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') packed += c;
  }
  if (packed.empty() || packed.size() % 4 != 0) return std::nullopt;
  const std::size_t body = packed.find('=');
  const std::size_t padding = body == std::string::npos ? 0 : packed.size() - body;
  if (padding > 2) return std::nullopt;
  std::string bytes(packed.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(packed.data()),
                                   static_cast<int>(packed.size()));
  if (size < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

std::string sha1(std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(data.data(), data.size(), digest.data(), &size, EVP_sha1(), nullptr);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += digits[digest[i] >> 4U];
    hex += digits[digest[i] & 15U];
  }
  return hex;
}

}  // namespace

std::optional<std::vector<std::string>> photo_hashes(const xml::Element& vcard) {
  std::vector<std::string> hashes;
  for (const xml::Element* photo : vcard.children("PHOTO", ns::vcard)) {
    const xml::Element* binary = photo->child("BINVAL", ns::vcard);
    if (!binary) continue;
    const auto data = decode_base64(binary->text());
    if (!data) return std::nullopt;
    hashes.push_back(sha1(*data));
  }
  return hashes;
}

}  // namespace stoa::muc
