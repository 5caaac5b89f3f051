#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <stoa/base/time.hpp>

namespace stoa::store::memory {

/// The tables of one service in the memory store. The store itself keeps a shadow of every entity's
/// state, made by E::apply of all committed changes; an engine's author adds what only tables hold
/// (items, archives) and how look-ups read them:
///
///     class PubsubTables final : public Tables<pubsub::Engine> { ... };   //
///     src/store/memory/pubsub.cpp std::unique_ptr<Tables<pubsub::Engine>> pubsub_tables(); //
///     store/memory/pubsub.hpp
///
/// An object of it outlives crashes and restarts of the program that is tested.
template <class E>
class Tables {
 public:
  using State = typename E::State;
  /// By key. Only what exists, or leaves a trace that must be loaded (keeps()).
  using Shadow = std::map<std::string, State>;

  virtual ~Tables() = default;

  /// A change was committed; `after` is the shadow with it. Rows of other tables are written here.
  virtual void commit(const std::string& key, const typename E::Change& change,
                      const State& after) = 0;
  virtual typename E::ReadResult read(const typename E::Read& read) = 0;
  /// `number` may be 0 (facts asked before an entity exists).
  virtual typename E::Facts fetch(std::uint64_t number, const typename E::Need& need) = 0;

  /// Makes of a copy of the shadow what the database would give back: what is never stored, or is
  /// fetched only when it is needed, is taken out.
  virtual void as_loaded(State& state) { E::shrink(state); }
  /// Whether the shadow of an entity that does not exist must still be kept (a redirect).
  virtual bool keeps(const State&) { return false; }
  /// Whether the entity must be touched after a start.
  virtual bool pending(const State& state, Timestamp until) {
    const auto due = E::deadline(state);
    return due && *due <= until;
  }

  Shadow shadow;
};

}  // namespace stoa::store::memory
