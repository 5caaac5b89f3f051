#include <algorithm>
#include <cstring>
#include <utility>

#include <stoa/stanza/listing.hpp>
#include <stoa/xml/write.hpp>

namespace stoa {

void StanzaSheet::close() {
  const auto end = static_cast<std::uint32_t>(text_.size());
  largest_ = std::max<std::size_t>(largest_, end - begin(size()));
  entries_.push_back({gap_, end});
}

std::size_t StanzaSheet::footprint() const {
  return sizeof(StanzaSheet) + text_.capacity() + entries_.capacity() * sizeof(Entry);
}

Listing::Listing(const Jid& to) : to_(xml::escaped(to.str(), xml::Quoting::attribute)) {}

void Listing::add(std::shared_ptr<const StanzaSheet> sheet, std::size_t first, std::size_t last) {
  if (first >= last) return;
  largest_ = std::max(largest_, sheet->largest());
  const std::size_t begin = size();
  parts_.push_back({std::move(sheet), first, begin, begin + last - first});
}

std::vector<Listing::Part>::const_iterator Listing::part_of(std::size_t i) const {
  return std::upper_bound(parts_.begin(), parts_.end(), i,
                          [](std::size_t at, const Part& part) { return at < part.end; });
}

std::size_t Listing::bytes(std::size_t first, std::size_t last) const {
  std::size_t sum = 0;
  for (auto part = part_of(first); first < last; ++part) {
    const std::size_t end = std::min(last, part->end);
    const std::size_t from = part->first + first - part->begin;
    sum += part->sheet->bytes(from, from + end - first) + (end - first) * to_.size();
    first = end;
  }
  return sum;
}

std::size_t Listing::write(std::size_t first, std::size_t last, char*& at,
                           const char* limit) const {
  const auto put = [&](std::string_view bytes) {
    std::memcpy(at, bytes.data(), bytes.size());
    at += bytes.size();
  };
  for (auto part = part_of(first); first < last; ++part) {
    for (const std::size_t end = std::min(last, part->end); first < end; ++first) {
      const std::size_t i = part->first + first - part->begin;
      const std::string_view before = part->sheet->before(i);
      const std::string_view behind = part->sheet->behind(i);
      if (static_cast<std::size_t>(limit - at) < before.size() + to_.size() + behind.size()) {
        return first;
      }
      put(before);
      put(to_);
      put(behind);
    }
  }
  return first;
}

}  // namespace stoa
