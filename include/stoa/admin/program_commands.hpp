#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/dispatch/common.hpp>
#include <stoa/dispatch/service.hpp>
#include <stoa/dispatch/settle.hpp>

namespace stoa::admin {

/// What administrators may order of the program itself.
struct ProgramActs {
  /// Reads the configuration again. The keys that need a restart, or what is wrong in the file.
  std::function<Result<std::vector<std::string>, std::string>()> reload;
};

/// Commands (XEP-0050) at the bare domain that belong to none of its services. A service like the
/// others, that has nothing stored; the dispatcher asks it first.
class ProgramCommands final : public dispatch::Service {
 public:
  struct Place {
    dispatch::Common& common;
    dispatch::Outlet& outlet;  ///< of the domain
    std::string domain;
    std::size_t stanza_bytes;
    std::set<std::string, std::less<>> admins{};  ///< bare JIDs
  };

  ProgramCommands(Place place, ProgramActs acts);

  bool handle(Stanza& stanza) override;
  disco::Info info() const override { return {}; }
  void list(dispatch::ListRequest request,
            std::function<void(dispatch::Found<dispatch::ListPage>)> then) override;
  void committed(std::uint64_t) override {}
  void refused(std::uint64_t, dispatch::EntityTag, dispatch::Refusal) override {}
  void store_away(bool) override {}
  std::optional<Timestamp> deadline() const override { return std::nullopt; }
  void run_due(Timestamp) override {}
  void recover(std::function<void()> sent) override { sent(); }

  void set_admins(std::set<std::string, std::less<>> admins) { place_.admins = std::move(admins); }

 private:
  bool is_admin(const Jid& sender) const { return place_.admins.contains(sender.bare_view()); }
  dispatch::Outcome run(const Stanza& stanza);

  Place place_;
  ProgramActs acts_;
};

}  // namespace stoa::admin
