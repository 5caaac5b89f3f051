#include <cstdlib>

#include <stoa/store/memory/muc.hpp>
#include <stoa/store/memory/pubsub.hpp>

#include "scenarios/hosted/accounts.hpp"
#include "scenarios/hosted/own_database.hpp"
#include "scenarios/hosted/postgres_backing.hpp"
#include "scenarios/hosted/settings.hpp"
#include "scenarios/runner/hosted.hpp"
#include "scenarios/runner/memory_backing.hpp"
#include "scenarios/runner/modes.hpp"

namespace scenario {
namespace {

using namespace stoa;

/// The real store cannot be made to fail by a word.
bool fits_postgres(const Scenario& scenario) {
  for (const std::string& mode : scenario.runs) {
    if (mode == "memory") return false;
  }
  for (const Step& step : scenario.steps) {
    switch (step.verb) {
      case Verb::store_fails:
      case Verb::store_away:
      case Verb::store_back:
      case Verb::store_waits:
      case Verb::store_goes_on:
        return false;
      default:
        break;
    }
  }
  return true;
}

using MemoryStore = store::memory::Store<pubsub::Engine>;
using NodeTables = store::memory::Tables<pubsub::Engine>;

/// Nodes in the memory store, and those of the users of a server.
class HostedAccounts final : public Hosted {
 public:
  explicit HostedAccounts(pubsub::Settings settings) : settings_(std::move(settings)) {}

  void join(const Run& run) override {
    const NodesOfRun::Place place{run.common, run.dispatcher, run.outlet};
    const auto ports = [this, &journal = run.journal, &disk = run.disk](const std::string& name) {
      NodeTables& tables = tables_of(name);
      return pep::Ports{std::make_unique<MemoryStore>(journal, disk, tables),
                        std::make_unique<MemoryStore>(journal, disk, tables)};
    };
    nodes_ = std::make_unique<NodesOfRun>(place, settings_, ports);
    store_ = std::make_unique<MemoryStore>(run.journal, run.disk, tables_of(""));
    nodes_->add_service(place, *store_, *store_);
  }

 private:
  NodeTables& tables_of(const std::string& account) {
    std::unique_ptr<NodeTables>& tables = tables_[account];
    if (!tables) tables = store::memory::pubsub_tables(account.empty() ? &tables_ : nullptr);
    return *tables;
  }

  pubsub::Settings settings_;
  store::memory::NodeTablesOfAll tables_;
  std::unique_ptr<MemoryStore> store_;
  std::unique_ptr<NodesOfRun> nodes_;
};

}  // namespace

std::vector<std::unique_ptr<Hosted>> hosted_services(const Scenario& scenario) {
  BothSettings settings = settings_of(scenario);
  std::vector<std::unique_ptr<Hosted>> services;
  if (settings.pep) {
    services.push_back(std::make_unique<HostedAccounts>(std::move(settings.pubsub)));
    return services;
  }
  services.push_back(std::make_unique<HostedEngine<muc::Engine>>(std::move(settings.muc),
                                                                 store::memory::muc_tables()));
  services.push_back(std::make_unique<HostedEngine<pubsub::Engine>>(
      std::move(settings.pubsub), store::memory::pubsub_tables()));
  return services;
}

std::unique_ptr<Backing> make_backing(const std::string& mode, const Scenario& scenario) {
  if (mode == "memory") return std::make_unique<MemoryBacking>(hosted_services(scenario));
  if (!fits_postgres(scenario)) return nullptr;
  // main() has looked for it.
  static const std::string url = own_database(std::getenv("STOA_TEST_DATABASE"));
  static PostgresDesk desk(url);
  return std::make_unique<PostgresBacking>(store::Options{.url = url}, desk, settings_of(scenario));
}

}  // namespace scenario
