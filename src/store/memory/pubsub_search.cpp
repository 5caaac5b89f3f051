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

}  // namespace stoa::store::memory
