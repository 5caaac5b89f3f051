#include "pubsub/engine/rights.hpp"

#include <array>

namespace stoa::pubsub {

namespace {

constexpr std::size_t privileges = 9;
constexpr std::size_t affiliation_count = 6;

// The letters of the tables. NOLINTBEGIN(readability-identifier-naming)
constexpr Grant N = Grant::no;
constexpr Grant Y = Grant::yes;
constexpr Grant P = Grant::by_policy;
// NOLINTEND(readability-identifier-naming)

/// Columns as in Privilege: subscribe, retrieve, publish, delete own, delete other's, purge,
/// configure, delete the node, manage.
constexpr std::array<std::array<Grant, privileges>, affiliation_count> matrix = {{
    {P, P, P, P, N, N, N, N, N},  // none
    {N, N, N, N, N, N, N, N, N},  // outcast
    {N, N, Y, Y, N, N, N, N, N},  // publish-only
    {Y, Y, P, P, N, N, N, N, N},  // member
    {Y, Y, Y, Y, P, N, N, N, N},  // publisher
    {Y, Y, Y, Y, Y, Y, Y, Y, Y},  // owner
}};

/// Rows from, columns to: none, outcast, publish-only, member, publisher, owner. Y: allowed, P: by
/// the entity itself only.
constexpr std::array<std::array<Grant, affiliation_count>, affiliation_count> chart = {{
    {Y, Y, Y, Y, Y, Y},  // none
    {Y, Y, Y, Y, Y, Y},  // outcast
    {Y, Y, Y, N, Y, Y},  // publish-only
    {Y, Y, Y, Y, Y, Y},  // member
    {Y, Y, Y, N, Y, Y},  // publisher
    {P, N, N, N, N, Y},  // owner
}};

}  // namespace

Grant grant(Affiliation affiliation, Privilege privilege) {
  return matrix.at(static_cast<std::size_t>(affiliation)).at(static_cast<std::size_t>(privilege));
}

bool in_chart(Affiliation from, Affiliation to, Whose affiliation) {
  const Grant allowed = chart.at(static_cast<std::size_t>(from)).at(static_cast<std::size_t>(to));
  return allowed == Grant::yes || (allowed == Grant::by_policy && affiliation == Whose::own);
}

}  // namespace stoa::pubsub
