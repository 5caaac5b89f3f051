#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <stoa/dispatch/dispatcher.hpp>
#include <stoa/dispatch/entity_service.hpp>
#include <stoa/store/memory/store.hpp>

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
  /// Sets one setting by its configuration key; false where the service has none of that name.
  /// Throws std::invalid_argument where the value does not fit.
  virtual bool set(std::string_view key, const std::string& value) = 0;
  /// Adds the service to a run's dispatcher.
  virtual void join(const Run& run) = 0;
};

template <class E>
class HostedEngine final : public Hosted {
 public:
  using Set = std::function<bool(typename E::Settings&, std::string_view, const std::string&)>;

  HostedEngine(typename E::Settings settings, Set set,
               std::unique_ptr<stoa::store::memory::Tables<E>> tables)
      : settings_(std::move(settings)), set_(std::move(set)), tables_(std::move(tables)) {}

  bool set(std::string_view key, const std::string& value) override {
    return set_(settings_, key, value);
  }

  void join(const Run& run) override {
    store_ = std::make_unique<stoa::store::memory::Store<E>>(run.journal, run.disk, *tables_);
    stoa::dispatch::ServicePlace place{.common = run.common,
                                       .outlet = run.outlet,
                                       .admins = {"admin@shakespeare.lit"},
                                       .limits = {}};
    run.dispatcher.add_service(settings_.service.str(),
                               std::make_unique<stoa::dispatch::EntityService<E>>(
                                   std::move(place), settings_, *store_, *store_));
  }

 private:
  typename E::Settings settings_;
  Set set_;
  std::unique_ptr<stoa::store::memory::Tables<E>> tables_;
  std::unique_ptr<stoa::store::memory::Store<E>> store_;
};

/// The domain that every scenario is played at.
inline constexpr std::string_view domain = "services.shakespeare.lit";

/// All services of the domain, in the order in which they are asked.
std::vector<std::unique_ptr<Hosted>> hosted_services();

}  // namespace scenario
