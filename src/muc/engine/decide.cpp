#include <algorithm>
#include <type_traits>

#include "muc/engine/refusals.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {
namespace {

/// Requests that mean something where there is no room.
template <class R>
constexpr bool asks_of_nothing =
    std::is_same_v<R, request::Join> || std::is_same_v<R, request::Available>;

/// Requests that nobody waits for: without a room there is nothing to do.
template <class R>
constexpr bool is_quiet =
    std::is_same_v<R, request::Leave> || std::is_same_v<R, request::Probe> ||
    std::is_same_v<R, request::Subscribe> || std::is_same_v<R, request::Bounce> ||
    std::is_same_v<R, request::IqAnswer> || std::is_same_v<R, request::Tick> ||
    std::is_same_v<R, request::Shutdown> || std::is_same_v<R, request::Decline>;

/// A locked room is not there yet but for its creator ([MUC-ENTER-22], [MUC-DISCO-23]). Presence
/// and messages have their own checks.
template <class R>
constexpr bool asks_of_open_room =
    std::is_same_v<R, request::Invite> || std::is_same_v<R, request::Voice> ||
    std::is_same_v<R, request::RegistrationAnswer> || std::is_same_v<R, request::GetList> ||
    std::is_same_v<R, request::SetList> || std::is_same_v<R, request::GetConfig> ||
    std::is_same_v<R, request::SetConfig> || std::is_same_v<R, request::Destroy> ||
    std::is_same_v<R, request::GetRegistration> || std::is_same_v<R, request::Register> ||
    std::is_same_v<R, request::Unregister> || std::is_same_v<R, request::DiscoInfo> ||
    std::is_same_v<R, request::DiscoItems> || std::is_same_v<R, request::PingRoom> ||
    std::is_same_v<R, request::GetVcard> || std::is_same_v<R, request::SetVcard> ||
    std::is_same_v<R, request::AskArchive> || std::is_same_v<R, request::Moderate> ||
    std::is_same_v<R, request::Command>;

bool hides_from(const Scene& scene, const Jid& asker) {
  return scene.room.locked() && scene.room.locked_by.str() != asker.bare_view() &&
         scene.rank_of(asker) < Affiliation::owner;
}

struct Decide {
  const Scene& scene;

  template <class R>
  RoomDecision operator()(const R& ask) const {
    if constexpr (!asks_of_nothing<R>) {
      if (!scene.room.exists()) {
        if constexpr (is_quiet<R>) return nothing();
        return refusal::no_such_room();
      }
    }
    if constexpr (asks_of_open_room<R>) {
      if (hides_from(scene, ask.from)) return refusal::no_such_room();
    }
    return rules::decide(scene, ask);
  }
};

}  // namespace

RoomDecision Engine::decide(const State& state, const Request& request, const Settings& settings,
                            const Context& context) {
  const Scene scene{state, settings, context};
  return std::visit(Decide{scene}, request);
}

std::optional<Timestamp> Engine::deadline(const State& state) {
  if (!state.exists() || state.due == Timestamp::max()) return std::nullopt;
  return state.due;
}

}  // namespace stoa::muc
