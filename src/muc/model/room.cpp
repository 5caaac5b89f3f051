#include <algorithm>
#include <type_traits>
#include <utility>

#include <stoa/muc/engine/engine.hpp>
#include <stoa/muc/model/room.hpp>

namespace stoa::muc {

const Extras& RoomState::extra() const {
  static const Extras none;
  return extras.get() ? *extras.get() : none;
}

void RoomState::seat(const Seat& seat) {
  const std::string key = fold_case(seat.nick);
  const Occupant* known = occupants.by_key(key);
  occupants.put(seat, key, known ? std::string() : occupant_id_of(seat.session.bare_view()));
  audiences = {};
  if (sheets.get()) sheets.get()->stale(key);
}

void RoomState::unseat(const Jid& session) {
  const Occupant* occupant = occupants.by_session(session);
  if (occupant && sheets.get()) sheets.get()->stale(occupant->key);
  occupants.remove(session);
}

std::size_t RoomState::footprint() const {
  std::size_t bytes = sizeof(RoomState) + 160 + affiliations.footprint() + occupants.footprint();
  if (extras.get()) bytes += sizeof(Extras) + 512;
  if (history.get()) {
    for (const RowPtr& row : history.get()->rows) {
      bytes += sizeof(ArchiveRow) + row->payload.size() + 128;
    }
  }
  if (sheets.get()) bytes += sheets.get()->footprint();
  if (audiences.all) bytes += audiences.all->bytes() + audiences.all->size() * 12;
  return bytes;
}

void Engine::supply(State& state, Facts facts) {
  if (auto* history = std::get_if<fact::History>(&facts)) {
    state.history.touch().rows = std::move(history->rows);
    return;
  }
  state.lookups.touch().push_back(std::move(facts));
}

void Engine::shrink(State& state) {
  state.lookups.drop();
  state.audiences = {};
  state.sheets.drop();
  // Without an archive there is nowhere to fetch the history from.
  if (state.config && state.config->archive) state.history.drop();
}

namespace {

/// Whether the meter is a timer, or a bound that somebody would notice to be gone.
bool is_felt(const Meter& meter) {
  switch (meter.of) {
    case Meter::Of::slow_mode:
    case Meter::Of::voice:
    case Meter::Of::deserted:
    case Meter::Of::held:
    case Meter::Of::active:
      return true;
    case Meter::Of::messages:
    case Meter::Of::presence:
    case Meter::Of::joins:
    case Meter::Of::invitations:
      return meter.level > 1;
  }
  return true;
}

}  // namespace

bool Engine::forgettable(const State& state) {
  if (!state.exists()) return true;
  const Extras& extra = state.extra();
  const History* history = state.history.get();
  const bool only_here = history && !history->rows.empty() && !state.config->archive;
  return !only_here && extra.iqs.empty() && extra.waiting.empty() && extra.privates.empty() &&
         !extra.ending && std::none_of(extra.meters.begin(), extra.meters.end(), is_felt);
}

/// Its sessions were verified when it was here before.
void Engine::reloaded(State& state, Timestamp now) {
  state.occupants.each_session([&](const Occupant&, Session& session) { session.heard = now; });
}

}  // namespace stoa::muc
