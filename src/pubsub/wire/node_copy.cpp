#include "pubsub/wire/node_copy.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <stoa/pubsub/model/options.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

#include "pubsub/engine/faults.hpp"
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub::wire {

namespace {

using Part = CopyPlace::Part;

constexpr std::array<std::pair<std::string_view, Part>, 6> part_words{
    {{"node", Part::node},
     {"affiliations", Part::affiliations},
     {"subscriptions", Part::subscriptions},
     {"items", Part::items},
     {"relations", Part::relations},
     {"following", Part::following}}};

std::string as_line(const xml::Element& element) {
  std::string text = xml::to_string(element);
  for (std::size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at)) {
    text.replace(at, 1, "&#10;");
  }
  return text;
}

std::string node_line(const NodeState& state, const Settings& settings) {
  xml::Element line("node", node_copy_ns);
  line.set("name", state.node).set("creator", state.creator.str());
  line.set("created", format_xep0082(state.created));
  line.add(forms::encode(settings.tables->node.render(forms::FormType::submit, *state.config)));
  return as_line(line);
}

std::string affiliation_line(const Jid& jid, Affiliation affiliation) {
  xml::Element line("affiliation", node_copy_ns);
  line.set("jid", jid.str()).set("affiliation", token(affiliation));
  return as_line(line);
}

std::string subscription_line(const Subscription& held, const NodeState& state,
                              const Settings& settings) {
  xml::Element line("subscription", node_copy_ns);
  line.set("jid", held.jid.str()).set("subid", held.subid).set("state", token(held.state));
  line.set("since", format_xep0082(held.since));
  if (held.expires) line.set("expires", format_xep0082(*held.expires));
  if (held.announce) line.set("announce", format_xep0082(*held.announce));
  line.add(forms::encode(settings.tables->subscribe.render(forms::FormType::submit,
                                                           Lease{held.options, held.expires},
                                                           viewer_of(*state.config, settings))));
  return as_line(line);
}

std::string item_line(const Item& item) {
  const ItemMeta& meta = item.meta;
  xml::Element line("item", node_copy_ns);
  line.set("id", meta.id).set("publisher", meta.publisher.str());
  line.set("published", format_xep0082(meta.published));
  line.set("created", format_xep0082(meta.created));
  line.set("seq", std::to_string(meta.seq)).set("first-seq", std::to_string(meta.first_seq));
  if (item.payload) {
    auto payload = xml::parse(*item.payload);
    if (payload) line.add(std::move(payload).value());
  }
  return as_line(line);
}

/// Empty where it stands in no relation.
std::string relations_line(const NodeState& state) {
  forms::Form form{.type = forms::FormType::submit, .form_type = std::string(node_config_form)};
  const auto add = [&](std::string_view var, forms::Values values) {
    form.fields.push_back(forms::Field{.var = std::string(var),
                                       .type = forms::FieldType::text_multi,
                                       .values = std::move(values)});
  };
  forms::Values collections;
  for (const auto& [number, node] : state.parents) collections.push_back(node);
  if (!collections.empty()) add(collection_field, std::move(collections));
  if (state.link().is_set()) {
    add(link_field, {state.link().node});
  } else if (state.parent().is_set()) {
    add(parent_field, {state.parent().node});
  }
  if (form.fields.empty()) return {};
  xml::Element line("relations", node_copy_ns);
  line.add(forms::encode(form));
  return as_line(line);
}

/// Fills one page with parts of a node, as far as it goes.
class CopyWriter {
 public:
  CopyWriter(const look::Copy& asked, const CopyFound& found, const Settings& settings)
      : found_(found), state_(*found.node), settings_(settings), place_(asked.place) {
    if (place_.part == Part::following) place_ = {};
    place_.node = state_.node;
  }

  /// Whether the last line goes on in the next page.
  bool cut() const { return place_.offset > 0; }
  /// Whether that line is no longer what it was.
  bool torn() const { return torn_; }
  /// Whether the node is written down to its end.
  bool fill();
  const std::vector<std::string>& lines() const { return lines_; }
  const CopyPlace& place() const { return place_; }

 private:
  void add(std::string line) {
    bytes_ += line.size();
    lines_.push_back(std::move(line));
  }
  bool full() const { return bytes_ > node_copy_bytes; }
  void go_to(Part part) { place_ = {.node = state_.node, .part = part}; }
  void begin();
  bool affiliations();
  bool subscriptions();
  bool items();
  bool item(const Item& item);

  const CopyFound& found_;
  const NodeState& state_;
  const Settings& settings_;
  CopyPlace place_;
  std::vector<std::string> lines_;
  std::size_t bytes_ = 0;
  bool torn_ = false;
};

/// So many bytes from there on, and no part of a character.
std::string piece(const std::string& line, std::size_t offset) {
  std::size_t end = std::min(offset + node_copy_bytes, line.size());
  while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0u) == 0x80u) --end;
  return line.substr(offset, end - offset);
}

