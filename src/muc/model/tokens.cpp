#include <array>
#include <cstddef>

#include <stoa/muc/model/tokens.hpp>

namespace stoa::muc {
namespace {

using namespace std::string_view_literals;

// In the order of the enumerators.
constexpr std::array affiliations{"outcast"sv, "none"sv, "member"sv, "admin"sv, "owner"sv};
constexpr std::array roles{"none"sv, "visitor"sv, "participant"sv, "moderator"sv};
constexpr std::array whois_words{"moderators"sv, "anyone"sv};
constexpr std::array allow_pm_words{"anyone"sv, "participants"sv, "moderators"sv, "none"sv};
constexpr std::array register_modes{"open"sv, "approve"sv, "closed"sv};

template <class Enum, std::size_t n>
std::optional<Enum> find(const std::array<std::string_view, n>& words, std::string_view word) {
  for (std::size_t i = 0; i < n; ++i) {
    if (words[i] == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view token(Affiliation affiliation) {
  return affiliations[static_cast<std::size_t>(affiliation)];
}
std::string_view token(Role role) {
  return roles[static_cast<std::size_t>(role)];
}
std::string_view token(Whois whois) {
  return whois_words[static_cast<std::size_t>(whois)];
}
std::string_view token(AllowPm allow) {
  return allow_pm_words[static_cast<std::size_t>(allow)];
}
std::string_view token(RegisterMode mode) {
  return register_modes[static_cast<std::size_t>(mode)];
}

std::optional<Affiliation> affiliation_of(std::string_view word) {
  return find<Affiliation>(affiliations, word);
}
std::optional<Role> role_of(std::string_view word) {
  return find<Role>(roles, word);
}

}  // namespace stoa::muc
