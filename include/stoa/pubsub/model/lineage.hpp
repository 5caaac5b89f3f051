#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <stoa/jid/jid.hpp>
#include <stoa/pubsub/model/types.hpp>

/// Relationships between nodes (XEP-0496): a node is linked to another, or hangs from a parent, and
/// goes with it. A node that is linked has no parent of its own: it has that of the node it is
/// linked to.
namespace stoa::pubsub {

struct NodeState;

/// The node at the other end; the number stands for it, the name is for people.
struct Relation {
  std::uint64_t number = 0;  ///< 0: there is none
  std::string node = {};

  bool is_set() const { return number != 0; }
  friend bool operator==(const Relation&, const Relation&) = default;
};

/// What a node depends on: at most one of them is set.
struct Relations {
  Relation link = {};
  Relation parent = {};
};

/// A node that another is to be linked to, or to hang from.
struct Forebear {
  std::string node = {};
  std::uint64_t number = 0;                     ///< 0: there is none of that name
  Affiliation affiliation = Affiliation::none;  ///< of the requester
  PublishModel publish_model = PublishModel::publishers;
  bool subscribed = false;  ///< the requester is
  bool beneath = false;     ///< the way up from it leads to the asking node, or it is that
  Relation parent = {};     ///< its own, or that of the node it is linked to
};

/// The nodes that depended on one that is gone.
struct Orphans {
  std::uint64_t of = 0;
  std::vector<std::string> nodes = {};
};

/// What a node must know of those that it depends on. A fact of the store, fetched for one decision
/// and good for that one only.
struct Lineage {
  Jid requester = {};
  std::vector<std::string> asked = {};
  std::vector<Forebear> found = {};  ///< one for each that was asked for, in that order
  /// The parent, its parent and so on, as far as rights go: number, name, configuration,
  /// affiliations, and the subscriptions of the requester (with access model authorize: all).
  std::vector<std::shared_ptr<const NodeState>> ancestors = {};
  bool broken = false;   ///< a node that it depends on is gone: it is about to go too
  Orphans orphans = {};  ///< asked for by itself, where a node was deleted
};

}  // namespace stoa::pubsub
