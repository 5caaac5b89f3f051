#include "app/config/nearest.hpp"

#include <algorithm>
#include <cstddef>

namespace stoa::app {

namespace {

/// Letters to insert, delete or replace (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

/// What stands behind the last dot: a key written under the wrong table.
std::string_view last_part(std::string_view name) {
  return name.substr(name.rfind('.') + 1);
}

}  // namespace

std::string nearest_of(std::string_view name, const std::vector<std::string>& known) {
  std::string nearest;
  std::size_t best = std::max<std::size_t>(3, name.size() / 3) + 1;
  for (const std::string& candidate : known) {
    std::size_t far = distance(name, candidate);
    if (last_part(candidate) == last_part(name)) far = std::min<std::size_t>(far, 2);
    if (far < best) {
      best = far;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace stoa::app
