#include <array>
#include <iterator>
#include <set>
#include <sstream>

#include "scenarios/hosted/deaths.hpp"

namespace scenario {
namespace {

/// One in so many scenarios sees PostgreSQL die, which takes it half a second to recover from.
constexpr std::size_t between_crashes = 25;
constexpr std::size_t between_crashes_of_all = 8;

class DeathWalk final : public Deaths {
 public:
  explicit DeathWalk(const Walk& walk) : walk_(walk) {}

  void play(const Scenario& scenario) override {
    const std::size_t place = place_++;
    if (needs_memory(scenario)) {
      ++left_out_["the store is away"];
      return;
    }
    const std::vector<Act> acts = undisturbed(scenario);
    const std::uint64_t units = acts.empty() ? 0 : acts.back().units;
    if (units == 0) {
      ++left_out_["nothing is stored"];
      return;
    }
    ++scenarios_;
    const bool mortal = stoa_may_die(scenario);
    if (!mortal) ++immortal_;
    std::set<std::uint64_t> disturbed;
    for (const Plan& plan :
         walk_.all ? all_plans(units, place, mortal) : some_plan(units, place, mortal)) {
      const Course course = play_with_deaths(scenario, acts, plan);
      ++plays_;
      if (!course.to_the_end) ++cut_short_;
      for (const auto& [unit, death] : course.struck) {
        ++struck_[static_cast<std::size_t>(death)];
        disturbed.insert(unit);
      }
    }
    count(acts, disturbed);
  }

  std::string report() const override {
    static constexpr std::array<const char*, 6> names{
        "stoa died before a commit", "stoa died after it",     "the session ended before",
        "the session ended after",   "PostgreSQL died before", "PostgreSQL died after"};
    std::ostringstream out;
    out << "disturbed: " << scenarios_ << " scenarios, " << acts_hit_ << " of " << acts_
        << " acts that store something, " << commits_hit_ << " of " << commits_ << " commits, in "
        << plays_ << " plays\n";
    for (std::size_t i = 0; i < names.size(); ++i) {
      out << "  " << names[i] << ": " << struck_[i] << "\n";
    }
    out << "not to the end, as stoa died in the middle of an act: " << cut_short_ << "\n"
        << "stoa may not die (faults: no, or steps about the link or the store): " << immortal_
        << "\n";
    for (const auto& [why, count] : left_out_) out << "left out, " << why << ": " << count << "\n";
    return out.str();
  }

 private:
  /// A death of stoa and one of the session, or two of the session, at commits half a scenario
  /// apart.
  std::vector<Plan> some_plan(std::uint64_t units, std::size_t place, bool mortal) const {
    const std::size_t turn = place + walk_.offset / units;
    const std::uint64_t one = (5 * place + walk_.offset) % units + 1;
    const std::uint64_t other = (one - 1 + units / 2) % units + 1;
    const bool before = turn % 2 == 0;
    Death session = before ? Death::session_after : Death::session_before;
    if (place % between_crashes == walk_.offset % between_crashes) {
      session = before ? Death::postgres_after : Death::postgres_before;
    }
    Plan plan{{other, session}};
    if (mortal) {
      // Of a single commit stoa dies two times in three.
      if (other != one || turn % 3 != 0) {
        plan[one] = before ? Death::stoa_before : Death::stoa_after;
      }
    } else if (other != one) {
      plan[one] = before ? Death::session_before : Death::session_after;
    }
    return {plan};
  }

  static std::vector<Plan> all_plans(std::uint64_t units, std::size_t place, bool mortal) {
    std::vector<Plan> plans;
    Plan even;
    Plan odd;
    for (std::uint64_t unit = 1; unit <= units; ++unit) {
      if (mortal) plans.push_back({{unit, Death::stoa_before}});
      if (mortal) plans.push_back({{unit, Death::stoa_after}});
      even[unit] = unit % 2 == 0 ? Death::session_before : Death::session_after;
      odd[unit] = unit % 2 == 0 ? Death::session_after : Death::session_before;
    }
    plans.push_back(even);
    plans.push_back(odd);
    if (place % between_crashes_of_all == 0) {
      const std::uint64_t unit = place / between_crashes_of_all % units + 1;
      plans.push_back({{unit, Death::postgres_before}});
      plans.push_back({{unit, Death::postgres_after}});
    }
    return plans;
  }

  void count(const std::vector<Act>& acts, const std::set<std::uint64_t>& disturbed) {
    for (const Act& act : acts) {
      if (act.said_before.empty()) continue;
      const auto from = disturbed.lower_bound(act.first_unit());
      const auto to = disturbed.upper_bound(act.units);
      ++acts_;
      if (from != to) ++acts_hit_;
      commits_ += act.said_before.size();
      commits_hit_ += static_cast<std::uint64_t>(std::distance(from, to));
    }
  }

  Walk walk_;
  std::size_t place_ = 0;
  std::size_t scenarios_ = 0, immortal_ = 0, plays_ = 0, cut_short_ = 0;
  std::size_t acts_ = 0, acts_hit_ = 0;
  std::uint64_t commits_ = 0, commits_hit_ = 0;
  std::array<std::size_t, 6> struck_{};
  std::map<std::string, std::size_t> left_out_;
};

}  // namespace

std::unique_ptr<Deaths> make_deaths(const Walk& walk) {
  return std::make_unique<DeathWalk>(walk);
}

}  // namespace scenario
