#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/disco/disco.hpp>
#include <stoa/disco/list.hpp>
#include <stoa/pubsub/engine/outbound.hpp>
#include <stoa/pubsub/engine/request.hpp>
#include <stoa/pubsub/model/change.hpp>
#include <stoa/pubsub/model/node.hpp>
#include <stoa/pubsub/model/read.hpp>
#include <stoa/pubsub/model/settings.hpp>
#include <stoa/stanza/context.hpp>
#include <stoa/stanza/stanza.hpp>
#include <stoa/stanza/step.hpp>

namespace stoa::pubsub {

/// The rules of nodes (XEP-0060) in the shape that dispatch wants (dispatch/engine.hpp says what
/// each function promises). An entity is a node, its key the NodeID.
struct Engine {
  using Settings = pubsub::Settings;
  using State = NodeState;
  using Request = pubsub::Request;
  using Tick = pubsub::Tick;
  using Change = pubsub::Change;
  using Outbound = pubsub::Outbound;
  using Read = pubsub::Read;
  using ReadResult = pubsub::ReadResult;
  using Need = pubsub::Need;
  using Facts = pubsub::Facts;

  static Claim<Request, Read> decode(const Stanza& stanza, const Settings& settings,
                                     const Context& context);
  static Decision<Change, Outbound, Read, Need> decide(const State& state, const Request& request,
                                                       const Settings& settings,
                                                       const Context& context);
  static void apply(State& state, const Change& change) { pubsub::apply(state, change); }
  static Change inverse(const Change& change) { return pubsub::inverse(change); }
  static Durability durability(const Change& change) { return pubsub::durability(change); }
  static void supply(State& state, const Facts& facts) { pubsub::supply(state, facts); }

  static void encode(const Outbound& outbound, const State& after, const Settings& settings,
                     std::vector<Encoded>& out);
  static std::shared_ptr<const RecipientSet> recipients(const State& state,
                                                        const std::string& audience);
  static Result<Answered, StanzaError> answer(const Read& read, ReadResult result,
                                              const Settings& settings, const Jid& requester);
  static std::vector<std::pair<std::string, Request>> errands(const Read& read,
                                                              const ReadResult& found);
  struct Elsewhere {
    std::string service;
    std::string key;
    pubsub::Request request;
  };
  static std::vector<Elsewhere> errands_elsewhere(const Read& read, const ReadResult& found);
  static Result<Answered, StanzaError> conclude(
      const Read& read, const ReadResult& found,
      const std::vector<std::optional<StanzaError>>& outcomes, const Settings& settings);
  /// The root of all collections: whether anybody is subscribed to it is part of the settings.
  static bool shares(const Settings& settings);
  static std::string_view shared_key() { return root_key; }
  static void share(Settings& settings, const State& state);
  static std::string error_by(const Stanza&) { return {}; }

  static disco::Info service_info(const Settings& settings);
  static Read list(const disco::ListRequest& request, const Settings& settings);
  static disco::ListPage list_page(ReadResult result, const Settings& settings,
                                   const disco::ListRequest& request);

  static const std::vector<Jid>* watched(const Change& change);
  static Read read_watched(std::vector<Jid> bares) { return WatchedRead{std::move(bares)}; }
  static std::vector<Jid> watched_in(const ReadResult& result);
  static Read read_concerned(const Jid& bare, Turn turn) { return ConcernedRead{bare, turn}; }
  static std::vector<std::uint64_t> concerned_in(const ReadResult& result);
  static Request presence_request(const Jid& who, Turn turn);
  static Duration presence_grace(const Settings& settings) { return settings.presence_grace; }
  static std::optional<std::pair<std::string, Request>> follow_up(const Change& change);

  static std::optional<Timestamp> deadline(const State& state);
  static bool exists(const State& state) { return state.exists(); }
  static std::uint64_t number(const State& state) { return state.number; }
  static std::size_t footprint(const State& state) { return state.footprint(); }
  static void shrink(State& state) { state.shrink(); }
};

}  // namespace stoa::pubsub
