#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <stoa/app/config.hpp>
#include <stoa/dispatch/dispatcher.hpp>
#include <stoa/dispatch/entity_service.hpp>
#include <stoa/muc/model/extras.hpp>
#include <stoa/store/store.hpp>

namespace stoa::app {

using Admins = std::set<std::string, std::less<>>;

/// A service that was handed to the dispatcher, as far as the program still has to do with it.
struct Hosted {
  std::string domain;
  std::string name;  ///< as in the configuration's `services`
  std::function<std::size_t()> loaded;
  std::function<void(Admins)> set_admins;
  /// Limits as the configuration has them now; empty where there are none to change.
  std::function<void(const Config&)> set_limits = {};
  /// Whether anything is under way.
  std::function<bool()> busy = [] { return false; };
  /// When an administrator wants the program to end, and how.
  std::function<std::optional<muc::Ending>()> ending = [] { return std::nullopt; };
  /// Tells everybody that the service ends for good, then calls back.
  std::function<void(std::function<void()>)> dismiss = [](const auto& then) { then(); };
  std::shared_ptr<void> ports;  ///< journal and loader; they outlive the service
};

struct Place {
  dispatch::Common& common;
  dispatch::Dispatcher& dispatcher;
  dispatch::Outlet& outlet;
  store::Store& store;
};

/// Adds the services of one domain to the dispatcher, in the order in which they are asked.
std::vector<Hosted> host_services(const LinkConfig& link, const Config& config, const Place& place);

/// The limits of [pubsub] and [limits] that dispatch watches over.
dispatch::SenderLimits sender_limits(const pubsub::Settings& settings);
/// Those of the configuration, and the domain itself where the operator speaks in its name.
Admins admins_at(const Config& config, const std::string& domain);
bool offers(const LinkConfig& link, std::string_view service);

}  // namespace stoa::app
