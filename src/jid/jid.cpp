#include <algorithm>
#include <array>

#include <stoa/jid/jid.hpp>

#include "jid/limits.hpp"

namespace stoa {

namespace {

enum Class : unsigned char { in_local = 1, in_label = 2, in_resource = 4 };

/// What each byte may be part of without any preparation.
constexpr std::array<unsigned char, 256> class_table() {
  std::array<unsigned char, 256> table{};
  for (unsigned c = 0x20; c < 0x7f; ++c) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool lower_or_digit = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool special =
        std::string_view(" \"&'/:<>@").find(static_cast<char>(c)) != std::string_view::npos;
    table[c] = static_cast<unsigned char>((upper || special ? 0 : in_local) |
                                          (lower_or_digit || c == '-' || c == '_' ? in_label : 0) |
                                          in_resource);
  }
  return table;
}

constexpr auto classes = class_table();

/// How many bytes at the start of `text` are of the class.
std::size_t span(std::string_view text, Class wanted) {
  std::size_t length = 0;
  while (length < text.size() &&
         (classes[static_cast<unsigned char>(text[length])] & wanted) != 0) {
    ++length;
  }
  return length;
}

bool plain_domain(std::string_view domain) {
  if (domain.size() > max_part) return false;
  while (true) {
    const std::size_t length = span(domain, in_label);
    if (length == 0 || length > max_label) return false;
    if (domain[0] == '-' || domain[length - 1] == '-') return false;
    if (length == domain.size()) return true;
    if (domain[length] != '.') return false;
    domain.remove_prefix(length + 1);
  }
}

}  // namespace

/// Most addresses come prepared by a server: those are only looked through.
bool Jid::take_plain(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::size_t at = text.substr(0, slash).find('@');
  if (at != std::string_view::npos) {
    if (at == 0 || at > max_part || span(text, in_local) != at) return false;
  }
  const std::size_t begin = at == std::string_view::npos ? 0 : at + 1;
  if (!plain_domain(text.substr(begin, slash - begin))) return false;
  if (slash < text.size()) {
    const std::string_view resource = text.substr(slash + 1);
    if (resource.empty() || resource.size() > max_part) return false;
    if (span(resource, in_resource) != resource.size()) return false;
  }
  text_ = text;
  at_ = static_cast<std::uint16_t>(at == std::string_view::npos ? 0 : at);
  slash_ = static_cast<std::uint16_t>(slash);
  return true;
}

std::optional<Jid> Jid::parse(std::string_view text) {
  Jid plain;
  if (plain.take_plain(text)) return plain;
  const std::size_t slash = text.find('/');
  const std::string_view bare = text.substr(0, slash);
  const std::size_t at = bare.find('@');
  std::optional<std::string> local;
  std::optional<std::string> resource;
  if (at != std::string_view::npos) {
    local = nodeprep(bare.substr(0, at));
    if (!local) return std::nullopt;
  }
  if (slash != std::string_view::npos) {
    resource = resourceprep(text.substr(slash + 1));
    if (!resource) return std::nullopt;
  }
  const auto domain = prepare_domain(at == std::string_view::npos ? bare : bare.substr(at + 1));
  if (!domain) return std::nullopt;
  return from_prepared(local ? std::string_view(*local) : std::string_view(), *domain,
                       resource ? std::string_view(*resource) : std::string_view());
}

Jid Jid::from_prepared(std::string_view local, std::string_view domain, std::string_view resource) {
  Jid jid;
  jid.text_.reserve(local.size() + domain.size() + resource.size() + 2);
  if (!local.empty()) {
    jid.text_.append(local);
    jid.at_ = static_cast<std::uint16_t>(local.size());
    jid.text_ += '@';
  }
  jid.text_.append(domain);
  jid.slash_ = static_cast<std::uint16_t>(jid.text_.size());
  if (!resource.empty()) {
    jid.text_ += '/';
    jid.text_.append(resource);
  }
  return jid;
}

Jid Jid::bare() const {
  if (is_bare()) return *this;
  Jid jid;
  jid.text_.assign(text_, 0, slash_);
  jid.at_ = at_;
  jid.slash_ = slash_;
  return jid;
}

Jid Jid::domain_jid() const {
  return from_prepared({}, domain());
}

Jid Jid::with_resource(std::string_view resource) const {
  return from_prepared(local(), domain(), resource);
}

}  // namespace stoa
