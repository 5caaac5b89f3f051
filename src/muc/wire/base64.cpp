#include "muc/wire/base64.hpp"

#include <openssl/evp.h>

namespace stoa::muc::wire {

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

}  // namespace stoa::muc::wire
