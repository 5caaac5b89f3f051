#pragma once

#include <string_view>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/stanza/error.hpp>
#include <stoa/xml/element.hpp>

/// Order-By (XEP-0413).
namespace stoa::rsm {

enum class OrderKey { creation, modification };
enum class Direction { ascending, descending };

/// One `<order/>`; the first of several is the main key.
struct Order {
  OrderKey by = OrderKey::creation;
  Direction direction = Direction::ascending;

  friend bool operator==(const Order&, const Order&) = default;
};

/// The `<order/>` children of `parent`, in their order; none: empty. An unknown or missing `by`, or
/// a `desc` that is no boolean: modify/bad-request.
Result<std::vector<Order>, StanzaError> decode_order(const xml::Element& parent);

}  // namespace stoa::rsm
