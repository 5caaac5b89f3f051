#include "muc/wire/presence_list.hpp"

#include <set>
#include <string_view>
#include <utility>

#include "muc/engine/shown.hpp"
#include "muc/wire/text.hpp"

namespace stoa::muc {
namespace {

/// So many occupants are written anew for each newcomer: that is cheaper than keeping them.
constexpr std::size_t kept_from = 64;

struct List {
  const RoomState& room;
  const say::PresenceList& say;
  text::Reader reader = text::reader(room, say.viewer);

  bool shows(const Occupant& occupant) const {
    return is_broadcast(room, occupant.role) && (!say.no_strangers || !is_stranger(room, occupant));
  }

  void write(StanzaSheet& sheet, const Shown& shown) const {
    text::presence_head(sheet.text(), room, shown);
    sheet.addressee();
    text::presence_rest(sheet.text(), shown, reader);
    sheet.close();
  }

  /// Those of the occupants from `first` up to `last` that are shown, save one.
  std::shared_ptr<const StanzaSheet> sheet(std::size_t first, std::size_t last,
                                           std::string_view except) const {
    auto made = std::make_shared<StanzaSheet>();
    room.occupants.each(first, last, [&](const Occupant& occupant) {
      if (occupant.key != except && shows(occupant)) write(*made, shown_of(room, occupant));
    });
    return made;
  }

  void add_few(Listing& listing) const {
    auto all = sheet(0, room.occupants.size(), say.except);
    const std::size_t size = all->size();
    listing.add(std::move(all), 0, size);
  }

  void add_many(Listing& listing) const {
    const PresenceSheets::Kind kind{reader == text::Reader::sees_jids, say.no_strangers};
    auto& ranges = room.sheets.touch().ranges(kind, room.occupants);
    const Occupant* const left_out = room.occupants.by_key(say.except);
    const std::size_t place =
        left_out && shows(*left_out) ? room.occupants.rank(say.except) : room.occupants.size();
    std::size_t first = 0;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      const std::size_t last =
          i + 1 < ranges.size() ? room.occupants.rank(ranges[i + 1].from) : room.occupants.size();
      auto& kept = ranges[i].sheet;
      if (!kept) kept = sheet(first, last, {});
      if (place >= first && place < last) {
        std::size_t before = 0;
        room.occupants.each(first, place, [&](const Occupant& other) { before += shows(other); });
        listing.add(kept, 0, before);
        listing.add(kept, before + 1, kept->size());
      } else {
        listing.add(kept, 0, kept->size());
      }
      first = last;
    }
  }

  /// Users with a reserved nick who are not here ([MUC-PRES-14]).
  void add_absent(Listing& listing) const {
    std::set<std::string_view> present;
    room.occupants.each([&](const Occupant& occupant) { present.insert(occupant.bare()); });
    auto made = std::make_shared<StanzaSheet>();
    for (const Affiliate& row : room.affiliations.rows()) {
      if (row.nick.empty() || row.affiliation < Affiliation::member) continue;
      if (!present.contains(row.jid.str())) write(*made, absent(room, row));
    }
    const std::size_t size = made->size();
    listing.add(std::move(made), 0, size);
  }
};

}  // namespace

std::shared_ptr<const Listing> presence_list(const RoomState& room, const say::PresenceList& say) {
  auto listing = std::make_shared<Listing>(say.to);
  const List list{room, say};
  if (room.occupants.size() < kept_from) {
    list.add_few(*listing);
  } else {
    list.add_many(*listing);
  }
  if (room.config->show_unavailable) list.add_absent(*listing);
  return listing;
}

}  // namespace stoa::muc
