#include "scenarios/runner/in_process.hpp"

#include <algorithm>
#include <stdexcept>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>

#include "scenarios/runner/hosted.hpp"

namespace scenario {

using namespace stoa;

std::string StageIds::token() {
  std::string digits = std::to_string(++last_);
  return "t" + std::string(21 - digits.size(), '0') + digits;
}

std::string StageIds::key() {
  std::string digits = std::to_string(++last_);
  return std::string(32 - digits.size(), '0') + digits;
}

void StageLink::send(Outgoing outgoing, std::uint64_t mark) {
  if (up_) {
    write(outgoing, mark);
  } else {
    waiting_.emplace_back(std::move(outgoing), mark);
  }
}

void StageLink::write(const Outgoing& outgoing, std::uint64_t mark) {
  if (outgoing.recipients) {
    for (std::size_t i = 0; i < outgoing.recipients->size(); ++i) {
      outgoing.append_one(written_.emplace_back(), i);
    }
  } else {
    outgoing.append_to(written_.emplace_back());
  }
  mark_ = std::max(mark_, mark);
}

void StageLink::set_up(bool up) {
  up_ = up;
  if (!up) return;
  for (const auto& [outgoing, mark] : std::exchange(waiting_, {})) write(outgoing, mark);
}

std::vector<xml::Element> StageLink::take() {
  static_cast<void>(written());
  return std::exchange(parsed_, {});
}

std::size_t StageLink::written() {
  for (const std::string& text : std::exchange(written_, {})) {
    // An outgoing may hold several stanzas.
    auto parsed = xml::parse("<all>" + text + "</all>", ns::client);
    if (!parsed.ok()) throw std::logic_error("written was no XML: " + text);
    for (xml::Node& node : parsed.value().nodes()) {
      if (node.element()) parsed_.push_back(std::move(*node.element()));
    }
  }
  return parsed_.size();
}

InProcess::InProcess(Backing& backing) : backing_(backing) {
  start();
  if (forgets()) {  // what is loaded from now on was here before
    dispatcher_->run_due();
    turn();
  }
}

bool InProcess::forgets() {
  return memory_of_services == 0;
}

/// Takes the place of whatever is in memory: services without memory keep what was used last.
void InProcess::displace() {
  xml::Element decoy("presence", ns::client);
  decoy.set("from", "passer-by@nowhere.lit/x").set("to", "decoy@" + std::string(domain) + "/x");
  decoy.set("type", "unavailable");
  dispatcher_->handle(decode_stanza(decoy).value());
  turn();
}

InProcess::~InProcess() {
  end(Ending::crash);
}

void InProcess::start() {
  link_ = std::make_unique<StageLink>();
  backing_.begin(loop_, clock_);
  common_ = std::make_unique<dispatch::Common>(
      dispatch::World{.clock = clock_,
                      .ids = ids_,
                      .journal = backing_.control(),
                      .post = [this](std::function<void()> what) { loop_.post(std::move(what)); },
                      .last_seq = backing_.last_seq()});
  dispatcher_ = std::make_unique<dispatch::Dispatcher>(*common_);
  dispatcher_->add_domain({.name = std::string(domain),
                           .profile = {.name = "Stoa", .version = "test"},
                           .list_page = 100,
                           .stanza_bytes = 256 * 1024,
                           .senders = {},
                           .unlimited = {}},
                          *link_);
  backing_.attach(*dispatcher_);
  backing_.add_services(*common_, *dispatcher_, *link_);
  dispatcher_->recover(domain);
  turn();
}

void InProcess::end(Ending ending) {
  loop_.clear();
  dispatcher_.reset();
  backing_.end(ending);
  common_.reset();
  loop_.clear();
}

void InProcess::turn() {
  static constexpr int endless = 1'000'000;
  for (int i = 0; i < endless; ++i) {
    const auto wait = backing_.working() ? Loop::Wait::yes : Loop::Wait::no;
    if (loop_.run_one(wait)) continue;
    if (wait == Loop::Wait::no) return;
    throw std::logic_error("the store does not answer");
  }
  throw std::logic_error("the loop does not come to rest");
}

/// The server says that it took everything that was written.
void InProcess::prove() {
  dispatcher_->delivered(domain, link_->mark());
  turn();
}

void InProcess::send(const std::vector<xml::Element>& stanzas) {
  if (forgets()) displace();
  for (const xml::Element& element : stanzas) {
    auto stanza = decode_stanza(element);
    if (stanza.ok()) dispatcher_->handle(std::move(stanza).value());
  }
  turn();
}

std::vector<xml::Element> InProcess::take(std::size_t) {
  if (!backing_.dead()) prove();
  return link_->take();
}

void InProcess::pass(Duration time) {
  const Timestamp until = clock_.time + time;
  for (int i = 0; i < 100'000; ++i) {
    Timestamp next = until;
    for (const auto& due : {dispatcher_->deadline(), backing_.deadline()}) {
      if (due) next = std::min(next, std::max(*due, clock_.time));
    }
    clock_.time = next;
    backing_.run_due(clock_.time);
    turn();
    dispatcher_->run_due();
    turn();
    const auto due = dispatcher_->deadline();
    if (next == until && !(due && *due <= until)) return;
  }
  throw std::logic_error("the deadlines do not come to rest");
}

void InProcess::set_store(StoreMood mood) {
  backing_.set(mood);
  turn();
}

void InProcess::set_link(bool up) {
  link_->set_up(up);
  if (up) dispatcher_->reconnected(domain);
  turn();
}

void InProcess::restart(Ending ending) {
  if (ending == Ending::orderly) {
    turn();
    prove();
  }
  end(ending);
  start();
}

}  // namespace scenario
