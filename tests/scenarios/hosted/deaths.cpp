#include "scenarios/hosted/deaths.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <system_error>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

#include "scenarios/runner/in_process.hpp"
#include "scenarios/runner/player.hpp"
#include "scenarios/runner/show.hpp"

namespace scenario {
namespace {

using namespace stoa;

/// In memory entities are numbered from 1, in PostgreSQL from a multiple of this, which depends on
/// how often stoa was started.
constexpr unsigned number_bits = 36;

/// The stanza as text, with numbers of entities as they are in memory.
std::string plain(const xml::Element& stanza) {
  const std::string text = xml::to_string(stanza);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789", i), text.size());
    std::uint64_t number = 0;
    const auto [_, problem] = std::from_chars(text.data() + i, text.data() + end, number);
    if (end > i && problem == std::errc() && number >> number_bits != 0) {
      out += std::to_string(number & ((std::uint64_t{1} << number_bits) - 1));
    } else {
      out.append(text, i, end - i);
    }
    if (end < text.size()) out += text[end];
    i = end + 1;
  }
  return out;
}

/// What was begun before stoa died and is done afterwards has ids of its own.
enum class Ids { same, any };

/// Stanzas, each as often as it may still be heard.
class Allowed {
 public:
  Allowed(const std::vector<Heard>& heard, std::size_t count, Ids ids = Ids::same) : ids_(ids) {
    for (std::size_t i = 0; i < count; ++i) ++left_[text_of(heard[i])];
  }
  bool take(const Heard& heard) { return --left_[text_of(heard)] >= 0; }
  /// One that was not heard; empty where there is none.
  std::string missing() const {
    for (const auto& [stanza, count] : left_) {
      if (count > 0) return stanza;
    }
    return {};
  }

 private:
  std::string text_of(const Heard& heard) const {
    xml::Element stanza = heard.stanza;
    if (ids_ == Ids::any) stanza.remove_attr("id");
    return plain(stanza);
  }

  Ids ids_;
  std::map<std::string, int> left_;
};

/// Whether that stanza is what the outbox row says to its addressee.
bool says(const dispatch::OutboxRow& row, const Heard& heard) {
  std::string text = row.head;
  if (!row.middle.empty()) text += xml::escaped(heard.to) + row.middle + row.tail;
  const auto parsed = xml::parse("<all>" + text + "</all>", ns::client);
  if (!parsed.ok() || !parsed.value().first_child()) return false;
  xml::Element said = *parsed.value().first_child();
  xml::Element got = heard.stanza;
  said.remove_attr("id");  // it may end with a tag of the addressee's own
  got.remove_attr("id");
  return plain(said) == plain(got);
}

/// One play in which stoa dies in one of the acts.
class Fall {
 public:
  Fall(const Scenario& scenario, const std::vector<Act>& acts, std::uint64_t unit, Death death)
      : scenario_(scenario),
        acts_(acts),
        at_(static_cast<std::size_t>(
            std::find_if(acts.begin(), acts.end(),
                         [&](const Act& act) { return act.units >= unit; }) -
            acts.begin())),
        unit_(unit),
        death_(death) {}

  /// Whether the scenario could be played to its end.
  bool play(Player& player, MortalPostgres& backing) {
    player.play(0, act().step);
    player.forget();
    heard_ = player.act(step());
    if (!backing.dead()) fail("this commit does not come");
    Allowed before(act().heard, act().said_before[place()]);
    for (const Heard& it : heard_) {
      if (!before.take(it) || all_rests_on(backing.last_durability())) {
        fail("nobody was told of its commit, yet " + said_to(it));
      }
    }
    const std::vector<dispatch::OutboxRow> rows = backing.last_rows();
    start_again(player);
    if (!is_before(death_)) look_for(rows);
    return go_on(player);
  }

 private:
  const Act& act() const { return acts_[at_]; }
  const Step& step() const { return scenario_.steps[act().step]; }
  std::size_t place() const { return static_cast<std::size_t>(unit_ - act().first_unit()); }
  bool first() const { return place() == 0; }
  bool last() const { return unit_ == act().units; }

  /// Whatever a single stanza makes, where that is one unit that is waited for.
  bool all_rests_on(Durability durability) const {
    return durability != Durability::soft && act().said_before.size() == 1 &&
           step().stanzas.size() <= 1;
  }

  [[noreturn]] void fail(const std::string& what) const { fail_at(scenario_, act(), unit_, what); }
  static std::string said_to(const Heard& it) { return it.to + " hears\n" + shown(it.stanza); }

  /// Whether its time had come when stoa died, so that it is seen to as soon as stoa is back.
  bool overdue() const { return is_before(death_) && first() && !says_something(step()); }

  /// What was proved to nobody may be heard once more, and what was stored for the first time.
  void start_again(Player& player) {
    std::size_t count = act().heard.size();
    if (is_before(death_) && !overdue()) count = act().said_before[place()];
    if (!is_before(death_) && !last()) count = act().said_before[place() + 1];
    Allowed stored(act().heard, count, overdue() ? Ids::any : Ids::same);
    perform(player, Verb::crash, stored);
  }

