#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include <doctest/doctest.h>

#include "unit/pubsub/stage.hpp"

/// Requests as XML at one service, and what is answered, as a line.
namespace stoa::pubsub::asked {

inline constexpr std::string_view me = "hamlet@denmark.lit/elsinore";

enum class Space { ps, pso };

constexpr std::string_view name_of(Space space) {
  return space == Space::ps ? ns::pubsub : ns::pubsub_owner;
}

/// As on the wire: "modify bad-request jid-required".
inline std::string described(const StanzaError& error) {
  std::string text = std::string(token(error.type)) + " " + std::string(token(error.condition));
  if (!error.application) return text;
  text += " " + error.application->name();
  if (const auto feature = error.application->attr("feature")) text += " " + std::string(*feature);
  return text;
}

/// A node "node" of hamlet's with the item "i", to which he is subscribed; no other node exists.
class Service {
 public:
  Service() {
    stage.settings.limits.batch = 3;
    stage.settings.limits.requested_ids = 3;
    stage.settings.limits.entries = 3;
    stage.settings.limits.node_id_bytes = 64;
    stage.settings.limits.item_id_bytes = 64;
    stage.settings.limits.payload_bytes = 512;
    stage.settings = prepare(std::move(stage.settings));
    stage.ask(me, action::Create{});
    stage.ask(me, publish({"i"}));
    stage.ask(me, action::Subscribe{Jid::parse(me)->bare(), std::nullopt});
  }

  /// "ok" is a result or a look-up, "unclaimed" what dispatch answers with service-unavailable;
  /// "partly" goes before the error of a request that was carried out in part.
  std::string answer(std::string_view type, std::string_view payload) {
    const std::string iq = "<iq xmlns='jabber:client' id='1' to='services.shakespeare.lit' from='" +
                           std::string(me) + "' type='" + std::string(type) + "'>" +
                           std::string(payload) + "</iq>";
    auto stanza = decode_stanza(xml::parse(iq).value());
    REQUIRE(stanza.ok());
    const Context context{stage.now, stage.ids, false};
    return std::visit(
        [this](auto& claimed) { return outcome(claimed); },
        *std::make_unique<Claim<Request, Read>>(Engine::decode(*stanza, stage.settings, context)));
  }

  /// The same inside of `<pubsub/>`.
  std::string asked(Space space, std::string_view type, std::string_view inner) {
    return answer(type, "<pubsub xmlns='" + std::string(name_of(space)) + "'>" +
                            std::string(inner) + "</pubsub>");
  }

  Stage stage;

 private:
  std::string outcome(const claim::NotMine&) { return "unclaimed"; }
  std::string outcome(const claim::Silence&) { return "silence"; }
  std::string outcome(const claim::Answer&) { return "ok"; }
  std::string outcome(const claim::ForStore<Read>&) { return "ok"; }
  std::string outcome(const claim::ForNumber<Request>&) { return "bounce"; }
  std::string outcome(const StanzaError& error) { return described(error); }
  std::string outcome(const claim::ForEntity<Request>& c) { return decided(c.request); }
  std::string outcome(const claim::ForNewEntity<Request>& c) { return decided(c.request); }

  std::string decided(const Request& request) {
    const bool known = request.node == "node";
    const NodeState none;
    Stage::Verdict verdict = stage.decide(known ? stage.state : none, request);
    if (const auto* error = std::get_if<StanzaError>(&verdict)) return described(*error);
    const auto* step = std::get_if<Step<Change, Outbound>>(&verdict);
    if (step && step->refusal) return "partly " + described(*step->refusal);
    return "ok";
  }
};

struct Row {
  std::string_view type;
  std::string_view inner;  ///< what is in `<pubsub/>`
  std::string_view answer;
};

inline void check(Space space, std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    CAPTURE(row.type);
    CAPTURE(row.inner);
    CHECK(Service().asked(space, row.type, row.inner) == row.answer);
  }
}

inline constexpr std::string_view bad = "modify bad-request";
inline constexpr std::string_view no_node = "modify bad-request nodeid-required";
inline constexpr std::string_view no_jid = "modify bad-request jid-required";
inline constexpr std::string_view wrong_jid = "modify bad-request invalid-jid";
inline constexpr std::string_view no_item = "modify bad-request item-required";
inline constexpr std::string_view bad_options = "modify bad-request invalid-options";
inline constexpr std::string_view not_acceptable = "modify not-acceptable";
inline constexpr std::string_view not_found = "cancel item-not-found";

}  // namespace stoa::pubsub::asked