/// The owners too, since without one there is no node.
void CopyWriter::begin() {
  add(node_line(state_, settings_));
  for (const auto& [jid, affiliation] : state_.affiliations) {
    if (affiliation == Affiliation::owner) add(affiliation_line(jid, affiliation));
  }
}

bool CopyWriter::affiliations() {
  for (const auto& [jid, affiliation] : state_.affiliations) {
    if (affiliation == Affiliation::owner || jid.str() <= place_.jid) continue;
    if (full()) return false;
    add(affiliation_line(jid, affiliation));
    place_.jid = jid.str();
  }
  return true;
}

bool CopyWriter::subscriptions() {
  const auto key = [](const Subscription& held) {
    return std::pair(std::string_view(held.jid.str()), std::string_view(held.subid));
  };
  std::vector<const Subscription*> all;
  for (const Subscription& held : state_.subscriptions) {
    if (key(held) > std::pair(std::string_view(place_.jid), std::string_view(place_.subid))) {
      all.push_back(&held);
    }
  }
  std::sort(all.begin(), all.end(),
            [&](const Subscription* a, const Subscription* b) { return key(*a) < key(*b); });
  for (const Subscription* held : all) {
    if (full()) return false;
    add(subscription_line(*held, state_, settings_));
    place_.jid = held->jid.str();
    place_.subid = held->subid;
  }
  return true;
}

bool CopyWriter::items() {
  for (const Item& one : found_.items) {
    if (full() || !item(one)) return false;
  }
  return !found_.more;
}

/// False where the page ends before or within it: a large one has pages of its own.
bool CopyWriter::item(const Item& item) {
  const std::string line = item_line(item);
  const bool begun = place_.offset > 0;
  torn_ = begun && (place_.cut != item.meta.seq || place_.offset >= line.size());
  if (torn_) return false;
  if (begun || line.size() > node_copy_bytes) {
    if (!lines_.empty()) return false;
    add(piece(line, place_.offset));
    place_.offset += lines_.back().size();
    place_.cut = item.meta.seq;
    if (place_.offset < line.size()) return false;
    place_.offset = 0;
  } else {
    add(line);
  }
  place_.seq = item.meta.seq;
  return true;
}

bool CopyWriter::fill() {
  const bool with_items = place_.part == Part::items;
  if (place_.part == Part::node) {
    begin();
    go_to(Part::affiliations);
  }
  if (place_.part == Part::affiliations) {
    if (!affiliations()) return false;
    go_to(Part::subscriptions);
  }
  if (place_.part == Part::subscriptions) {
    if (!subscriptions()) return false;
    go_to(state_.item_count > 0 ? Part::items : Part::relations);
  }
  if (place_.part == Part::items) {
    if (!with_items || !items()) return false;
    go_to(Part::relations);
  }
  if (const std::string line = relations_line(state_); !line.empty()) add(line);
  return true;
}

