#include "scenarios/through_server/stage.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <stoa/stanza/namespaces.hpp>

namespace scenario {

using stoa::xml::Element;
using namespace std::chrono_literals;

namespace {

bool is_stanza(const Element& element) {
  const std::string& name = element.name();
  return element.ns() == stoa::ns::client &&
         (name == "message" || name == "presence" || name == "iq");
}

/// Prosody stamps stanzas without a language with that of the stream: en. Those that are kept and
/// sent within others have it too.
Element unstamped(const Element& element) {
  Element result(element.name(), element.ns());
  for (const auto& attribute : element.attributes()) {
    const bool stamp = is_stanza(element) && attribute.ns() == stoa::xml::xml_ns;
    if (!stamp || attribute.value != "en") result.add_attribute(attribute);
  }
  for (const auto& node : element.nodes()) {
    if (node.element()) {
      result.add(unstamped(*node.element()));
    } else {
      result.text(*node.text());
    }
  }
  return result;
}

/// ejabberd writes texts and availability of stanzas behind all else, in an order of its own: they
/// are put in front, in that of the XEPs.
void put_texts_first(Element& stanza) {
  const auto place = [](const stoa::xml::Node& node) {
    constexpr std::array names{"subject", "body", "thread", "show", "status", "priority"};
    if (!node.element() || node.element()->ns() != stoa::ns::client) return names.size();
    const auto found = std::find(names.begin(), names.end(), node.element()->name());
    return static_cast<std::size_t>(found - names.begin());
  };
  std::stable_sort(stanza.nodes().begin(), stanza.nodes().end(),
                   [&](const auto& one, const auto& other) { return place(one) < place(other); });
}

}  // namespace

void ThroughServer::send(const std::vector<Element>& stanzas) {
  for (const Element& stanza : stanzas) place_.company.send(stanza);
}

std::vector<Element> ThroughServer::take(std::size_t expected) {
  static_cast<void>(
      place_.company.wait_until([&] { return place_.company.heard(place_.service) >= expected; }));
  settle();
  std::vector<Element> heard = place_.company.take(place_.service);
  std::erase_if(heard, [this](const Element& stanza) { return answered(stanza); });
  if (place_.server == "ejabberd") {
    for (Element& stanza : heard) put_texts_first(stanza);
  }
  if (place_.server == "prosody" && !place_.english) {
    for (Element& stanza : heard) stanza = unstamped(stanza);
  }
  return heard;
}

/// After a start the rooms look whether their occupants are still there, soon and at no fixed time;
/// these answer as any client does ([MUC-PERS-04]).
bool ThroughServer::answered(const Element& stanza) {
  if (!restarted_ || !is_ping(stanza)) return false;
  place_.company.send(pong(stanza));
  return true;
}

/// Until all has reached the daemon, nothing is under way there, and all that it said is here. What
/// it puts off to the next turn of its loop comes before the answer to a ping, so twice idle with a
/// ping between is idle.
void ThroughServer::settle() {
  const auto end = std::chrono::steady_clock::now() + Company::patience;
  for (int idle = 0; idle < 2;) {
    if (std::chrono::steady_clock::now() > end) {
      throw std::runtime_error("the daemon does not come to rest");
    }
    place_.company.fence(place_.service, place_.domains);
    idle = place_.daemon.idle() ? idle + 1 : 0;
  }
}

void ThroughServer::restart(Ending ending) {
  settle();
  // A broadcast that was not proved delivered would be said again.
  if (!place_.company.wait_until([this] { return place_.proved(place_.service); })) {
    throw std::runtime_error("not everything is proved delivered");
  }
  if (ending == Ending::orderly) {
    stop(place_.company, place_.daemon);
  } else {
    place_.daemon.kill();
  }
  place_.daemon.start();
  restarted_ = true;
  await(place_.company, place_.daemon);
}

void ThroughServer::await(Company& company, Daemon& daemon) {
  if (company.wait_until([&] { return daemon.ready(); })) return;
  throw std::runtime_error("the daemon does not come up:\n" + daemon.end_of_log());
}

void ThroughServer::stop(Company& company, Daemon& daemon) {
  daemon.terminate();
  const bool in_time = company.wait_until([&] { return !daemon.running(); });
  if (in_time && daemon.exit_code() == 0) return;
  throw std::runtime_error(
      (in_time ? "the daemon did not end well:\n" : "the daemon does not end:\n") +
      daemon.end_of_log());
}

void ThroughServer::pass(stoa::Duration) {
  throw std::logic_error("time passes by itself here");
}

void ThroughServer::fail_store(std::uint64_t) {
  throw std::logic_error("the store does not fail here");
}

void ThroughServer::set_store(StoreMood) {
  throw std::logic_error("the store has no moods here");
}

void ThroughServer::set_link(bool) {
  throw std::logic_error("the link does not drop here");
}

}  // namespace scenario
