#pragma once

#include <functional>
#include <memory>
#include <string>

#include <stoa/pep/accounts.hpp>

#include "scenarios/runner/hosted.hpp"

namespace scenario {

/// The nodes of a run, with those of the users of shakespeare.lit where the scenario wants them.
/// Lives as long as the run's services.
class NodesOfRun {
 public:
  struct Place {
    stoa::dispatch::Common& common;
    stoa::dispatch::Dispatcher& dispatcher;
    stoa::dispatch::Outlet& outlet;
  };
  using PortsOf = std::function<stoa::pep::Ports(const std::string& account)>;

  /// Adds what must be asked before all other services. `settings` are prepared for the service.
  NodesOfRun(const Place& place, stoa::pubsub::Settings settings, PortsOf ports);

  /// Adds the service itself. Journal and loader outlive the run.
  void add_service(const Place& place, stoa::pep::NodeJournal& journal,
                   stoa::pep::NodeLoader& loader);

 private:
  stoa::pubsub::Settings settings_;
  std::unique_ptr<stoa::pep::Gateway> gateway_;
  std::unique_ptr<stoa::pep::RosterLoader> loader_;
  stoa::pep::Accounts* accounts_ = nullptr;  // the dispatcher keeps it
};

}  // namespace scenario
