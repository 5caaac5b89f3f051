#include <doctest/doctest.h>

#include "unit/pubsub/stage.hpp"

namespace stoa::pubsub {

namespace {

const std::string digest_owner = "hamlet@denmark.lit/elsinore";

Stage with_digests_for(const std::vector<std::string>& subscribers) {
  Stage stage;
  stage.ask(digest_owner, action::Create{});
  for (const std::string& jid : subscribers) {
    stage.ask(jid, action::Subscribe{*Jid::parse(jid), submit({{"pubsub#digest", "1"}})});
  }
  return stage;
}

std::vector<say::Digest> digests_in(const Stage::Verdict& verdict) {
  std::vector<say::Digest> found;
  for (const Outbound& said : std::get<Step<Change, Outbound>>(verdict).outbound) {
    if (const auto* digest = std::get_if<say::Digest>(&said)) found.push_back(*digest);
  }
  return found;
}

}  // namespace

TEST_CASE("a digest goes only to those who may read the node when it is sent [PS-OPT-26]") {
  Stage stage = with_digests_for({"bernardo@denmark.lit", "francisco@denmark.lit"});
  stage.ask(digest_owner, action::SetAffiliations{{{"bernardo@denmark.lit", "member"}}});
  stage.ask(digest_owner, publish({"a"}));
  NodeConfig closed = *stage.state.config;
  closed.access_model = AccessModel::whitelist;  // and nobody has looked at the subscriptions yet
  stage.state.config = std::make_shared<const NodeConfig>(closed);
  stage.now += std::chrono::hours(24);
  REQUIRE(Engine::deadline(stage.state) == stage.now);
  const auto sent = digests_in(stage.ask(digest_owner, Tick{}));
  REQUIRE(sent.size() == 1);
  REQUIRE(sent[0].to.size() == 1);
  CHECK(sent[0].to[0].first.str() == "bernardo@denmark.lit");
  CHECK_FALSE(Engine::deadline(stage.state));
}

TEST_CASE("subscribers for whom the same waits get one broadcast") {
  Stage stage = with_digests_for({"a@denmark.lit", "b@denmark.lit", "c@denmark.lit"});
  stage.ask(digest_owner, publish({"x"}));
  stage.ask(digest_owner, publish({"y"}));
  stage.now += std::chrono::hours(24);
  const auto sent = digests_in(stage.ask(digest_owner, Tick{}));
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].items.size() == 2);
  CHECK(sent[0].to.size() == 3);
}

TEST_CASE("a log that nobody needs any more is emptied") {
  Stage stage = with_digests_for({"a@denmark.lit"});
  stage.ask(digest_owner, publish({"x"}));
  const auto dropped = [&] {
    const auto last = std::find_if(
        stage.history.rbegin(), stage.history.rend(),
        [](const auto& one) { return std::holds_alternative<change::Logged>(one.second); });
    return std::get<change::Logged>(last->second).dropped;
  };
  CHECK(dropped() <= 1);
  const Stage before = stage;
  stage.now += std::chrono::hours(24);
  stage.ask(digest_owner, Tick{});
  CHECK(dropped() == 2);
  stage = before;
  stage.ask("a@denmark.lit", action::Unsubscribe{*Jid::parse("a@denmark.lit"), {}});
  CHECK(dropped() == 2);
  stage = before;
  stage.ask(digest_owner, action::Purge{});
  CHECK(dropped() == 2);
}

TEST_CASE("nothing is logged where nobody wants digests") {
  Stage stage;
  stage.ask(digest_owner, action::Create{});
  stage.ask("a@denmark.lit", action::Subscribe{*Jid::parse("a@denmark.lit"), std::nullopt});
  stage.ask(digest_owner, publish({"x"}));
  CHECK(stage.log.empty());
}

}  // namespace stoa::pubsub
