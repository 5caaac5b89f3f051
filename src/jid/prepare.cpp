#include <array>

#include <arpa/inet.h>

#include <stoa/jid/jid.hpp>

#include "jid/icu.hpp"
#include "jid/limits.hpp"
#include "jid/utf8.hpp"

namespace stoa {

namespace {

bool fits(std::string_view part) {
  return !part.empty() && part.size() <= max_part;
}

bool node_allowed(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f &&
         std::string_view("\"&'/:<>@").find(c) == std::string_view::npos;
}

bool resource_allowed(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte != 0x7f;
}

bool domain_allowed(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') ||
         (c >= '0' && c <= '9') || c == '-' || c == '_';
}

template <class Allowed>
bool all_of(std::string_view text, Allowed allowed) {
  for (const char c : text) {
    if (!allowed(c)) return false;
  }
  return true;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = ascii_lower(c);
  return out;
}

/// A second preparation must change nothing, or two spellings of one address would stay two. Few
/// texts need another round; what is not stable then is refused.
template <class Prepare>
std::optional<std::string> until_stable(std::string_view text, Prepare prepare) {
  std::optional<std::string> current = prepare(text);
  for (int round = 0; current && round < 3; ++round) {
    std::optional<std::string> next = prepare(*current);
    if (next == current) return current;
    current = std::move(next);
  }
  return std::nullopt;
}

std::optional<std::string> prepared_until_stable(icu::Profile profile, std::string_view text) {
  return until_stable(text, [&](std::string_view t) { return icu::prepare(profile, t); });
}

/// An `xn--` label among others may decode to letters that a mapping changes.
std::optional<std::string> unicode_domain(std::string_view text) {
  return until_stable(text, [](std::string_view t) {
    return is_ascii(t) ? std::optional(lowered(t)) : icu::domain_to_unicode(t);
  });
}

/// Labels between dots: none empty, none too long, no hyphen at an end, no ASCII but letters,
/// digits,
/// `-` and `_` (which host names may not have, but which test set-ups do).
bool valid_labels(std::string_view domain) {
  const bool ascii = is_ascii(domain);
  while (true) {
    const std::size_t dot = domain.find('.');
    const std::string_view label = domain.substr(0, dot);
    if (label.empty() || (ascii && label.size() > max_label)) return false;
    if (label.front() == '-' || label.back() == '-' || !all_of(label, domain_allowed)) return false;
    if (dot == std::string_view::npos) return true;
    domain.remove_prefix(dot + 1);
  }
}

std::optional<std::string> ipv6_literal(std::string_view text) {
  const std::string address(text.substr(1, text.size() - 2));
  in6_addr binary;
  if (address.find('\0') != std::string::npos) return std::nullopt;
  if (::inet_pton(AF_INET6, address.c_str(), &binary) != 1) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  if (::inet_ntop(AF_INET6, &binary, canonical.data(), canonical.size()) == nullptr) {
    return std::nullopt;
  }
  return '[' + std::string(canonical.data()) + ']';
}

}  // namespace

std::optional<std::string> nodeprep(std::string_view text) {
  if (text.empty()) return std::nullopt;
  auto prepared =
      is_ascii(text) ? lowered(text) : prepared_until_stable(icu::Profile::nodeprep, text);
  if (!prepared || !fits(*prepared) || !all_of(*prepared, node_allowed)) return std::nullopt;
  return prepared;
}

std::optional<std::string> resourceprep(std::string_view text) {
  auto prepared = resourceprep_unbounded(text);
  if (!prepared || !fits(*prepared)) return std::nullopt;
  return prepared;
}

std::optional<std::string> resourceprep_unbounded(std::string_view text) {
  if (text.empty()) return std::nullopt;
  auto prepared =
      is_ascii(text) ? std::string(text) : prepared_until_stable(icu::Profile::resourceprep, text);
  if (!prepared || prepared->empty() || !all_of(*prepared, resource_allowed)) return std::nullopt;
  return prepared;
}

std::optional<std::string> prepare_domain(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') return ipv6_literal(text);
  if (text.size() > max_part) return std::nullopt;
  auto prepared = unicode_domain(text);
  if (!prepared) return std::nullopt;
  if (prepared->ends_with('.')) prepared->pop_back();  // RFC 7622, 3.2
  if (!fits(*prepared) || !valid_labels(*prepared)) return std::nullopt;
  return prepared;
}

std::string fold_case(std::string_view text) {
  return is_ascii(text) ? lowered(text) : icu::nfkc_casefold(text);
}

}  // namespace stoa
