#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max);

/// Changes a sequence of stanzas such that it stays XML: a valid request with something missing,
/// doubled, moved or replaced says more about the rules than one whose brackets do not match.
class Mutation {
 public:
  explicit Mutation(unsigned seed) : random_(seed) {}

  /// The input with one to four changes, nullopt where it is no XML.
  std::optional<std::string> of(std::string_view input) {
    auto play = stoa::xml::parse("<play>" + std::string(input) + "</play>", client);
    if (!play) return std::nullopt;
    for (std::size_t left = 1 + below(4); left > 0; --left) change(*play);
    std::string text;
    for (const stoa::xml::Node& node : play->nodes()) {
      if (node.element()) stoa::xml::write(text, *node.element(), client);
    }
    return text;
  }

 private:
  using Element = stoa::xml::Element;
  using Node = stoa::xml::Node;

  static constexpr std::string_view client = "jabber:client";
  /// Words that the rules know, and some that nothing should.
  static constexpr std::array words = {"get",
                                       "set",
                                       "result",
                                       "error",
                                       "subscribe",
                                       "unavailable",
                                       "submit",
                                       "cancel",
                                       "form",
                                       "",
                                       "0",
                                       "1",
                                       "-1",
                                       "2",
                                       "99999999999999999999",
                                       "max",
                                       "true",
                                       "false",
                                       "perhaps",
                                       "none",
                                       "owner",
                                       "admin",
                                       "member",
                                       "outcast",
                                       "publisher",
                                       "publish-only",
                                       "moderator",
                                       "visitor",
                                       "subscribed",
                                       "pending",
                                       "unconfigured",
                                       "open",
                                       "authorize",
                                       "whitelist",
                                       "leaf",
                                       "collection",
                                       "all",
                                       "nodes",
                                       "items",
                                       "never",
                                       "on_sub",
                                       "reject",
                                       "hamlet@denmark.lit",
                                       "hamlet@denmark.lit/elsinore",
                                       "francisco@denmark.lit",
                                       "francisco@denmark.lit/barracks",
                                       "bernardo@denmark.lit/pda",
                                       "denmark.lit",
                                       "services.shakespeare.lit",
                                       "@",
                                       "a@b/c/d",
                                       "princely_musings",
                                       "node",
                                       "\xEE\x80\x80",
                                       "2026-01-02T12:00:00Z",
                                       "presence",
                                       "pubsub#access_model",
                                       "pubsub#max_items",
                                       "pubsub#persist_items",
                                       "pubsub#collection",
                                       "pubsub#children",
                                       "pubsub#deliver_payloads",
                                       "pubsub#expire",
                                       "pubsub#deliver"};

  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  /// Any element of the play but the play itself; nullptr where there is none.
  Element* any(Element& play) {
    std::vector<Element*> all;
    gather(play, all);
    return all.empty() ? nullptr : all[below(all.size())];
  }

  static void gather(Element& parent, std::vector<Element*>& all) {
    for (Node& node : parent.nodes()) {
      if (node.element() == nullptr) continue;
      all.push_back(node.element());
      gather(*node.element(), all);
    }
  }

  void change(Element& play) {
    constexpr std::size_t most_stanzas = 40;  // a play stays short
    Element* const at = any(play);
    if (at == nullptr) return;
    switch (below(9)) {
      case 0:
        if (play.nodes().size() < most_stanzas) repeat(play);
        break;
      case 1:
        drop(play);
        break;
      case 2:
        if (at->nodes().size() < most_stanzas) repeat(*at);
        break;
      case 3:
        drop(*at);
        break;
      case 4:
        at->nodes().clear();
        at->text(words[below(words.size())]);
        break;
      case 5:
        transplant(play, *at);
        break;
      case 6:
        swap(play);
        break;
      default:
        change_attribute(*at);
    }
  }

  /// A child stands there twice.
  void repeat(Element& parent) {
    auto& nodes = parent.nodes();
    if (nodes.empty()) return;
    Node copy = nodes[below(nodes.size())];
    nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(below(nodes.size() + 1)),
                 std::move(copy));
  }

  void drop(Element& parent) {
    auto& nodes = parent.nodes();
    if (!nodes.empty()) {
      nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(below(nodes.size())));
    }
  }

  /// Two stanzas change places.
  void swap(Element& play) {
    auto& nodes = play.nodes();
    std::swap(nodes[below(nodes.size())], nodes[below(nodes.size())]);
  }

  /// A copy of another element becomes a child.
  void transplant(Element& play, Element& into) {
    Element copy = *any(play);
    into.add(std::move(copy));
  }

  void change_attribute(Element& element) {
    const auto& attributes = element.attributes();
    if (attributes.empty()) return;
    const std::string name = attributes[below(attributes.size())].name;
    if (below(4) == 0) {
      element.remove_attr(name);
    } else {
      element.set(name, words[below(words.size())]);
    }
  }

  std::mt19937 random_;
};

/// libFuzzer's hook: mostly stanzas, now and then bytes.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max, unsigned seed) {
  if (seed % 8 != 0) {
    const auto text = Mutation(seed).of({reinterpret_cast<const char*>(data), size});
    if (text && !text->empty() && text->size() <= max) {
      std::memcpy(data, text->data(), text->size());
      return text->size();
    }
  }
  return LLVMFuzzerMutate(data, size, max);
}
