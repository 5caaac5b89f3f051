#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "muc/engine/lobby.hpp"
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
    if constexpr (std::is_same_v<R, request::Command>) {
      if (ask.at_service) return rules::decide(scene, ask);  // which has its own view of that
    }
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

/// Who asks; empty for what nobody asks from outside.
const Jid& asker_of(const Request& request) {
  static const Jid nobody;
  return std::visit(
      [](const auto& ask) -> const Jid& {
        if constexpr (std::is_base_of_v<Asked, std::decay_t<decltype(ask)>>) return ask.from;
        return nobody;
      },
      request);
}

/// Whether it is for the service's own state.
bool is_for_lobby(const Request& request) {
  return std::visit(
      [](const auto& ask) {
        using R = std::decay_t<decltype(ask)>;
        if constexpr (std::is_base_of_v<Asked, R>) return ask.to.local().empty();
        return std::is_same_v<R, request::Ban> || std::is_same_v<R, request::Stop>;
      },
      request);
}

/// The lobby comes into being with the first thing that it has to remember.
RoomDecision decide_first(const Scene& scene, const Request& request) {
  const change::Created made = opening(scene);
  RoomState born;
  Engine::apply(born, made);
  RoomDecision decision = std::visit(Decide{Scene{born, scene.settings, scene.context}}, request);
  auto* const step = std::get_if<RoomStep>(&decision);
  if (step && !step->changes.empty()) step->changes.insert(step->changes.begin(), made);
  return decision;
}

/// What service administrators do in rooms that are not theirs is recorded ([MUC-CMD-08]).
template <class R>
constexpr std::string_view recorded = std::is_same_v<R, request::SetList> ? "affiliations and roles"
                                      : std::is_same_v<R, request::SetConfig> ? "configuration"
                                      : std::is_same_v<R, request::Destroy>   ? "destroy"
                                      : std::is_same_v<R, request::Moderate>  ? "moderate"
                                      : std::is_same_v<R, request::SetVcard>  ? "vcard"
                                                                              : "";

void record(const Scene& scene, const Request& request, RoomDecision& decision) {
  auto* const step = std::get_if<RoomStep>(&decision);
  const Jid& by = asker_of(request);
  if (!step || step->changes.empty() || !scene.is_service_admin()) return;
  if (scene.room.affiliation_of(by) >= Affiliation::admin) return;
  const auto what =
      std::visit([](const auto& ask) { return recorded<std::decay_t<decltype(ask)>>; }, request);
  if (what.empty()) return;
  step->changes.insert(
      step->changes.begin(),
      change::Audited{{scene.now(), by.bare(), std::string(what), scene.room.jid.str(), {}}});
}

}  // namespace

RoomDecision Engine::decide(const State& state, const Request& request, const Settings& settings,
                            const Context& context) {
  const bool admin = context.service_admin || settings.administered_by(asker_of(request));
  const Context known{context.now, context.ids, admin};
  const Scene scene{state, settings, known};
  if (!state.exists() && is_for_lobby(request)) return decide_first(scene, request);
  RoomDecision decision = std::visit(Decide{scene}, request);
  if (admin && state.exists() && !is_lobby(state)) record(scene, request, decision);
  return decision;
}

std::optional<Timestamp> Engine::deadline(const State& state) {
  if (!state.exists() || state.due == Timestamp::max()) return std::nullopt;
  return state.due;
}

}  // namespace stoa::muc
