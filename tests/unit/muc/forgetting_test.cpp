#include <chrono>
#include <functional>
#include <memory>

#include <doctest/doctest.h>

#include "unit/muc/stage.hpp"

using namespace stoa;
using namespace stoa::muc;
using namespace stoa::muc::test;

namespace {

const std::string forgotten_room = "coven@chat.shakespeare.lit";

RoomState quiet_room() {
  Stage stage;
  stage.settings.limits.messages.burst = 0;
  stage.settings.limits.joins.burst = 0;
  stage.join("crone1@shakespeare.lit/desktop", forgotten_room + "/firstwitch");
  return stage.room("coven");
}

}  // namespace

TEST_CASE(
    "a room may leave memory unless something would be missed that is only there "
    "[MUC-PERS-10]") {
  CHECK(Engine::forgettable(RoomState()));
  CHECK(Engine::forgettable(quiet_room()));
  const std::vector<std::function<void(RoomState&)>> only_in_memory{
      [](RoomState& room) { room.extras.touch().iqs.emplace_back(); },
      [](RoomState& room) { room.extras.touch().privates.emplace_back(); },
      [](RoomState& room) { room.extras.touch().waiting.emplace_back(); },
      [](RoomState& room) {
        room.extras.touch().meters.push_back({Meter::Of::held, {}, 0, {}});
      },
      [](RoomState& room) {
        room.extras.touch().meters.push_back({Meter::Of::deserted, {}, 0, {}});
      },
      [](RoomState& room) {
        room.extras.touch().meters.push_back({Meter::Of::slow_mode, {}, 0, {}});
      },
      [](RoomState& room) {
        room.extras.touch().meters.push_back({Meter::Of::messages, {}, 4, {}});
      },
      [](RoomState& room) {
        RoomConfig config = *room.config;
        config.archive = false;
        room.config = std::make_shared<const RoomConfig>(config);
        room.history.touch().rows.push_back(std::make_shared<const ArchiveRow>());
      },
  };
  for (const auto& put : only_in_memory) {
    RoomState room = quiet_room();
    put(room);
    CHECK_FALSE(Engine::forgettable(room));
  }
}

TEST_CASE("who was verified before the room left memory is not pinged again [MUC-PERS-10]") {
  Stage stage;
  stage.join("crone1@shakespeare.lit/desktop", forgotten_room + "/firstwitch");
  stage.now += std::chrono::hours(1);
  RoomState loaded = stage.room("coven");
  loaded.occupants.each_session([](const Occupant&, Session& one) { one.heard = Timestamp{}; });
  Engine::reloaded(loaded, stage.now);
  loaded.occupants.each_session(
      [&](const Occupant&, Session& one) { CHECK(one.heard == stage.now); });
}
