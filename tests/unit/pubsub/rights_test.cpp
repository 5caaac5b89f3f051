#include <doctest/doctest.h>

#include "unit/pubsub/stage.hpp"

namespace stoa::pubsub {

namespace {

constexpr std::string_view owner = "hamlet@denmark.lit/elsinore";
constexpr std::string_view other = "francisco@denmark.lit/barracks";

/// A node with one item of the owner's and one of the other's, the other being what is said.
Stage with(Affiliation affiliation) {
  Stage stage;
  stage.ask(owner, action::Create{});
  stage.ask(owner, action::Configure{submit({{"pubsub#publish_model", "open"}})});
  stage.ask(owner, publish({"theirs"}));
  stage.ask(other, publish({"own"}));
  stage.ask(owner, action::Configure{submit({{"pubsub#publish_model", "publishers"}})});
  stage.settings.chart = Chart::lenient;
  if (affiliation != Affiliation::none) {
    stage.ask(owner,
              action::SetAffiliations{{{std::string(other), std::string(token(affiliation))}}});
  }
  return stage;
}

bool allowed(Affiliation affiliation, Action action) {
  Stage stage = with(affiliation);
  const auto verdict = stage.ask(other, std::move(action));
  return refusal(verdict) == nullptr;
}

struct MatrixRow {
  Affiliation affiliation;
  std::string_view cells;  ///< subscribe retrieve publish own other purge configure delete manage
};

}  // namespace

TEST_CASE("each affiliation has the privileges of the matrix [PS-AFF-15]") {
  const Jid jid = Jid::parse(other)->bare();
  const std::vector<Action> actions = {
      action::Subscribe{jid, std::nullopt},
      action::Items{},
      publish({"new"}),
      action::Retract{{"own"}, false},
      action::Retract{{"theirs"}, false},
      action::Purge{},
      action::ReadConfiguration{},
      action::Delete{},
      action::ReadAffiliations{},
  };
  const std::vector<MatrixRow> rows = {
      {Affiliation::owner, "YYYYYYYYY"},        {Affiliation::publisher, "YYYYYNNNN"},
      {Affiliation::publish_only, "NNYYNNNNN"}, {Affiliation::member, "YYNNNNNNN"},
      {Affiliation::none, "YYNNNNNNN"},         {Affiliation::outcast, "NNNNNNNNN"},
  };
  for (const MatrixRow& row : rows) {
    for (std::size_t i = 0; i < actions.size(); ++i) {
      CAPTURE(token(row.affiliation));
      CAPTURE(i);
      CHECK(allowed(row.affiliation, actions[i]) == (row.cells[i] == 'Y'));
    }
  }
}

TEST_CASE("affiliations change along the chart of 4.1 [PS-AFF-10]") {
  const std::vector<Affiliation> all = {Affiliation::outcast, Affiliation::none,
                                        Affiliation::member, Affiliation::publisher,
                                        Affiliation::owner};
  const std::vector<std::string_view> chart = {"YYYYY", "YYYYY", "YYYYY", "YYNYY", "NNNNY"};
  for (std::size_t from = 0; from < all.size(); ++from) {
    for (std::size_t to = 0; to < all.size(); ++to) {
      Stage stage = with(all[from]);
      stage.settings.chart = Chart::strict;
      const auto verdict = stage.ask(
          owner, action::SetAffiliations{{{std::string(other), std::string(token(all[to]))}}});
      CAPTURE(token(all[from]));
      CAPTURE(token(all[to]));
      const auto& step = std::get<Step<Change, Outbound>>(verdict);
      CHECK(!step.refusal.has_value() == (chart[from][to] == 'Y'));
    }
  }
}

TEST_CASE("a publisher removes only its own items where the node says so") {
  Stage stage = with(Affiliation::publisher);
  stage.ask(owner, action::Configure{submit({{"x-overwrite-policy", "original_publisher"}})});
  const auto refused = stage.ask(other, action::Retract{{"theirs"}, false});
  REQUIRE(refusal(refused) != nullptr);
  CHECK(refusal(refused)->condition == Condition::forbidden);
  CHECK(refusal(stage.ask(other, action::Retract{{"own"}, false})) == nullptr);
}

}  // namespace stoa::pubsub
