#include "store/postgres/array.hpp"

#include <array>
#include <charconv>
#include <memory>
#include <new>

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

/// Looking the algorithm up takes several times as long as hashing a name: it is kept.
class Sha256 {
 public:
  using Hash = std::array<unsigned char, EVP_MAX_MD_SIZE>;

  Sha256() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    if (!algorithm_ || !context_) throw std::bad_alloc();
  }

  Hash of(std::string_view text) const {
    Hash hash{};
    unsigned int length = 0;
    EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr);
    EVP_DigestUpdate(context_.get(), text.data(), text.size());
    EVP_DigestFinal_ex(context_.get(), hash.data(), &length);
    return hash;
  }

 private:
  struct Free {
    void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD, Free> algorithm_;
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace

void Array::add(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    throw Fault(FaultKind::content, "a text holds a NUL character");
  }
  separate();
  text_.push_back('"');
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '"' && text[i] != '\\') continue;
    text_.append(text, from, i - from);
    text_.push_back('\\');
    from = i;
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
  thread_local const Sha256 sha256;
  const Sha256::Hash hash = sha256.of(text);
  std::string uuid;
  uuid.reserve(32);
  for (std::size_t i = 0; i < 16; ++i) {
    uuid.push_back(hex[hash[i] >> 4]);
    uuid.push_back(hex[hash[i] & 15]);
  }
  return uuid;
}

}  // namespace stoa::store::postgres
