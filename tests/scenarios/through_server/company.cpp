#include "scenarios/through_server/company.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <poll.h>

#include <stoa/stanza/namespaces.hpp>

namespace scenario {

using stoa::xml::Element;
namespace ns = stoa::ns;

namespace {

/// What is waited for need not come by a stream.
constexpr std::chrono::milliseconds look{10};

/// Who stands at the fences: nobody of any cast.
constexpr std::string_view sentinel = "sentinel-at-the-fence@";

}  // namespace

bool is_ping(const Element& stanza) {
  return stanza.name() == "iq" && stanza.attr("type") == "get" && stanza.child("ping", ns::ping);
}

Element pong(const Element& ping) {
  Element answer("iq", ns::client);
  answer.set("type", "result").set("id", ping.attr_or("id", ""));
  answer.set("from", ping.attr_or("to", "")).set("to", ping.attr_or("from", ""));
  return answer;
}

std::string domain_of(std::string_view jid) {
  const std::string_view bare = jid.substr(0, jid.find('/'));
  return std::string(bare.substr(bare.find('@') + 1));  // npos + 1 is 0
}

Company::Company(std::uint16_t port, const std::string& secret,
                 const std::set<std::string>& domains) {
  for (const std::string& domain : domains) {
    components_[domain] = std::make_unique<Component>(port, domain, secret);
  }
}

void Company::send(const Element& stanza) {
  components_.at(domain_of(stanza.attr_or("from", "")))->send(stanza);
}

std::vector<Element> Company::take(const std::string& service) {
  return std::exchange(heard_[service], {});
}

std::size_t Company::heard(const std::string& service) const {
  const auto found = heard_.find(service);
  return found == heard_.end() ? 0 : found->second.size();
}

bool Company::wait_until(const std::function<bool()>& so, std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!so()) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    read(std::min<std::chrono::milliseconds>(left, look));
  }
  return true;
}

void Company::fence(const std::string& service, const std::set<std::string>& domains) {
  for (const std::string& domain : domains) {
    const std::string id = "fence-" + std::to_string(++last_fence_);
    Element ping("iq", ns::client);
    ping.set("type", "get").set("id", id).set("to", service);
    ping.set("from", std::string(sentinel) + domain + "/fence");
    ping.add("ping", ns::ping);
    fences_.insert(id);
    send(ping);
  }
  if (!wait_until([this] { return fences_.empty(); })) {
    throw std::runtime_error(service + " does not answer pings");
  }
}

void Company::read(std::chrono::milliseconds time) {
  std::vector<pollfd> sockets;
  std::vector<Component*> owners;
  for (const auto& [domain, component] : components_) {
    sockets.push_back({component->socket(), POLLIN, 0});
    owners.push_back(component.get());
  }
  if (::poll(sockets.data(), sockets.size(), static_cast<int>(time.count())) <= 0) return;
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    if (sockets[i].revents == 0) continue;
    owners[i]->read();
    sort(*owners[i]);
  }
}

void Company::sort(Component& component) {
  for (Element& stanza : std::exchange(component.inbox(), {})) {
    if (stanza.attr_or("to", "").starts_with(sentinel)) {
      if (stanza.attr("type") != "result")
        throw std::runtime_error("a ping comes back as an error");
      fences_.erase(std::string(stanza.attr_or("id", "")));
    } else if (component.domain() == home && is_ping(stanza)) {
      component.send(pong(stanza));
    } else {
      heard_[domain_of(stanza.attr_or("from", ""))].push_back(std::move(stanza));
    }
  }
}

}  // namespace scenario
