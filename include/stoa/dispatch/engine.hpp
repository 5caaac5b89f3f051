#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/stanza/context.hpp>
#include <stoa/stanza/step.hpp>

namespace stoa::dispatch {

/// What a service's rules look like to dispatch. `pubsub::Engine` and `muc::Engine` are such types; all
/// functions are static and pure, and all of them are called on the loop thread.
///
///   types
///     Settings   the service's configuration; has `Jid service` (the domain served)
///     State      one entity in memory; default constructed it says "known not to exist"
///     Request    closed variant of everything an entity can be asked, `Tick` and `Bounce` among them
///     Change     closed variant; the only way in which a State changes; holds before and after
///     Outbound   closed variant of everything that is said
///     Read       closed variant of look-ups that the store executes
///     Need       closed variant of facts that the store fetches;  Facts  what it fetched
///     ReadResult what the store found for a Read
///
///   functions
///     decode(stanza, settings, context) -> Claim<Request, Read>
///         Stanzas of type error that answer an iq of ours are ForEntity with a Bounce or an IqAnswer.
///     decide(state, request, settings, context) -> Decision<Change, Outbound, Read, Need>
///         `context.now` never goes backward between two calls.
///     apply(state, change)           total; durable and soft changes alike
///     inverse(change) -> Change      apply(apply(s, c), inverse(c)) == s
///     durability(change)             of a unit of work the hardest of its changes counts
///     supply(state, facts)           puts fetched facts into the state (a cache, not a change)
///     encode(outbound, after, settings, out)
///         Appends the final form; `after` is the state after the step's changes.
///     recipients(state, audience) -> shared_ptr<const RecipientSet>
///         Who gets a broadcast of the outbox now; null or empty for nobody.
///     answer(read, result, settings, requester) -> Answered
///         Turns what the store found into the iq's reply and the messages before it (archives).
///     service_info(settings) -> disco::Info        identity, features and forms at the bare domain
///     list(requester, page, settings) -> Read      the service's part of disco#items at the bare domain
///     list_page(result, settings) -> ListPage      what the store found for it (dispatch/service.hpp)
///     deadline(state) -> optional<Timestamp>       when the entity next wants a Tick
///     exists(state) -> bool, number(state) -> uint64_t (0 where it does not exist)
///     footprint(state) -> size_t     bytes, roughly, for the memory budget
///     shrink(state)                  drops what can be fetched again (history, item index)
///
/// The state of an entity is a cache of the store: after all its changes are committed it may be
/// dropped at any time and loaded again without anybody noticing.
template <class E>
concept Engine = requires(typename E::State& state, const typename E::State& seen,
                          const typename E::Change& change) {
  typename E::Settings;
  typename E::Request;
  typename E::Outbound;
  typename E::Read;
  typename E::ReadResult;
  typename E::Need;
  typename E::Facts;
  E::apply(state, change);
  { E::inverse(change) } -> std::same_as<typename E::Change>;
  { E::durability(change) } -> std::same_as<Durability>;
  { E::deadline(seen) } -> std::same_as<std::optional<Timestamp>>;
  { E::exists(seen) } -> std::same_as<bool>;
  { E::number(seen) } -> std::same_as<std::uint64_t>;
  { E::footprint(seen) } -> std::same_as<std::size_t>;
  E::shrink(state);
};

}  // namespace stoa::dispatch
