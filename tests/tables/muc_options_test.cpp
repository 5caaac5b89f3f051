#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <stoa/muc/model/options.hpp>

#include "tables/muc_bench.hpp"

using namespace stoa;
using namespace stoa::muc;
using namespace stoa::test;

namespace {

/// The configuration with another value for that option: the first that it takes.
std::optional<RoomConfig> another(const RoomTable::Row& row, const RoomConfig& config) {
  std::vector<std::string> values{"0", "1", "7", "de", "xmpp:nodes.shakespeare.lit"};
  for (const forms::Choice& choice : row.choices) values.push_back(choice.value);
  for (const std::string& value : values) {
    RoomConfig changed = config;
    if (!row.set(changed, {value}) && !row.same(changed, config)) return changed;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("every option of a room's form is stored [MUC-PERS-01]") {
  MucTwins twins;
  const RoomTable table = room_table(Settings());
  std::vector<std::string> rooms;
  for (const RoomTable::Row& row : table.rows()) {
    CAPTURE(row.var);
    const std::uint64_t number = rooms.size() + 1;
    const std::string& name = rooms.emplace_back("room" + std::to_string(number));
    twins.add(name, created(number, name));
    const ConfigPtr before = twins.shadow(name).config;
    auto after = another(row, *before);
    REQUIRE(after);
    auto config = std::make_shared<const RoomConfig>(*std::move(after));
    twins.add(name, change::Configured{number, before, std::move(config)});
  }
  twins.commit();
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    CAPTURE(table.rows()[i].var);
    CHECK(*twins.load(rooms[i]).config == *twins.shadow(rooms[i]).config);
  }
}
