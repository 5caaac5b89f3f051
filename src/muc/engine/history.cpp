#include "muc/engine/history.hpp"

#include <algorithm>
#include <chrono>

#include "muc/wire/text.hpp"

namespace stoa::muc {
namespace {

/// Characters of the row as it would be sent to `to`.
std::uint64_t chars_of(const Scene& scene, const ArchiveRow& row, const Jid& to) {
  std::string stanza;
  text::replay(stanza, scene.room, row, to);
  return static_cast<std::uint64_t>(std::count_if(stanza.begin(), stanza.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u;
  }));
}

}  // namespace

std::size_t most_history(const Scene& scene, const request::HistoryWish& wish) {
  const std::int64_t ceiling =
      std::min(scene.room.config->max_history, scene.settings.limits.history);
  const auto most = static_cast<std::uint64_t>(std::max<std::int64_t>(0, ceiling));
  if (wish.maxchars == 0u || wish.seconds == 0u) return 0;
  return std::min(most, wish.maxstanzas.value_or(most));
}

std::vector<RowPtr> history_for(const Scene& scene, const request::Join& ask) {
  const request::HistoryWish& wish = ask.history;
  const std::vector<RowPtr>& rows = scene.room.history.get()->rows;
  const std::size_t most = most_history(scene, wish);
  std::optional<Timestamp> from = wish.since;
  if (wish.seconds && *wish.seconds < 4'000'000'000u) {
    const Timestamp then = scene.now() - std::chrono::seconds(*wish.seconds);
    from = from ? std::max(*from, then) : then;
  }
  std::uint64_t chars = 0;
  auto first = rows.end();
  while (first != rows.begin() && static_cast<std::size_t>(rows.end() - first) < most) {
    const ArchiveRow& row = **(first - 1);
    if (from && row.stamp < *from) break;
    if (wish.maxchars && (chars += chars_of(scene, row, ask.from)) > *wish.maxchars) break;
    --first;
  }
  return {first, rows.end()};
}

}  // namespace stoa::muc
