#include <algorithm>
#include <utility>

#include <stoa/muc/model/sheets.hpp>

namespace stoa::muc {

void PresenceSheets::stale(std::string_view key) {
  for (std::vector<Range>& ranges : kinds_) {
    if (ranges.empty()) continue;
    const auto behind = std::upper_bound(
        ranges.begin(), ranges.end(), key,
        [](std::string_view k, const Range& range) { return k < std::string_view(range.from); });
    std::prev(behind)->sheet = nullptr;
  }
}

std::size_t PresenceSheets::footprint() const {
  std::size_t bytes = 0;
  for (const std::vector<Range>& ranges : kinds_) {
    for (const Range& range : ranges) {
      bytes += sizeof(Range) + range.from.capacity();
      if (range.sheet) bytes += range.sheet->footprint();
    }
  }
  return bytes;
}

std::vector<PresenceSheets::Range>& PresenceSheets::ranges(Kind kind, const Occupants& occupants) {
  const std::size_t number = (kind.with_jids ? 2u : 0u) + (kind.no_strangers ? 1u : 0u);
  std::vector<Range>& ranges = kinds_[number];
  // Where most have left, ranges of a few would be many.
  if (ranges.size() > 4 * occupants.size() / range_size + 8) ranges.clear();
  if (ranges.empty()) ranges.emplace_back();
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (ranges[i].sheet) continue;
    const std::size_t begin = occupants.rank(ranges[i].from);
    const std::size_t end =
        i + 1 < ranges.size() ? occupants.rank(ranges[i + 1].from) : occupants.size();
    if (end - begin <= 2 * range_size) continue;
    std::vector<Range> more;
    for (std::size_t at = begin + range_size; at < end; at += range_size) {
      more.push_back({occupants.at(at).key});
    }
    const auto behind = ranges.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    ranges.insert(behind, std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
  }
  return ranges;
}

}  // namespace stoa::muc
