#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "scenarios/runner/stage.hpp"
#include "scenarios/through_server/company.hpp"
#include "scenarios/through_server/daemon.hpp"

namespace scenario {

/// A daemon behind a server. Its clock and its database are its own, so time does not pass on
/// command, and nothing fails but the daemon itself.
class ThroughServer final : public Stage {
 public:
  /// `service`: the domain at which the scenario is played. `domains`: of all who take part.
  /// `proved`: asks the database whether every broadcast of that domain was proved delivered.
  struct Place {
    Company& company;
    Daemon& daemon;
    std::string server;  ///< prosody or ejabberd
    std::string service;
    std::set<std::string> domains;
    bool english;  ///< whether the scenario has stanzas that say they are in English
    std::function<bool(const std::string& service)> proved;
  };
  explicit ThroughServer(Place place) : place_(std::move(place)) {}

  void send(const std::vector<stoa::xml::Element>& stanzas) override;
  std::vector<stoa::xml::Element> take(std::size_t expected) override;
  void restart(Ending ending) override;

  /// Until the daemon has started, or has ended after SIGTERM, which needs the company's answers.
  /// Throws std::runtime_error where it does not, or does not end well.
  static void await(Company& company, Daemon& daemon);
  static void stop(Company& company, Daemon& daemon);

  void pass(stoa::Duration time) override;
  void fail_store(std::uint64_t units) override;
  void set_store(StoreMood mood) override;
  void set_link(bool up) override;

 private:
  void settle();
  bool answered(const stoa::xml::Element& stanza);

  Place place_;
  bool restarted_ = false;
};

}  // namespace scenario
