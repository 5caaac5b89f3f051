#include <array>
#include <span>

#include <stoa/pubsub/model/types.hpp>

namespace stoa::pubsub {

namespace {

template <class Enum>
struct Spelled {
  Enum value;
  std::string_view token;
};
template <class Enum>
Spelled(Enum, const char*) -> Spelled<Enum>;  // clang 14 deduces no aggregates

constexpr std::array affiliations = {
    Spelled{Affiliation::none, "none"},
    Spelled{Affiliation::outcast, "outcast"},
    Spelled{Affiliation::publish_only, "publish-only"},
    Spelled{Affiliation::member, "member"},
    Spelled{Affiliation::publisher, "publisher"},
    Spelled{Affiliation::owner, "owner"},
};
constexpr std::array states = {
    Spelled{SubscriptionState::none, "none"},
    Spelled{SubscriptionState::pending, "pending"},
    Spelled{SubscriptionState::unconfigured, "unconfigured"},
    Spelled{SubscriptionState::subscribed, "subscribed"},
};
constexpr std::array access_models = {
    Spelled{AccessModel::open, "open"},           Spelled{AccessModel::presence, "presence"},
    Spelled{AccessModel::roster, "roster"},       Spelled{AccessModel::authorize, "authorize"},
    Spelled{AccessModel::whitelist, "whitelist"},
};

constexpr std::array subscription_types = {
    Spelled{SubscriptionType::nodes, "nodes"},
    Spelled{SubscriptionType::items, "items"},
    Spelled{SubscriptionType::all, "all"},
};

template <class Enum, std::size_t size>
std::string_view spell(const std::array<Spelled<Enum>, size>& rows, Enum value) {
  for (const auto& row : rows) {
    if (row.value == value) return row.token;
  }
  return {};
}

template <class Enum, std::size_t size>
std::optional<Enum> read(const std::array<Spelled<Enum>, size>& rows, std::string_view token) {
  for (const auto& row : rows) {
    if (row.token == token) return row.value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view token(Affiliation value) {
  return spell(affiliations, value);
}
std::string_view token(SubscriptionState value) {
  return spell(states, value);
}
std::string_view token(AccessModel value) {
  return spell(access_models, value);
}

std::optional<Affiliation> affiliation_of(std::string_view token) {
  return read(affiliations, token);
}
std::optional<SubscriptionState> subscription_state_of(std::string_view token) {
  return read(states, token);
}
std::optional<AccessModel> access_model_of(std::string_view token) {
  return read(access_models, token);
}

std::string_view token(SubscriptionType value) {
  return spell(subscription_types, value);
}
std::optional<SubscriptionType> subscription_type_of(std::string_view token) {
  return read(subscription_types, token);
}

}  // namespace stoa::pubsub
