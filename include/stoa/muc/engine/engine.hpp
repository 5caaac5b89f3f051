#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <stoa/disco/disco.hpp>
#include <stoa/disco/list.hpp>
#include <stoa/muc/engine/outbound.hpp>
#include <stoa/muc/engine/request.hpp>
#include <stoa/muc/model/change.hpp>
#include <stoa/muc/model/facts.hpp>
#include <stoa/muc/model/read.hpp>
#include <stoa/muc/model/room.hpp>
#include <stoa/muc/model/settings.hpp>
#include <stoa/stanza/context.hpp>
#include <stoa/stanza/step.hpp>

namespace stoa::muc {

using RoomStep = Step<Change, Outbound>;
using RoomDecision = Decision<Change, Outbound, Read, Need>;
using RoomClaim = Claim<Request, Read>;

/// The rules of rooms (XEP-0045 and its extensions) as dispatch wants them: see
/// include/stoa/dispatch/engine.hpp for what each function promises. An entity is one room, its key
/// the localpart. All functions are pure.
struct Engine {
  using Settings = muc::Settings;
  using State = RoomState;
  using Request = muc::Request;
  using Tick = request::Tick;
  using Change = muc::Change;
  using Outbound = muc::Outbound;
  using Read = muc::Read;
  using ReadResult = muc::ReadResult;
  using Need = muc::Need;
  using Facts = muc::Facts;

  /// src/muc/wire
  static RoomClaim decode(const Stanza& stanza, const Settings& settings, const Context& context);
  static void encode(const Outbound& outbound, const State& after, const Settings& settings,
                     std::vector<Encoded>& out);
  static Result<Answered, StanzaError> answer(const Read& read, ReadResult found,
                                              const Settings& settings, const Jid& requester);
  /// The room, for what is asked of it or of an occupant; empty at the bare domain.
  static std::string error_by(const Stanza& request);

  /// src/muc/engine
  static RoomDecision decide(const State& state, const Request& request, const Settings& settings,
                             const Context& context);
  static disco::Info service_info(const Settings& settings);
  static Read list(const disco::ListRequest& request, const Settings& settings);
  static disco::ListPage list_page(ReadResult found, const Settings& settings,
                                   const disco::ListRequest& request);
  /// The audience is `all`: every session in the room.
  static std::shared_ptr<const RecipientSet> recipients(const State& state,
                                                        const std::string& audience);
  static std::optional<Timestamp> deadline(const State& state);
  /// The service's own state (src/muc/engine/lobby.hpp).
  static std::string_view shared_key();
  static void share(Settings& settings, const State& state);
  static std::vector<std::pair<std::string, Request>> errands(const Read& read,
                                                              const ReadResult& found);
  static Result<Answered, StanzaError> conclude(
      const Read& read, const ReadResult& found,
      const std::vector<std::optional<StanzaError>>& outcomes, const Settings& settings);

  /// src/muc/model
  static void apply(State& state, const Change& change);
  static Change inverse(const Change& change);
  static Durability durability(const Change& change);
  static void supply(State& state, Facts facts);
  static void shrink(State& state);
  static bool forgettable(const State& state);
  static void reloaded(State& state, Timestamp now);
  static bool exists(const State& state) { return state.exists(); }
  static std::uint64_t number(const State& state) { return state.number; }
  static std::size_t footprint(const State& state) { return state.footprint(); }
  static std::size_t population(const State& state) { return state.occupants.sessions(); }
};

}  // namespace stoa::muc
