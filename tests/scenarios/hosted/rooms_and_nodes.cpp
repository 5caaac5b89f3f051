#include <stoa/jid/jid.hpp>
#include <stoa/store/memory/muc.hpp>

#include "scenarios/runner/hosted.hpp"

namespace scenario {

std::vector<std::unique_ptr<Hosted>> hosted_services() {
  std::vector<std::unique_ptr<Hosted>> services;
  stoa::muc::Settings muc;
  muc.service = *stoa::Jid::parse(domain);
  services.push_back(std::make_unique<HostedEngine<stoa::muc::Engine>>(
      muc,
      [](stoa::muc::Settings& its, std::string_view key, const std::string& value) {
        if (key == "muc.lock_new_rooms") its.lock_new_rooms = value == "true";
        return key == "muc.lock_new_rooms";
      },
      stoa::store::memory::muc_tables()));
  return services;
}

}  // namespace scenario