  /// Performs something and hears nothing but that.
  void perform(Player& player, Verb verb, Allowed& allowed) {
    Step action;
    action.line = step().line;
    action.verb = verb;
    for (Heard& it : player.act(action)) {
      if (!allowed.take(it)) fail("when stoa is back " + said_to(it));
      heard_.push_back(std::move(it));
    }
  }

  /// All of them are sent again: to whoever heard of them in the undisturbed play.
  void look_for(const std::vector<dispatch::OutboxRow>& rows) {
    Allowed heard(heard_, heard_.size());
    for (const Heard& it : act().heard) {
      const bool owed = std::any_of(rows.begin(), rows.end(),
                                    [&](const dispatch::OutboxRow& row) { return says(row, it); });
      if (owed && !heard.take(it)) {
        fail("it was stored, and when stoa is back it is not sent: " + said_to(it));
      }
    }
  }

  bool go_on(Player& player) {
    if (is_before(death_) && first() && says_something(step())) {  // it is asked for again
      player.play(act().step, scenario_.steps.size());
      return true;
    }
    if (is_before(death_) ? !first() : !last()) return false;
    if (overdue()) catch_up(player);
    std::size_t next = at_ + 1;
    if (next < acts_.size() && starts_again(acts_[next])) {
      // What was sent again is not proved before something else is said.
      std::vector<Heard> both = act().heard;
      both.insert(both.end(), acts_[next].heard.begin(), acts_[next].heard.end());
      Allowed allowed(both, both.size(), overdue() ? Ids::any : Ids::same);
      perform(player, scenario_.steps[acts_[next].step].verb, allowed);
      ++next;
    }
    if (next == acts_.size()) return true;
    player.learn(act().step, acts_[at_ + 1].step, as_heard());
    player.play(acts_[next].step, scenario_.steps.size());
    return true;
  }

  bool starts_again(const Act& other) const {
    const Verb verb = scenario_.steps[other.step].verb;
    return verb == Verb::restart || verb == Verb::crash;
  }

  /// What is heard in this act, with the numbers of this play where it was heard in it.
  std::vector<Heard> as_heard() const {
    std::vector<Heard> all = act().heard;
    for (Heard& it : all) {
      const std::string wanted = plain(it.stanza);
      const auto same = std::find_if(heard_.begin(), heard_.end(), [&](const Heard& other) {
        return plain(other.stanza) == wanted;
      });
      if (same != heard_.end()) it = *same;
    }
    return all;
  }

  /// All of what is overdue is seen to now.
  void catch_up(Player& player) {
    Allowed all(act().heard, act().heard.size(), Ids::any);
    for (const Heard& it : heard_) static_cast<void>(all.take(it));
    perform(player, Verb::time_passes, all);
    if (const std::string missing = all.missing(); !missing.empty()) {
      fail("when stoa is back nobody hears\n" + missing);
    }
  }

  const Scenario& scenario_;
  const std::vector<Act>& acts_;
  std::size_t at_;
  std::uint64_t unit_;
  Death death_;
  std::vector<Heard> heard_;
};

const char* name_of(Death death) {
  switch (death) {
    case Death::stoa_before:
      return "stoa dies before commit ";
    case Death::stoa_after:
      return "stoa dies after commit ";
    case Death::session_before:
      return "the session ends before commit ";
    case Death::session_after:
      return "the session ends after commit ";
    case Death::postgres_before:
      return "PostgreSQL dies before commit ";
    case Death::postgres_after:
      return "PostgreSQL dies after commit ";
  }
  return "";
}

}  // namespace

Course play_with_deaths(const Scenario& scenario, const std::vector<Act>& acts, const Plan& plan) {
  Course course;
  MortalPostgres backing(MortalPlace::instance(), settings_of(scenario));
  for (const auto& [unit, death] : plan) backing.plan(unit, death);
  try {
    InProcess stage(backing);
    Player player(scenario, stage);
    const auto fall = std::find_if(plan.begin(), plan.end(),
                                   [](const auto& it) { return is_of_stoa(it.second); });
    if (fall == plan.end()) {
      player.play();
    } else {
      course.to_the_end = Fall(scenario, acts, fall->first, fall->second).play(player, backing);
    }
    if (!backing.wrong().empty()) throw Failed(scenario.file + ": " + backing.wrong());
  } catch (const std::exception& failed) {
    std::string what;
    for (const auto& [unit, death] : plan) {
      what += (what.empty() ? "" : ", ") + std::string(name_of(death)) + std::to_string(unit);
    }
    throw Failed(what + ": " + failed.what());
  }
  course.struck = backing.struck();
  return course;
}

bool stoa_may_die(const Scenario& scenario) {
  if (!scenario.faults) return false;
  return std::none_of(scenario.steps.begin(), scenario.steps.end(), [](const Step& step) {
    return is_action(step.verb) && !says_something(step) && step.verb != Verb::time_passes &&
           step.verb != Verb::restart && step.verb != Verb::crash;
  });
}

bool needs_memory(const Scenario& scenario) {
  return std::any_of(scenario.steps.begin(), scenario.steps.end(),
                     [](const Step& step) { return step.verb == Verb::store_away; });
}

}  // namespace scenario
