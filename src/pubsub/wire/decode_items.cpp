#include <algorithm>
#include <charconv>
#include <set>

#include <stoa/pubsub/model/options.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

#include "pubsub/wire/asked.hpp"

namespace stoa::pubsub::wire {

namespace {

/// Inherited namespace under which a payload is written: no element is in it, so the text declares
/// all that it uses, `xmlns=''` included.
constexpr std::string_view nowhere = "\x01";

action::Publish::Item decode_item(const xml::Element& element) {
  action::Publish::Item item{.id = std::string(element.attr_or("id", {}))};
  item.malformed = element.has_text();
  for (const xml::Element* payload : element.children()) {
    if (item.payload) item.malformed = true;
    if (item.malformed) break;
    item.payload = payload_text(*payload);
    item.payload_ns = payload->ns();
  }
  return item;
}

bool repeats_an_id(const std::vector<action::Publish::Item>& items) {
  std::set<std::string_view> seen;
  for (const auto& item : items) {
    if (!item.id.empty() && !seen.insert(item.id).second) return true;
  }
  return false;
}

/// An XML Schema positiveInteger that fits; nullopt otherwise.
std::optional<std::uint32_t> positive(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

}  // namespace

Payload payload_text(const xml::Element& payload) {
  auto text = std::make_shared<std::string>();
  xml::write(*text, payload, nowhere);
  return text;
}

Claimed decode_publish(const Asked& asked) {
  action::Publish publish;
  for (const xml::Element* item : asked.child.children("item", ns::pubsub)) {
    publish.items.push_back(decode_item(*item));
  }
  if (publish.items.size() > 1 && repeats_an_id(publish.items)) return refuse(Fault::malformed);
  if (asked.companion) {
    if (!asked.settings.offers("publish-options")) return unsupported("publish-options");
    auto form =
        submitted_form(*asked.companion, publish_options_form, forms::MissingFormType::refused);
    if (!form) return std::move(form).error();
    if (form->type != forms::FormType::submit) return refuse(Fault::malformed);
    publish.options = std::move(form).value();
  }
  return asked.at_node(std::move(publish));
}

Claimed decode_retract(const Asked& asked) {
  action::Retract retract;
  std::set<std::string_view> seen;
  for (const xml::Element* item : asked.child.children("item", ns::pubsub)) {
    const std::string_view id = item->attr_or("id", {});
    if (id.empty()) return refuse(Fault::item_id_required);
    if (seen.insert(id).second) retract.ids.emplace_back(id);
  }
  if (retract.ids.empty()) return refuse(Fault::item_id_required);
  if (const auto notify = asked.child.attr("notify")) {
    const auto value = forms::parse_boolean(*notify);
    if (!value) return refuse(Fault::malformed);
    retract.notify = *value;
  }
  return asked.at_node(std::move(retract));
}

Claimed decode_items(const Asked& asked) {
  action::Items items{.subid = std::string(asked.child.attr_or("subid", {}))};
  std::set<std::string_view> seen;
  for (const xml::Element* item : asked.child.children("item", ns::pubsub)) {
    const std::string_view id = item->attr_or("id", {});
    if (id.empty()) return refuse(Fault::item_id_required);
    if (seen.insert(id).second) items.ids.emplace_back(id);
  }
  const std::string_view max_items = asked.child.attr_or("max_items", {});
  if (!max_items.empty()) {
    items.max_items = positive(max_items);
    if (!items.max_items) return refuse(Fault::malformed, "max_items is no positive number");
  }
  auto page = rsm::decode(asked.pubsub);
  if (!page) return std::move(page).error();
  items.page = std::move(page).value();
  auto order = rsm::decode_order(asked.pubsub);
  if (!order) return std::move(order).error();
  items.order = std::move(order).value();
  return asked.at_node(std::move(items));
}

}  // namespace stoa::pubsub::wire
