#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/forms/form.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/mam/mam.hpp>
#include <stoa/pubsub/model/item.hpp>
#include <stoa/pubsub/model/types.hpp>
#include <stoa/rsm/order.hpp>
#include <stoa/rsm/rsm.hpp>
#include <stoa/stanza/error.hpp>
#include <stoa/stanza/presences.hpp>

/// Everything that a node can be asked, one struct each, in the form in which the rules want it:
/// shapes are checked, JIDs read, payloads serialised.
namespace stoa::pubsub::action {

/// XEP-0060, 8.1. `configure`: fields of the form that came along, if any.
struct Create {
  std::optional<forms::Form> configure = {};
  bool instant = false;  ///< the NodeID is minted or was normalised: the reply must name it
};

/// 8.2
struct ReadConfiguration {};
struct Configure {
  forms::Form form = {};
};

/// 8.4
struct Delete {
  std::optional<std::string> redirect = {};
};
/// 8.5
struct Purge {};

/// The user is gone from the server: nodes that it alone owns end, or go to the heir that the
/// settings name; elsewhere its affiliation and its subscriptions do.
struct RemoveUser {
  Jid user = {};  ///< bare
};
/// The node of that name that was deleted last is wanted back.
struct Restore {};

/// What a node is and holds, for service administrators.
struct Inspect {};
/// The node's items, behind one of them (its id) or from the oldest.
struct ListItems {
  std::string after = {};
  std::size_t max = 0;
};
/// The node gets another owner, in the place of that one, or (empty) of all.
struct ChangeOwner {
  Jid to = {};
  Jid from = {};
};
/// The count of items is put right.
struct Recount {};
/// A text from the service, to these (bare). Asked of no node: nothing but the record changes.
struct Announce {
  std::string text = {};
  std::vector<Jid> to = {};
};
/// Lines of a copy (wire/node_copy.hpp), all of them or none: the node is made, or added to.
struct Import {
  std::vector<std::string> lines = {};
};
/// An owner offers the node to somebody (bare); empty: to nobody any more.
struct OfferNode {
  Jid to = {};
};
/// The one to whom the node is offered takes it over, or declines.
struct AnswerOffer {
  bool accept = false;
};

/// 6.1; `options` came along (6.3.7).
struct Subscribe {
  Jid jid = {};
  std::optional<forms::Form> options = {};
  bool is_public = false;  ///< marked so (XEP-0465)
};
/// 6.2
struct Unsubscribe {
  Jid jid = {};
  std::string subid = {};  ///< empty where absent
};
/// 6.3
struct ReadOptions {
  Jid jid = {};
  std::string subid = {};
};
struct SetOptions {
  Jid jid = {};
  std::string subid = {};
  forms::Form form = {};
};
/// 6.4
struct DefaultOptions {};

/// 5.6, 5.7 at one node
struct OwnSubscriptions {};
struct OwnAffiliations {};

/// 6.5
struct Items {
  std::vector<std::string> ids = {};
  std::optional<std::uint32_t> max_items = {};
  std::optional<rsm::Request> page = {};
  std::vector<rsm::Order> order = {};
  std::string subid = {};
};

/// XEP-0465, 4.4: of the list of public subscribers.
struct PublicSubscribers {
  Items ask = {};
};
struct WatchSubscribers {
  Jid jid = {};
};
struct UnwatchSubscribers {
  Jid jid = {};
  std::string subid = {};
};
struct OwnWatches {};
struct SubscribersInfo {};

/// 7.1
struct Publish {
  struct Item {
    std::string id = {};  ///< empty where the service makes one
    Payload payload = {};
    std::string payload_ns = {};
    bool malformed = false;  ///< more than one payload, or character data beside it
    /// On behalf of whom, and when it was: from service administrators only; empty: of the sender,
    /// now.
    Jid publisher = {};
    std::optional<Timestamp> at = {};
  };
  std::vector<Item> items = {};
  std::optional<forms::Form> options = {};
};

/// A node that was hosted elsewhere comes here as it was. One that is there already stays as it is,
/// and nobody is told. Without a configuration it is private.
struct TakeOver {
  std::optional<forms::Form> configuration = {};
  std::vector<Publish::Item> items = {};  ///< the oldest first; of too many the newest stay
};

/// 7.2
struct Retract {
  std::vector<std::string> ids = {};
  bool notify = false;
};

/// 8.8; `state` empty: the element says nothing about it.
struct ReadSubscriptions {
  std::optional<rsm::Request> page = {};
};
struct SetSubscriptions {
  struct Entry {
    std::string jid = {};  ///< as written
    std::string subid = {};
    std::optional<std::string> state = {};
  };
  std::vector<Entry> entries = {};
};

/// 8.9
struct ReadAffiliations {
  std::optional<rsm::Request> page = {};
};
struct SetAffiliations {
  struct Entry {
    std::string jid = {};
    std::optional<std::string> affiliation = {};
  };
  std::vector<Entry> entries = {};
};

/// XEP-0442
struct AskArchive {
  mam::Request ask = {};
  std::optional<std::string> category = {};  ///< of Atom entries
};

/// XEP-0248, 7.5 and 7.6: the node comes into a collection, or leaves it.
struct Associate {
  std::string collection = {};
  bool dissociate = false;
  bool authorised = false;  ///< by whoever may configure the collection
};

/// XEP-0496, 4.3 and 4.4: the node goes if it depends on the one that is gone.
struct Follow {
  std::uint64_t gone = 0;
};
/// The node of that number, which had this name, is gone: those that depended on it follow.
struct SeekOrphans {
  std::uint64_t gone = 0;
};

/// Somebody came on line, or left: the sender of the request, full or bare.
struct TurnUp {
  Turn turn = Turn::arrived;
};

/// 8.6: an owner's answer to the form, in a message.
struct Authorize {
  Jid jid = {};
  std::string subid = {};
  bool allow = false;
};
/// 8.7.4: the forms of all pending subscriptions are wanted again; the second step of the command.
struct SendPending {
  std::string session = {};
};

/// 5.3, 5.5
struct NodeInfo {};
struct NodeItems {
  std::optional<rsm::Request> page = {};
};

/// Publications of a node, by their place: none, one, or all of a batch.
struct Publications {
  std::uint64_t first = 0;  ///< seq
  std::uint64_t count = 0;
};

/// 12.4: an event came back. `tag` as in the recipient set.
struct Bounce {
  std::string tag = {};
  ErrorType type = ErrorType::cancel;
  std::optional<Condition> condition = {};
  Publications about = {};
};

/// XEP-0163, 4.3.3: a resource came on line, or began to want the node's events; it is the sender.
struct Greet {};
/// A contact lost what let it in: its subscriptions end where they may not stay (XEP-0163, 7.1).
struct Review {
  Jid bare = {};
};

}  // namespace stoa::pubsub::action

