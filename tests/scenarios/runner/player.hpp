#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "scenarios/runner/anonymity.hpp"
#include "scenarios/runner/match.hpp"
#include "scenarios/runner/script.hpp"
#include "scenarios/runner/stage.hpp"

namespace scenario {

/// A step was not as described; what() is the whole report.
struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One stanza on its way to somebody.
struct Heard {
  std::string to;
  stoa::xml::Element stanza;
};

/// Plays a scenario on a stage and compares what is heard with what is written (strictly: after
/// each action everything that left must be matched before the next).
class Player {
 public:
  Player(const Scenario& scenario, Stage& stage) : scenario_(scenario), stage_(stage) {}

  /// Throws Failed at the first difference.
  void play() { play(0, scenario_.steps.size()); }
  /// Plays the steps [begin, end); what is unmatched at the end fails too.
  void play(std::size_t begin, std::size_t end);

  /// Performs one action without comparing; gives what was heard.
  std::vector<Heard> act(const Step& step);
  /// Captures what the `receives` among the steps [begin, end) name in `heard`, which was heard in
  /// another play of the same scenario.
  void learn(std::size_t begin, std::size_t end, const std::vector<Heard>& heard);
  /// What was heard is not to be compared.
  void forget() { waiting_.clear(); }
  /// Asks that of everything heard in play(), before it is compared.
  void watch(std::function<void(const Step&, const std::vector<Heard>&)> watcher) {
    watcher_ = std::move(watcher);
  }

 private:
  [[noreturn]] void fail(const Step& step, const std::string& what) const;
  void perform(const Step& step);
  std::vector<stoa::xml::Element> prepared(const Step& step);
  void listen(const Step& step);
  std::size_t expected_after(const Step& action) const;
  void expect(const Step& step, const std::string& who);
  void expect_one(const Step& step, const std::string& to, const stoa::xml::Element& wanted);
  bool matches_heard(const stoa::xml::Element& wanted, const Heard& heard);
  void expect_silence(const Step& step);
  void check_sane(const Step& step, const Heard& heard) const;

  const Scenario& scenario_;
  Stage& stage_;
  Captures captures_;
  std::vector<Heard> waiting_;  // heard and not matched yet
  bool waiting_matters_ = false;
  std::map<std::string, std::set<std::string>> open_ids_;  // by sender: iqs without a reply
  std::uint64_t last_id_ = 0;
  Anonymity anonymity_;
  std::function<void(const Step&, const std::vector<Heard>&)> watcher_;
};

}  // namespace scenario
