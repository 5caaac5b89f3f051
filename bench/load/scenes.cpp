#include "scenes.hpp"

#include "node_scenes.hpp"
#include "room_scenes.hpp"
#include "size_scenes.hpp"
#include "start_scenes.hpp"

namespace bench {

std::vector<Scene> scenes() {
  return {
      {"start", start_with_none},
      {"disco", disco},
      {"publish", publish_unheard},
      {"items", items},
      {"publish10", [](Bench& b) { publish_to(b, 10, 20'000); }},
      {"publish1000", [](Bench& b) { publish_to(b, 1000, 3'000); }},
      {"room10", [](Bench& b) { talk_in(b, 10, 20'000); }},
      {"room100", [](Bench& b) { talk_in(b, 100, 10'000); }},
      {"room1000", [](Bench& b) { talk_in(b, 1000, 3'000); }},
      {"rejoin", rejoin},
      {"pairs", pairs},
      {"cold", cold_nodes},
      {"stored", stored_rooms},
      {"restart", start_with_many},
      {"many-nodes", many_nodes, Scene::In::when_named},
      {"many-items", many_items, Scene::In::when_named},
      {"many-subscribers", many_subscribers, Scene::In::when_named},
      {"many-pairs", many_pairs, Scene::In::when_named},
      {"many-rooms", many_rooms, Scene::In::when_named},
      {"large-room", large_room, Scene::In::when_named},
      {"large-archive", large_archive, Scene::In::when_named},
  };
}

}  // namespace bench
