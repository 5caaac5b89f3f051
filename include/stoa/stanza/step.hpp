#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <stoa/stanza/error.hpp>
#include <stoa/stanza/outgoing.hpp>
#include <stoa/xml/element.hpp>

namespace stoa {

/// Whether a step ends its iq request. `later`: the request was passed on (XEP-0045, 17.4), its
/// reply is an Outbound of a later step (the answer that came back, or the error when none came in
/// time).
enum class Replies { now, later };

/// What an accepted request does: the changes, in order, and what is said about them. Everything
/// said is held back until the changes are stored. Order on the wire: `before_reply`, the reply to
/// an iq request, `outbound`.
///
/// `reply` is the payload of the iq result; nullopt makes an empty result. For messages and
/// presence there is no reply and the field is not read.
///
/// `refusal`: the request was carried out in part (XEP-0060, 8.8.2.4 and 8.9.2.4). The changes and
/// everything said stand, but the iq is answered with this error, and `reply` takes the place of
/// the request's payload in it.
template <class Change, class Outbound>
struct Step {
  std::vector<Change> changes = {};
  std::vector<Outbound> before_reply = {};
  std::optional<xml::Element> reply = {};
  std::optional<StanzaError> refusal = {};
  std::vector<Outbound> outbound = {};
  Replies replies = Replies::now;
};

/// An answer that the rules have authorised and the store must look up. Nothing changes.
template <class Read>
struct ReadPlan {
  Read read;
};

/// The rules cannot decide before they know more than the entity's state in memory holds (an item
/// that is not in the index, a history that was dropped). The store fetches the facts, the engine's
/// supply() puts them into the state, and the same request is decided again; the entity's later
/// requests wait.
template <class Need>
struct Lacks {
  Need need;
};

template <class Change, class Outbound, class Read, class Need>
using Decision = std::variant<Step<Change, Outbound>, ReadPlan<Read>, Lacks<Need>, StanzaError>;

/// How long the outputs of a unit of work wait (docs/architecture.md, "Durability").
enum class Durability {
  hard,  ///< for the commit, always
  chat,  ///< for the commit, unless the journal has been failing for longer than `archive_grace`
  soft,  ///< for nothing; stored when the journal gets to it
};

/// An outbound value in its final form. `audience` is set on a broadcast that must reach its
/// recipients even if the process dies right after the commit: it is stored with the unit (the
/// outbox), and after a restart the engine's recipients() names those who get it, from the word
/// kept here.
struct Encoded {
  Outgoing outgoing;
  std::optional<std::string> audience;
};

/// What a look-up turns into: messages that go before the reply (XEP-0313), then the iq result.
struct Answered {
  std::vector<Outgoing> before_reply;
  std::optional<xml::Element> reply;  ///< payload of the iq result
};

/// What a service makes of one stanza that is addressed to it, before any state is looked at.
namespace claim {
struct NotMine {};                    ///< another service of this domain may answer it
struct Silence {};                    ///< taken, and nothing is to be said or done
struct Answer {                       ///< answered from settings alone
  std::optional<xml::Element> reply;  ///< payload of the iq result
};
template <class Request>
struct ForEntity {  ///< a request to the room or node of that key
  std::string key;
  Request request;
};
template <class Request>
struct ForNewEntity {  ///< as ForEntity, with a key that decode has just minted: the
  std::string key;     ///< store is not asked for it
  Request request;
};
template <class Request>
struct ForNumber {  ///< a request to the entity of that number (bounces)
  std::uint64_t number;
  Request request;
};
template <class Read>
struct ForStore {  ///< a look-up over many entities (lists)
  Read read;
};
}  // namespace claim

template <class Request, class Read>
using Claim = std::variant<claim::NotMine, claim::Silence, claim::Answer, claim::ForEntity<Request>,
                           claim::ForNewEntity<Request>, claim::ForNumber<Request>,
                           claim::ForStore<Read>, StanzaError>;

}  // namespace stoa
