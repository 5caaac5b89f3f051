#include <algorithm>

#include <stoa/pubsub/model/config.hpp>
#include <stoa/pubsub/model/filter.hpp>
#include <stoa/pubsub/model/options.hpp>
#include <stoa/xml/parser.hpp>

namespace stoa::pubsub {

namespace {

constexpr char keyword_mark = 'k';
constexpr char category_mark = 'c';
constexpr char publisher_mark = 'p';

void append_line(std::string& out, char mark, std::string_view value) {
  out += mark;
  out += value;
  out += '\n';
}

/// All character data, with a blank between elements.
void append_text(std::string& out, const xml::Element& element) {
  for (const xml::Node& node : element.nodes()) {
    if (const auto* text = node.text()) {
      out += *text;
    } else {
      out += ' ';
      append_text(out, *node.element());
      out += ' ';
    }
  }
}

bool ascii_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/// Of text in any script: what is not ASCII may be a letter.
bool continues_word(char c) {
  return ascii_word(c) || static_cast<unsigned char>(c) >= 0x80;
}

bool holds_word(std::string_view text, std::string_view word) {
  if (word.empty()) return false;  // nothing is left of it when it is folded
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool cut_before = at > 0 && ascii_word(word.front()) && continues_word(text[at - 1]);
    const bool cut_behind =
        end < text.size() && ascii_word(word.back()) && continues_word(text[end]);
    if (!cut_before && !cut_behind) return true;
  }
  return false;
}

}  // namespace

std::string stored_text(const Filter& filter) {
  std::string out;
  for (const std::string& word : filter.keywords) append_line(out, keyword_mark, word);
  for (const std::string& term : filter.categories) append_line(out, category_mark, term);
  for (const Jid& jid : filter.publishers) append_line(out, publisher_mark, jid.str());
  return out;
}

std::optional<Filter> filter_of(std::string_view stored_text) {
  Filter filter;
  while (!stored_text.empty()) {
    const std::size_t end = std::min(stored_text.find('\n'), stored_text.size());
    if (end == 0) return std::nullopt;
    const char mark = stored_text.front();
    const std::string_view value = stored_text.substr(1, end - 1);
    stored_text.remove_prefix(std::min(end + 1, stored_text.size()));
    if (mark == keyword_mark) {
      filter.keywords.emplace_back(value);
    } else if (mark == category_mark) {
      filter.categories.emplace_back(value);
    } else if (mark == publisher_mark) {
      auto jid = Jid::parse(value);
      if (!jid) return std::nullopt;
      filter.publishers.push_back(std::move(*jid));
    } else {
      return std::nullopt;
    }
  }
  return filter;
}

bool shows_publishers(const NodeConfig& config) {
  return config.itemreply == ItemReply::publisher;
}

void Sieve::read() const {
  if (std::exchange(read_, true) || !item_->payload) return;
  const auto payload = xml::parse(*item_->payload);
  if (!payload) return;
  std::string text;
  append_text(text, *payload);
  text_ = fold_case(text);
  if (!payload->is("entry", atom)) return;
  for (const xml::Element* category : payload->children("category", atom)) {
    if (const auto term = category->attr("term")) categories_.emplace(*term);
  }
}

bool Sieve::passes(const Filter& filter) const {
  const auto& publishers = filter.publishers;
  const bool by_publisher =
      publishers.empty() ||
      (shows_publisher_ &&
       std::find(publishers.begin(), publishers.end(), item_->meta.publisher) != publishers.end());
  if (!by_publisher) return false;
  if (filter.keywords.empty() && filter.categories.empty()) return true;
  read();
  const auto any = [](const std::vector<std::string>& values, const auto& meets) {
    return values.empty() || std::any_of(values.begin(), values.end(), meets);
  };
  return any(filter.keywords,
             [&](const std::string& word) { return holds_word(text_, fold_case(word)); }) &&
         any(filter.categories,
             [&](const std::string& term) { return categories_.contains(term); });
}

}  // namespace stoa::pubsub
