#include "support/dispatch/toy.hpp"

#include <algorithm>

#include <stoa/xml/write.hpp>

namespace toy {
namespace {

using namespace stoa;
using ToyStep = Step<Change, Outbound>;

StanzaError missing() {
  return {ErrorType::cancel, Condition::item_not_found, "toy"};
}

ToyStep put(const State& state, const Ask& ask) {
  Put change{ask.id, std::nullopt, ask.text};
  const auto it = state.things.find(ask.id);
  if (it != state.things.end()) change.before = it->second;
  ToyStep step;
  step.changes.push_back(std::move(change));
  step.outbound.push_back(
      ToAll{"message <put xmlns='toy'>" + xml::escaped(ask.text) + "</put>", "all"});
  return step;
}

ToyStep presence(const State& state, const Ask& ask) {
  ToyStep step;
  const bool was = state.present.contains(ask.from.str());
  const bool is = ask.verb == "stand";
  if (was != is) step.changes.push_back(Stand{ask.from.str(), was, is});
  step.outbound.push_back(
      ToAll{"presence <" + ask.verb + " xmlns='toy' who='" + xml::escaped(ask.from.str()) + "'/>",
            std::nullopt});
  return step;
}

Decision<Change, Outbound, Read, Need> decide_tick(const State& state, const Context& context) {
  ToyStep step;
  if (!state.alarm || *state.alarm > context.now) return step;
  step.changes.push_back(Alarm{state.alarm, std::nullopt});
  step.outbound.push_back(ToAll{"message <alarm xmlns='toy'/>", std::nullopt});
  return step;
}

}  // namespace

Claim<Request, Read> Engine::decode(const Stanza& stanza, const Settings&, const Context&) {
  if (stanza.to.local().empty() || stanza.is_error()) return claim::NotMine{};
  Ask ask;
  ask.from = stanza.from;
  if (stanza.kind == StanzaKind::presence) {
    ask.verb = stanza.type == "unavailable" ? "leave" : "stand";
  } else if (stanza.kind == StanzaKind::message) {
    ask.verb = "say";
    if (stanza.payload()) ask.text = stanza.payload()->text();
  } else {
    if (!stanza.is_iq_request() || stanza.payload()->ns() != "toy") return claim::NotMine{};
    ask.verb = stanza.payload()->name();
    ask.id = stanza.payload()->attr_or("id", stanza.payload()->attr_or("in", ""));
    ask.text = stanza.payload()->text();
  }
  return claim::ForEntity<Request>{std::string(stanza.to.local()), std::move(ask)};
}

Decision<Change, Outbound, Read, Need> Engine::decide(const State& state, const Request& request,
                                                      const Settings&, const Context& context) {
  if (std::holds_alternative<Tick>(request)) return decide_tick(state, context);
  const Ask& ask = std::get<Ask>(request);
  ToyStep step;
  if (ask.verb == "make") {
    if (exists(state)) return StanzaError(ErrorType::cancel, Condition::conflict, "toy");
    step.changes.push_back(Create{context.ids.number(), false});
    step.reply = xml::Element("made", "toy");
    return step;
  }
  if (!exists(state)) return missing();
  if (ask.verb == "put") return put(state, ask);
  if (ask.verb == "stand" || ask.verb == "leave") return presence(state, ask);
  if (ask.verb == "things") return ReadPlan<Read>{Things{state.number}};
  if (ask.verb == "count") {
    step.reply = xml::Element("count", "toy").text(std::to_string(state.things.size()));
    return step;
  }
  if (ask.verb == "shelves") {
    if (!state.shelves) return Lacks<Need>{HowMany{}};
    step.reply = xml::Element("shelves", "toy").text(std::to_string(*state.shelves));
    return step;
  }
  if (ask.verb == "pass") {
    step.replies = Replies::later;
    return step;
  }
  if (ask.verb == "say") {
    step.changes.push_back(Said{ask.text});
    step.outbound.push_back(
        ToAll{"message <said xmlns='toy'>" + xml::escaped(ask.text) + "</said>", "all"});
    return step;
  }
  if (ask.verb == "alarm") {
    step.changes.push_back(
        Alarm{state.alarm, context.now + std::chrono::seconds(std::stoi(ask.id))});
    return step;
  }
  return StanzaError(ErrorType::modify, Condition::bad_request, "toy");
}

void Engine::apply(State& state, const Change& change) {
  if (const auto* create = std::get_if<Create>(&change)) {
    state.number = create->undo ? 0 : create->number;
  } else if (const auto* it = std::get_if<Put>(&change)) {
    state.things.erase(it->id);
    if (it->after) state.things[it->id] = *it->after;
  } else if (const auto* stand = std::get_if<Stand>(&change)) {
    state.present.erase(stand->who);
    if (stand->after) state.present.insert(stand->who);
  } else if (const auto* alarm = std::get_if<Alarm>(&change)) {
    state.alarm = alarm->after;
  }
}

Change Engine::inverse(const Change& change) {
  Change result = change;
  if (auto* create = std::get_if<Create>(&result)) create->undo = !create->undo;
  if (auto* it = std::get_if<Put>(&result)) std::swap(it->before, it->after);
  if (auto* stand = std::get_if<Stand>(&result)) std::swap(stand->before, stand->after);
  if (auto* alarm = std::get_if<Alarm>(&result)) std::swap(alarm->before, alarm->after);
  return result;
}

Durability Engine::durability(const Change& change) {
  if (std::holds_alternative<Stand>(change)) return Durability::soft;
  if (std::holds_alternative<Said>(change)) return Durability::chat;
  return Durability::hard;
}

void Engine::encode(const Outbound& outbound, const State& after, const Settings& settings,
                    std::vector<Encoded>& out) {
  const ToAll& it = std::get<ToAll>(outbound);
  const std::string name = it.xml.substr(0, it.xml.find(' '));
  Encoded encoded;
  encoded.outgoing.head = "<" + name + " from='" + settings.service.str() + "' to='";
  encoded.outgoing.middle = "'>";
  encoded.outgoing.tail = it.xml.substr(name.size() + 1) + "</" + name + ">";
  encoded.outgoing.recipients = recipients(after, "all");
  if (name == "presence") encoded.outgoing.redelivery = Redelivery::drop;
  encoded.audience = it.audience;
  out.push_back(std::move(encoded));
}

std::shared_ptr<const RecipientSet> Engine::recipients(const State& state, const std::string&) {
  auto set = std::make_shared<RecipientSet>();
  for (const std::string& who : state.present) set->add(*Jid::parse(who));
  return set;
}

Result<Answered, StanzaError> Engine::answer(const Read&, ReadResult result, const Settings&,
                                             const Jid&) {
  xml::Element things("things", "toy");
  for (const auto& id : std::get<std::vector<std::string>>(result)) {
    things.add("thing", "toy").set("id", id);
  }
  return Answered{{}, std::move(things)};
}

disco::Info Engine::service_info(const Settings& settings) {
  disco::Info info;
  info.identities.push_back({.category = "toy", .type = settings.name});
  info.add_feature("toy");
  return info;
}

ReadResult Tables::read(const Read& read) {
  if (const auto* things = std::get_if<Things>(&read)) {
    std::vector<std::string> ids;
    for (const auto& [key, state] : shadow) {
      if (state.number != things->number) continue;
      for (const auto& [id, text] : state.things) ids.push_back(id);
    }
    return ids;
  }
  const disco::ListRequest& page = std::get<Shelves>(read).page;
  std::vector<std::string> keys;
  for (const auto& [key, state] : shadow) keys.push_back(key);
  const auto place = [&](const std::string& key) {
    return static_cast<std::size_t>(std::find(keys.begin(), keys.end(), key) - keys.begin());
  };
  std::size_t begin = 0;
  std::size_t end = keys.size();
  disco::ListPage result;
  result.count = keys.size();
  if (!page.after.empty()) begin = place(page.after) + 1;
  if (page.index) begin = std::min<std::size_t>(*page.index, end);
  if (page.before && !page.before->empty()) end = place(*page.before);
  result.known =
      begin <= keys.size() && (!page.before || page.before->empty() || end < keys.size());
  if (!result.known) return result;
  if (page.before) {
    begin = end - std::min(end, page.max);
  } else {
    end = std::min(end, begin + page.max);
  }
  result.first_index = begin;
  for (std::size_t i = begin; i < end; ++i) {
    result.entries.push_back(
        {keys[i], {.jid = Jid::from_prepared(keys[i], domain_), .node = {}, .name = {}}});
  }
  return result;
}

}  // namespace toy
