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

/// What became of errands, nullopt for done.
using Outcomes = std::vector<std::optional<StanzaError>>;

/// What a service's rules look like to dispatch. `pubsub::Engine` and `muc::Engine` are such types;
/// all functions are static and pure, and all of them are called on the loop thread.
///
///   types
///     Settings   the service's configuration; has `Jid service` (the domain served)
///     State      one entity in memory; default constructed it says "known not to exist"
///     Request    closed variant of everything an entity can be asked; copyable; constructible from
///     Tick Tick       the request that is made when deadline() has come; default constructible
///     Change     closed variant; the only way in which a State changes; holds before and after
///     Outbound   closed variant of everything that is said
///     Read       closed variant of look-ups that the store executes; copyable
///     Need       closed variant of facts that the store fetches;  Facts  what it fetched
///     ReadResult what the store found for a Read
///
///   functions
///     decode(const Stanza&, const Settings&, const Context&) -> Claim<Request, Read>
///         Gets every kind of stanza. Of iq requests: exactly one payload and an id are certain. Iq
///         results and stanzas of type error are claimed (ForEntity, ForNumber) where they answer
///         something of ours, else NotMine or Silence.
///     decide(const State&, const Request&, const Settings&, const Context&)
///         -> Decision<Change, Outbound, Read, Need>
///         `context.now` never goes backward between two calls.
///     apply(State&, const Change&)       total; durable and soft changes alike
///     inverse(const Change&) -> Change   apply(apply(s, c), inverse(c)) == s
///     durability(const Change&)          of a unit of work the hardest of its changes counts
///     supply(State&, Facts)              puts fetched facts into the state (a cache, not a change)
///     encode(const Outbound&, const State& after, const Settings&, std::vector<Encoded>& out)
///         Appends the final form; `after` is the state after the step's changes.
///     recipients(const State&, const std::string& audience) -> shared_ptr<const RecipientSet>
///         Who gets a broadcast of the outbox now; null or empty for nobody.
///     answer(const Read&, ReadResult, const Settings&, const Jid& requester)
///         -> Result<Answered, StanzaError>
///         Turns what the store found into the iq's reply and the messages before it (archives).
///     error_by(const Stanza& request) -> std::string
///         The `by` of an error (RFC 6120, 8.3.1); empty for none.
///     service_info(const Settings&) -> disco::Info   identity, features, forms at the bare domain
///     list(const disco::ListRequest&, const Settings&) -> Read
///         The service's part of disco#items at the bare domain, and what the store found for it:
///     list_page(ReadResult, const Settings&, const disco::ListRequest&) -> disco::ListPage
///     deadline(const State&) -> optional<Timestamp>   when the entity next wants a Tick
///     exists(const State&) -> bool, number(const State&) -> uint64_t (0 where it does not exist)
///     footprint(const State&) -> size_t  bytes, roughly, for the memory budget
///     population(const State&) -> size_t optional: who is in it, for the metrics
///     shrink(State&)                     drops what can be fetched again (history, item index)
///     errands(const Read&, const ReadResult&) -> vector<pair<key, Request>>   optional
///         What a look-up leads to before it is answered: requests to entities, without a stanza,
///         carried out one by one. When each is stored or refused, conclude() is asked in place of
///         answer(): its outcomes stand in the order of the errands, nullopt for done.
///     errands_elsewhere(const Read&, const ReadResult&) -> vector of {service, key, request}
///         optional, beside errands(): requests to entities of another service of the same engine.
///         Their outcomes come behind those of errands().
///     conclude(const Read&, const ReadResult&, Outcomes, const Settings&)
///         -> Result<Answered, StanzaError>    with Outcomes = vector<optional<StanzaError>>
///     forgettable(const State&) -> bool   optional
///         Whether nothing would be missed of what is in memory only, if the state went.
///     reloaded(State&, Timestamp now)   optional
///         The state was loaded, but not for the first time in this run.
///     shared_key() -> string, share(Settings&, const State&)   optional
///         The entity whose state every decision of the service must know: share() puts what counts
///         into the settings, whenever it has changed. It is loaded before anything else.
///     shares(const Settings&) -> bool   optional: whether this service has such an entity
///
///   functions of an engine that wants to know who is on line (PresenceAware); then presence that
///   is addressed to the bare domain is dispatch's, and `context.presences` is set
///     watched(const Change&) -> const vector<Jid>*   bare JIDs whose presence may be needed from
///         now on, or no longer; null for other changes
///     read_watched(vector<Jid>) -> Read   which of these (empty: which at all) are needed;
///     watched_in(const ReadResult&) -> vector<Jid>
///     read_concerned(bare, Turn) -> Read   entities that must decide when somebody comes or goes;
///     concerned_in(const ReadResult&) -> vector<uint64_t>   their numbers
///     presence_request(who, Turn) -> Request   what each of them decides, without a stanza
///     presence_grace(const Settings&) -> Duration   after a break, until silence means absence
///   functions of an engine whose changes may concern another entity (Neighbourly)
///     follow_up(const Change&) -> optional<pair<string, Request>>   key and request, submitted
///         without a stanza when the change is journalled; it sees what that change made
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
  typename E::Tick;
  E::apply(state, change);
  { E::inverse(change) } -> std::same_as<typename E::Change>;
  { E::durability(change) } -> std::same_as<Durability>;
  { E::deadline(seen) } -> std::same_as<std::optional<Timestamp>>;
  { E::exists(seen) } -> std::same_as<bool>;
  { E::number(seen) } -> std::same_as<std::uint64_t>;
  { E::footprint(seen) } -> std::same_as<std::size_t>;
  E::shrink(state);
};

template <class E>
concept PresenceAware = requires(const typename E::Change& change) {
  E::watched(change);
};

template <class E>
concept Neighbourly = requires(const typename E::Change& change) {
  E::follow_up(change);
};

}  // namespace stoa::dispatch
