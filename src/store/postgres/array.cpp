#include "store/postgres/array.hpp"

#include <array>
#include <charconv>

#include <openssl/evp.h>

#include "store/postgres/fault.hpp"

namespace stoa::store::postgres {
namespace {

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

void Array::add(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    throw Fault(FaultKind::content, "a text holds a NUL character");
  }
  separate();
  text_.push_back('"');
  std::size_t from = 0;
  for (;;) {
    const std::size_t special = text.find_first_of("\"\\", from);
    if (special == std::string_view::npos) break;
    text_.append(text, from, special - from);
    text_.push_back('\\');
    text_.push_back(text[special]);
    from = special + 1;
  }
  text_.append(text, from, std::string_view::npos);
  text_.push_back('"');
}

void Array::add(std::uint64_t number) {
  separate();
  append_number(text_, number);
}

void Array::add(bool value) {
  separate();
  text_.push_back(value ? 't' : 'f');
}

void Array::add(Timestamp time) {
  separate();
  append_number(text_, time.time_since_epoch().count());
}

void Array::add_null() {
  separate();
  text_ += "NULL";
}

std::string Array::take() {
  std::string literal = std::move(text_);
  text_.clear();
  if (literal.empty()) literal.push_back('{');
  literal.push_back('}');
  return literal;
}

std::string digest(std::string_view text) {
  static constexpr std::string_view hex = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int length = 0;
  EVP_Digest(text.data(), text.size(), hash.data(), &length, EVP_sha256(), nullptr);
  std::string uuid;
  uuid.reserve(32);
  for (std::size_t i = 0; i < 16; ++i) {
    uuid.push_back(hex[hash[i] >> 4]);
    uuid.push_back(hex[hash[i] & 15]);
  }
  return uuid;
}

}  // namespace stoa::store::postgres
