#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "scenarios/through_server/component.hpp"

namespace scenario {

/// All who are not the service: the domains of the casts, each a component of the same server, so
/// that the server carries every stanza both ways.
class Company {
 public:
  /// Nobody waits longer for what must come.
  static constexpr std::chrono::seconds patience{20};
  /// The domain that takes the place of the server's own: it answers the daemon's pings.
  static constexpr std::string_view home = "home.shakespeare.lit";

  Company(std::uint16_t port, const std::string& secret, const std::set<std::string>& domains);

  /// By the stream of the domain that `from` is in.
  void send(const stoa::xml::Element& stanza);
  /// What came from `service` since the last call, in order for each domain.
  std::vector<stoa::xml::Element> take(const std::string& service);

  /// Reads until it is so. False: it was not within the time.
  bool wait_until(const std::function<bool()>& so, std::chrono::milliseconds time = patience);
  /// How many stanzas of `service` wait for take().
  std::size_t heard(const std::string& service) const;
  /// Asks `service` from each of the domains for a sign of life, and waits for the answers:
  /// everything that these domains sent before has reached it, and everything that it sent to them
  /// before it answered is here. Throws std::runtime_error without an answer.
  void fence(const std::string& service, const std::set<std::string>& domains);

 private:
  void read(std::chrono::milliseconds time);
  void sort(Component& component);

  std::map<std::string, std::unique_ptr<Component>> components_;
  std::map<std::string, std::vector<stoa::xml::Element>> heard_;  // by the domain of `from`
  std::set<std::string> fences_;                                  // ids without an answer
  std::uint64_t last_fence_ = 0;
};

/// A ping (XEP-0199), and its answer.
bool is_ping(const stoa::xml::Element& stanza);
stoa::xml::Element pong(const stoa::xml::Element& ping);

/// The domain of an address.
std::string domain_of(std::string_view jid);

}  // namespace scenario
