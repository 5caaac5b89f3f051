#include "store/memory/pubsub_search.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <utility>

#include <stoa/pubsub/model/options.hpp>
#include <stoa/xml/element.hpp>
#include <stoa/xml/parser.hpp>

namespace stoa::store::memory {

using namespace pubsub;

namespace {

std::optional<xml::Element> payload_of(const pubsub::Item& entry) {
  if (!entry.payload) return std::nullopt;
  auto payload = xml::parse(*entry.payload);
  if (!payload) return std::nullopt;
  return std::move(payload).value();
}

/// Words of letters and digits, without their case.
void add_words(const std::string& text, std::set<std::string>& words) {
  std::string word;
  for (const char c : text + " ") {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) != 0) {
      word += static_cast<char>(std::tolower(byte));
    } else if (!word.empty()) {
      words.insert(std::exchange(word, {}));
    }
  }
}

void add_words_of(const xml::Element& element, std::set<std::string>& words) {
  add_words(element.text(), words);
  for (const xml::Element* child : element.children()) add_words_of(*child, words);
}

}  // namespace

bool in_category(const pubsub::Item& entry, const std::string& term) {
  const auto payload = payload_of(entry);
  if (!payload || !payload->is("entry", pubsub::atom)) return false;
  const auto categories = payload->children("category", pubsub::atom);
  return std::any_of(categories.begin(), categories.end(), [&](const xml::Element* category) {
    return category->attr_or("term", {}) == term;
  });
}

bool has_words(const pubsub::Item& entry, const std::string& asked) {
  std::set<std::string> wanted;
  std::set<std::string> there;
  add_words(asked, wanted);
  const auto payload = payload_of(entry);
  if (payload) add_words_of(*payload, there);
  return !wanted.empty() && std::includes(there.begin(), there.end(), wanted.begin(), wanted.end());
}

pubsub::ReadResult archive_page(const std::map<std::uint64_t, pubsub::Item>& archive,
                                const pubsub::ArchiveRead& read) {
  using namespace pubsub;
  std::vector<Item> all;
  const mam::Query& query = read.query;
  for (const std::uint64_t seq : read.required) {
    if (!archive.contains(seq)) return UnknownUid{};
  }
  for (const auto& [seq, entry] : archive) {
    const Timestamp time = entry.meta.published;
    const bool listed =
        read.seqs.empty() || std::count(read.seqs.begin(), read.seqs.end(), seq) > 0;
    const bool out = (read.kept_from && time < *read.kept_from) ||
                     (query.start && time < *query.start) || (query.end && time > *query.end) ||
                     (query.with && entry.meta.publisher != query.with->bare()) ||
                     (read.above && seq <= *read.above) || (read.below && seq >= *read.below) ||
                     (read.category && !in_category(entry, *read.category)) ||
                     (query.fulltext && !has_words(entry, *query.fulltext));
    if (listed && !out) all.push_back(entry);
  }
  ArchivePage page{.count = all.size()};
  if (read.purpose == ArchiveRead::Purpose::edges) {
    if (!all.empty()) page.entries = {all.front(), all.back()};
    return page;
  }
  if (read.direction == rsm::Direction::descending) std::reverse(all.begin(), all.end());
  std::size_t begin = 0;
  std::size_t end = all.size();
  if (query.page.index) begin = std::min<std::size_t>(*query.page.index, end);
  if (read.anchor) {
    const auto at = std::find_if(all.begin(), all.end(), [&](const Item& entry) {
      return (read.direction == rsm::Direction::ascending) == (entry.meta.seq >= *read.anchor) ||
             entry.meta.seq == *read.anchor;
    });
    const auto place = static_cast<std::size_t>(at - all.begin());
    const bool there = at != all.end() && at->meta.seq == *read.anchor;
    if (query.page.after) begin = place + (there ? 1 : 0);
    if (query.page.before) end = place;
  }
  if (query.page.before) {
    page.complete = end - begin <= read.max;
    begin = std::max(begin, end - std::min<std::size_t>(end, read.max));
  } else {
    page.complete = end - begin <= read.max;
    end = std::min(end, begin + read.max);
  }
  page.first_index = begin;
  page.entries.assign(all.begin() + static_cast<std::ptrdiff_t>(begin),
                      all.begin() + static_cast<std::ptrdiff_t>(end));
  return page;
}

}  // namespace stoa::store::memory