forms::Form form_of_page(const std::string& node, const std::vector<std::string>& lines,
                         const std::string& next) {
  using forms::FieldType;
  forms::Form form{.type = forms::FormType::result, .title = "Copy of a node"};
  form.form_type = service_form;
  const auto add = [&](std::string_view var, FieldType type, forms::Values values) {
    form.fields.push_back(
        forms::Field{.var = std::string(var), .type = type, .values = std::move(values)});
  };
  add("node", FieldType::text_single, {node});
  add("data", FieldType::text_multi, lines);
  if (!next.empty()) add("next", FieldType::text_single, {next});
  return form;
}

/// Up to the next blank; both are taken off.
std::string_view word_off(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

bool number_in(std::string_view word, std::uint64_t& number) {
  const auto read = std::from_chars(word.data(), word.data() + word.size(), number);
  return read.ec == std::errc() && read.ptr == word.data() + word.size();
}

}  // namespace

std::string copy_mark(const CopyPlace& place) {
  std::string mark;
  for (const auto& [word, part] : part_words) {
    if (part == place.part) mark = word;
  }
  mark += " " + std::to_string(place.node.size()) + " " + place.node;
  if (place.part == Part::affiliations) mark += " " + place.jid;
  if (place.part == Part::subscriptions) mark += " " + place.subid + " " + place.jid;
  if (place.part == Part::items) mark += " " + std::to_string(place.seq);
  if (place.offset > 0) {
    mark += " " + std::to_string(place.offset) + " " + std::to_string(place.cut);
  }
  return mark;
}

std::optional<CopyPlace> copy_place(std::string_view mark) {
  CopyPlace place;
  const std::string_view word = word_off(mark);
  const auto* const row = std::find_if(part_words.begin(), part_words.end(),
                                       [&](const auto& known) { return known.first == word; });
  std::uint64_t length = 0;
  if (row == part_words.end() || !number_in(word_off(mark), length)) return std::nullopt;
  if (length > mark.size()) return std::nullopt;
  place.part = row->second;
  place.node = mark.substr(0, length);
  mark.remove_prefix(length);
  if (mark.starts_with(' ')) mark.remove_prefix(1);
  if (place.part == Part::items) {
    if (!number_in(word_off(mark), place.seq)) return std::nullopt;
    const bool whole = mark.empty() || (number_in(word_off(mark), place.offset) &&
                                        number_in(word_off(mark), place.cut) && mark.empty());
    if (!whole) return std::nullopt;
  }
  if (place.part == Part::subscriptions) place.subid = word_off(mark);
  if (place.part != Part::items) place.jid = mark;
  return place;
}

Result<xml::Element, StanzaError> copy_page(const look::Copy& asked, const CopyFound& found,
                                            const Settings& settings) {
  const bool following = asked.place.part == Part::following;
  if (!found.node) {
    if (!asked.all) return refuse(Fault::no_such_node);
    CopyPlace next{.node = asked.place.node, .part = Part::following};
    return forms::encode(form_of_page({}, {}, following ? std::string() : copy_mark(next)));
  }
  const bool own = asked.owner.empty() || found.node->entry_of(asked.owner) == Affiliation::owner;
  if (!own) return refuse(Fault::forbidden);
  CopyWriter page(asked, found, settings);
  std::string next;
  const bool whole = page.fill();
  if (page.torn()) return refuse(Fault::no_such_item, "The item has changed meanwhile.");
  if (!whole) {
    next = copy_mark(page.place());
  } else if (asked.all) {
    next = copy_mark({.node = found.node->node, .part = Part::following});
  }
  forms::Form form = form_of_page(found.node->node, page.lines(), next);
  if (page.cut()) {
    form.fields.push_back(
        forms::Field{.var = "cut", .type = forms::FieldType::boolean, .values = {"1"}});
  }
  return forms::encode(form);
}

}  // namespace stoa::pubsub::wire
