#include <random>

#include <doctest/doctest.h>

#include "unit/pubsub/stage.hpp"

namespace stoa::pubsub {

namespace {

const std::vector<std::string> people = {"hamlet@denmark.lit/elsinore", "francisco@denmark.lit/x",
                                         "bernardo@denmark.lit/y", "romeo@montague.lit/z"};

template <class T>
const T& one_of(const std::vector<T>& choices, std::mt19937& random) {
  return choices[random() % choices.size()];
}

std::string bare_of(const std::string& full) {
  return full.substr(0, full.find('/'));
}

/// Any request, sensible or not.
Action any_action(std::mt19937& random, const std::string& from) {
  const std::string id = std::to_string(random() % 6);
  const Jid self = *Jid::parse(random() % 2 == 0 ? from : bare_of(from));
  switch (random() % 17) {
    case 0:
      return action::Create{};
    case 1:
      return action::Delete{};
    case 2:
      return action::Purge{};
    case 3:
      return action::Subscribe{self, std::nullopt};
    case 4:
      return action::Unsubscribe{self, {}};
    case 5:
      return action::Retract{{id}, true};
    case 6:
      return action::Configure{submit({{"pubsub#max_items", std::to_string(random() % 5)}})};
    case 7:
      return action::Configure{submit({{"pubsub#persist_items", random() % 2 == 0 ? "0" : "1"}})};
    case 8: {
      const std::vector<std::string> models = {"open", "whitelist", "authorize"};
      return action::Configure{submit({{"pubsub#access_model", one_of(models, random)}})};
    }
    case 9: {
      const std::vector<std::string> values = {"none", "member", "publisher", "outcast", "owner"};
      return action::SetAffiliations{{{one_of(people, random), one_of(values, random)}}};
    }
    case 10:
      return action::SetSubscriptions{
          {{bare_of(one_of(people, random)), {}, random() % 2 == 0 ? "subscribed" : "none"}}};
    case 11:
      return publish({id, id + "b"});
    case 12:
      return action::SetOptions{
          self, {}, submit({{"pubsub#digest", random() % 2 == 0 ? "0" : "1"}})};
    case 13:
      return Tick{};
    default:
      return publish({random() % 2 == 0 ? id : std::string()});
  }
}

void check_history(const Stage& stage) {
  NodeState undone = stage.state;
  for (auto step = stage.history.rbegin(); step != stage.history.rend(); ++step) {
    pubsub::apply(undone, inverse(step->second));
    REQUIRE(same_stored(undone, step->first));
  }
}

void check_store(const Stage& stage) {
  REQUIRE(stage.state.item_count == stage.stored.size());
  if (!stage.state.exists()) return;
  const bool transient = !stage.state.config->persist_items || stage.state.config->max_items == 0u;
  const std::size_t limit = transient ? 1 : stage.state.config->max_items.value_or(100'000);
  REQUIRE(stage.stored.size() <= limit);
  if (stage.state.last_item) {
    REQUIRE(stage.state.last_item->meta == stage.stored.rbegin()->second.meta);
  }
  for (const auto& [seq, item] : stage.stored) {
    const auto found = stage.state.items.find(item.meta.id);
    REQUIRE(found.knowledge != ItemIndex::Knowledge::absent);
    if (found.item) REQUIRE(*found.item == item.meta);
  }
}

void play(std::uint32_t seed, bool forgetful, std::size_t whole_index) {
  Stage stage;
  stage.forgetful = forgetful;
  stage.settings.limits.whole_index = whole_index;
  std::mt19937 random(seed);
  for (int i = 0; i < 120; ++i) {
    const std::string& from = random() % 2 == 0 ? people.front() : one_of(people, random);
    stage.now += std::chrono::seconds(random() % 20 == 0 ? 86'400 : 1);
    stage.ask(from, any_action(random, from));
    check_store(stage);
  }
  check_history(stage);
}

}  // namespace

TEST_CASE(
    "any sequence of requests is undone step by step, and memory agrees with the store "
    "[PS-EVI-04 PS-DUR-07]") {
  for (std::uint32_t seed = 0; seed < 40; ++seed) play(seed, false, 2000);
}

TEST_CASE("the same with every cache dropped before each request") {
  for (std::uint32_t seed = 100; seed < 130; ++seed) play(seed, true, 2000);
}

TEST_CASE("the same with nodes too big to be known whole") {
  for (std::uint32_t seed = 200; seed < 230; ++seed) play(seed, seed % 2 == 0, 1);
}

TEST_CASE("the inverse of an undo is the change itself") {
  Stage stage;
  stage.ask(people.front(), action::Create{});
  const Change& change = stage.history.back().second;
  NodeState state = stage.history.back().first;
  pubsub::apply(state, inverse(inverse(change)));
  CHECK(same_stored(state, stage.state));
}

}  // namespace stoa::pubsub
