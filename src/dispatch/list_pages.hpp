#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <stoa/dispatch/service.hpp>
#include <stoa/rsm/rsm.hpp>

namespace stoa::dispatch {

/// disco#items of a domain: the lists of its services one behind the other, as one result set
/// (XEP-0030, 4.4; XEP-0059). A UID is the service's place and the entry's key in it.
struct ListQuery {
  std::vector<Service*> services;
  Jid requester;
  std::string node;                  ///< empty, or the one of commands
  std::optional<rsm::Request> page;  ///< as asked
  std::size_t cap = 100;             ///< entries at most
};

/// Exactly one of them: the answer's content, or why there is none.
using ListAnswer = std::variant<disco::Items, StanzaError>;

/// Calls `then` once, later; the services outlive that.
void list_pages(ListQuery query, std::function<void(ListAnswer)> then);

}  // namespace stoa::dispatch
