#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <stoa/dispatch/dispatcher.hpp>
#include <stoa/dispatch/entity_service.hpp>
#include <stoa/store/memory/store.hpp>

#include "scenarios/runner/script.hpp"

namespace scenario {

/// One run of the program that is played with: what ends with a restart or a crash.
struct Run {
  stoa::dispatch::Common& common;
  stoa::dispatch::Dispatcher& dispatcher;
  stoa::dispatch::Outlet& outlet;
  stoa::store::memory::Journal& journal;
  stoa::store::memory::Disk& disk;
};

/// A service in the memory store: its tables outlive the runs.
class Hosted {
 public:
  virtual ~Hosted() = default;
  /// Adds the service to a run's dispatcher.
  virtual void join(const Run& run) = 0;
};

/// Where every scenario is played, and who is a service administrator there.
inline constexpr std::string_view domain = "services.shakespeare.lit";
inline constexpr std::string_view admin = "admin@shakespeare.lit";

/// How much memory the services have: none in the mode that makes them forget all the time.
inline std::size_t memory_of_services = stoa::dispatch::ServiceLimits{}.memory_bytes;

/// The service lives as long as the dispatcher.
template <class E>
stoa::dispatch::EntityService<E>& add_service(
    stoa::dispatch::Common& common, stoa::dispatch::Dispatcher& dispatcher,
    stoa::dispatch::Outlet& outlet, const typename E::Settings& settings,
    stoa::dispatch::JournalPort<typename E::Change>& journal,
    stoa::dispatch::LoaderPort<E>& loader) {
  stoa::dispatch::ServicePlace place{
      .common = common, .outlet = outlet, .admins = {std::string(admin)}, .limits = {}};
  place.limits.memory_bytes = memory_of_services;
  place.limits.touch_delay = stoa::Duration::zero();  // a scenario's clock stands still
  auto service = std::make_unique<stoa::dispatch::EntityService<E>>(std::move(place), settings,
                                                                    journal, loader);
  stoa::dispatch::EntityService<E>& made = *service;
  dispatcher.add_service(domain, std::move(service));
  return made;
}

template <class E>
class HostedEngine final : public Hosted {
 public:
  HostedEngine(typename E::Settings settings,
               std::unique_ptr<stoa::store::memory::Tables<E>> tables)
      : settings_(std::move(settings)), tables_(std::move(tables)) {}

  void join(const Run& run) override {
    store_ = std::make_unique<stoa::store::memory::Store<E>>(run.journal, run.disk, *tables_);
    add_service<E>(run.common, run.dispatcher, run.outlet, settings_, *store_, *store_);
  }

 private:
  typename E::Settings settings_;
  std::unique_ptr<stoa::store::memory::Tables<E>> tables_;
  std::unique_ptr<stoa::store::memory::Store<E>> store_;
};

/// All services of the domain, in the order in which they are asked, with the scenario's settings.
/// Throws ScriptError for a setting that no service has.
std::vector<std::unique_ptr<Hosted>> hosted_services(const Scenario& scenario);

}  // namespace scenario
