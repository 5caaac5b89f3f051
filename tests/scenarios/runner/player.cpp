#include "scenarios/runner/player.hpp"

#include <algorithm>
#include <utility>

#include "scenarios/runner/show.hpp"

namespace scenario {
namespace {

using stoa::xml::Element;

bool is_reply(const Element& stanza) {
  return stanza.name() == "iq" &&
         (stanza.attr("type") == "result" || stanza.attr("type") == "error");
}

}  // namespace

void Player::fail(const Step& step, const std::string& what) const {
  std::string text =
      scenario_.file + ":" + std::to_string(step.line) + ": " + what + "\n  " + scenario_.title;
  if (!waiting_.empty()) text += "\n  heard and not matched:\n";
  for (const Heard& heard : waiting_) text += "   to " + heard.to + "\n" + shown(heard.stanza);
  throw Failed(text);
}

void Player::play(std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    const Step& step = scenario_.steps[i];
    if (is_action(step.verb)) {
      expect_silence(step);
      waiting_matters_ = step.matched;
      perform(step);
    } else if (step.verb == Verb::receives) {
      for (const std::string& who : step.who) expect(step, who);
    }
  }
  if (end > begin) expect_silence(scenario_.steps[end - 1]);
}

std::vector<Heard> Player::act(const Step& step) {
  waiting_.clear();
  perform(step);
  return std::exchange(waiting_, {});
}

void Player::learn(std::size_t begin, std::size_t end, const std::vector<Heard>& heard) {
  static_cast<void>(anonymity_.heard(heard));
  std::vector<Heard> left = heard;
  for (std::size_t i = begin; i < end; ++i) {
    const Step& step = scenario_.steps[i];
    if (step.verb != Verb::receives) continue;
    for (const std::string& who : step.who) {
      const std::string to = filled(scenario_.address(who), captures_);
      for (const Element& wanted : step.stanzas) {
        Element complete = wanted;
        if (!complete.attr("to")) complete.set("to", to);
        const auto found = std::find_if(left.begin(), left.end(), [&](const Heard& it) {
          return it.to == to && matches_stanza(complete, it.stanza, captures_);
        });
        if (found != left.end()) left.erase(found);
      }
    }
  }
}

void Player::perform(const Step& step) {
  switch (step.verb) {
    case Verb::sends:
    case Verb::server_sends:
      stage_.send(prepared(step));
      break;
    case Verb::time_passes:
      stage_.pass(step.time);
      break;
    case Verb::store_fails:
      stage_.fail_store(step.count);
      break;
    case Verb::store_away:
      stage_.set_store(Stage::StoreMood::away);
      break;
    case Verb::store_waits:
      stage_.set_store(Stage::StoreMood::waits);
      break;
    case Verb::store_back:
    case Verb::store_goes_on:
      stage_.fail_store(0);
      stage_.set_store(Stage::StoreMood::normal);
      break;
    case Verb::link_drops:
    case Verb::link_returns:
      stage_.set_link(step.verb == Verb::link_returns);
      break;
    case Verb::restart:
      stage_.restart(Stage::Ending::orderly);
      break;
    case Verb::crash:
      stage_.restart(Stage::Ending::crash);
      break;
    case Verb::receives:
    case Verb::receives_nothing:
      break;
  }
  listen(step);
}

/// The stanzas of a step with captures, senders and ids filled in.
std::vector<Element> Player::prepared(const Step& step) {
  std::vector<Element> stanzas;
  for (const Element& written : step.stanzas) {
    Element stanza = filled(written, captures_);
    if (step.verb == Verb::sends && !stanza.attr("from")) {
      stanza.set("from", scenario_.address(step.who.front()));
    }
    const bool request =
        stanza.name() == "iq" && (stanza.attr("type") == "get" || stanza.attr("type") == "set");
    if (request && !stanza.attr("id") && step.verb == Verb::sends) {
      stanza.set("id", "iq-" + std::to_string(++last_id_));
    }
    if (stanza.attr("id") == "{none}") stanza.remove_attr("id");
    if (request) {
      open_ids_[std::string(stanza.attr_or("from", ""))].insert(
          std::string(stanza.attr_or("id", "")));
    }
    anonymity_.sent(stanza);
    stanzas.push_back(std::move(stanza));
  }
  return stanzas;
}

void Player::listen(const Step& step) {
  std::vector<Heard> heard;
  for (Element& stanza : stage_.take(expected_after(step))) {
    std::string to(stanza.attr_or("to", ""));
    heard.push_back({std::move(to), std::move(stanza)});
    check_sane(step, heard.back());
  }
  if (const auto wrong = anonymity_.heard(heard)) fail(step, *wrong);
  if (watcher_) watcher_(step, heard);
  std::move(heard.begin(), heard.end(), std::back_inserter(waiting_));
}

/// How many stanzas the steps name that say what this one causes.
std::size_t Player::expected_after(const Step& action) const {
  std::size_t count = 0;
  bool behind = false;
  for (const Step& step : scenario_.steps) {
    if (behind && is_action(step.verb)) break;
    if (behind && step.verb == Verb::receives) count += step.who.size() * step.stanzas.size();
    behind = behind || &step == &action;
  }
  return count;
}

/// What must be true of every stanza, whatever the scenario says (MUC-COMP-02).
void Player::check_sane(const Step& step, const Heard& heard) const {
  const Element& stanza = heard.stanza;
  if (heard.to.empty()) fail(step, "a stanza without to left:\n" + shown(stanza));
  if (stanza.attr_or("from", "").empty()) {
    fail(step, "a stanza without from left:\n" + shown(stanza));
  }
}

void Player::expect(const Step& step, const std::string& who) {
  const std::string to = filled(scenario_.address(who), captures_);
  for (const Element& wanted : step.stanzas) expect_one(step, to, wanted);
}

void Player::expect_one(const Step& step, const std::string& to, const Element& wanted) {
  const Heard* first = nullptr;
  for (auto it = waiting_.begin(); it != waiting_.end(); ++it) {
    if (it->to != to) continue;
    if (matches_heard(wanted, *it)) {
      waiting_.erase(it);
      return;
    }
    if (!first) first = &*it;
    if (step.matched) break;
  }
  const Element filled_in = filled(wanted, captures_);
  if (!first) fail(step, to + " hears nothing; expected was\n" + shown(filled_in));
  fail(step, to + " hears something else\n" + side_by_side(filled_in, first->stanza));
}

bool Player::matches_heard(const Element& wanted, const Heard& heard) {
  Element complete = wanted;
  if (!complete.attr("to")) complete.set("to", heard.to);
  if (!matches_stanza(complete, heard.stanza, captures_)) return false;
  if (!is_reply(heard.stanza)) return true;
  // A reply answers a request that this one made from here and that has no reply yet.
  std::set<std::string>& open = open_ids_[heard.to];
  return open.erase(std::string(heard.stanza.attr_or("id", ""))) > 0 || wanted.attr("id");
}

void Player::expect_silence(const Step& step) {
  if (waiting_matters_ && !waiting_.empty()) {
    fail(step, "before this step more was heard than was expected");
  }
  waiting_.clear();
}

}  // namespace scenario