namespace stoa::pubsub {

/// A deadline of the node has come: leases, pending subscriptions, expired items.
struct Tick {};

using Action = std::variant<
    Tick, action::Create, action::ReadConfiguration, action::Configure, action::Delete,
    action::Purge, action::Subscribe, action::Unsubscribe, action::ReadOptions, action::SetOptions,
    action::DefaultOptions, action::OwnSubscriptions, action::OwnAffiliations, action::Items,
    action::Publish, action::Retract, action::ReadSubscriptions, action::SetSubscriptions,
    action::ReadAffiliations, action::SetAffiliations, action::Authorize, action::SendPending,
    action::NodeInfo, action::NodeItems, action::Bounce, action::Associate, action::AskArchive,
    action::TurnUp, action::Greet, action::Review, action::Follow, action::SeekOrphans,
    action::RemoveUser, action::Restore, action::Inspect, action::ListItems, action::ChangeOwner,
    action::Recount, action::Announce, action::Import, action::OfferNode, action::AnswerOffer,
    action::TakeOver, action::PublicSubscribers, action::WatchSubscribers,
    action::UnwatchSubscribers, action::OwnWatches, action::SubscribersInfo>;

/// A request is the last step of a command (XEP-0050), and is answered as such.
struct CommandStep {
  std::string command = {};
  std::string session = {};
};

/// Who asks what of which node.
struct Request {
  Jid from = {};
  std::string node = {};  ///< normalised
  Action action = {};
  std::optional<CommandStep> command = {};

  Request() = default;
  Request(Tick tick) : action(tick) {}
  Request(Jid sender, std::string node_id, Action what)
      : from(std::move(sender)), node(std::move(node_id)), action(std::move(what)) {}
};

}  // namespace stoa::pubsub
