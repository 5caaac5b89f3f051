#include <algorithm>
#include <array>

#include "muc/engine/join.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/rights.hpp"
#include "muc/engine/shown.hpp"

namespace stoa::muc {
namespace {

using Refused = std::optional<StanzaError>;

struct Creating {
  const Scene& scene;
  const request::Join& ask;
};

const fact::Ownership* ownership(const Creating& who) {
  if (!who.scene.room.lookups.get()) return nullptr;
  for (const Facts& facts : *who.scene.room.lookups.get()) {
    const auto* found = std::get_if<fact::Ownership>(&facts);
    if (found && found->user.str() == who.ask.from.bare_view()) return found;
  }
  return nullptr;
}

Refused nick_is_valid(const Creating& who) {
  if (is_nick(who.ask.nick(), who.scene.settings.limits)) return std::nullopt;
  return refusal::malformed_nick("XEP-0045 17.1");
}

Refused name_is_valid(const Creating& who) {
  const Settings& settings = who.scene.settings;
  const std::string_view local = who.ask.to.local();
  const std::string& allowed = settings.name_pattern;
  const bool fits = allowed.empty() || local.find_first_not_of(allowed) == std::string_view::npos;
  if (fits && local.size() <= settings.limits.room_name_local) return std::nullopt;
  return StanzaError(ErrorType::modify, Condition::jid_malformed, "XEP-0045 17.1",
                     "That is no name for a room here");
}

Refused is_not_gone(const Creating& who) {
  const GoneRoom* gone = who.scene.room.gone.get();
  if (!gone || who.scene.now() >= gone->until || who.scene.context.service_admin) {
    return std::nullopt;
  }
  StanzaError error(ErrorType::cancel, Condition::gone, "XEP-0045 10.9", "This room was destroyed");
  if (!gone->venue.empty()) error.uri = "xmpp:" + gone->venue.str() + "?join";
  return error;
}

Refused creator_is_welcome(const Creating& who) {
  return denied(OfRoom::enter, who.scene, who.ask.from);
}

Refused creator_is_allowed(const Creating& who) {
  if (may_create(who.scene, who.ask.from)) return std::nullopt;
  return StanzaError(ErrorType::cancel, Condition::not_allowed, "XEP-0045 10.1.1",
                     "You may not make rooms here");
}

Refused quota_is_left(const Creating& who) {
  const Limits& limits = who.scene.settings.limits;
  const fact::Ownership* has = ownership(who);
  if (!has || who.scene.context.service_admin) return std::nullopt;
  const bool own = limits.rooms_per_owner == 0 || has->owned < limits.rooms_per_owner;
  const bool all = limits.rooms == 0 || has->rooms < limits.rooms;
  if (own && all) return std::nullopt;
  return refusal::too_often("XEP-0045 14.6");
}

/// The checks of a creation; the first that fails is told.
constexpr std::array<Refused (*)(const Creating&), 6> create_checks{
    nick_is_valid, name_is_valid,      creator_is_welcome,
    is_not_gone,   creator_is_allowed, quota_is_left};

/// The configuration of a new room: the service's, with what the creating presence says.
ConfigPtr config_for(const Creating& who) {
  const ConfigPtr& defaults = who.scene.settings.defaults;
  const std::string& password = who.ask.password.value_or("");
  const bool lang = !who.ask.lang.empty() && defaults->lang.empty();
  if (password.empty() && !lang) return defaults;
  RoomConfig config = *defaults;
  if (lang) config.lang = who.ask.lang;
  if (!password.empty()) {
    config.password = password;
    config.password_protected = true;
  }
  return std::make_shared<const RoomConfig>(std::move(config));
}

change::Created created(const Creating& who) {
  change::Created c;
  c.room = who.scene.context.ids.number();
  c.jid = who.ask.room();
  c.created = who.scene.now();
  if (who.scene.settings.lock_new_rooms) c.locked_by = who.ask.from.bare();
  c.occupant_key = who.scene.context.ids.key();
  c.config = config_for(who);
  if (const GoneRoom* gone = who.scene.room.gone.get()) c.gone = *gone;
  return c;
}

change::Affiliated owning(const change::Created& room, const Jid& owner) {
  Affiliate row;
  row.jid = owner.bare();
  row.affiliation = Affiliation::owner;
  return change::Affiliated{room.room, std::nullopt, std::move(row), 0, 1};
}

RoomStep enter_new(const Creating& who, const change::Created& made) {
  const change::Affiliated owner = owning(made, who.ask.from);
  RoomState born;
  Engine::apply(born, made);
  Engine::apply(born, owner);
  const Scene inside{born, who.scene.settings, who.scene.context};
  Draft draft(inside);
  draft.change(made);
  draft.change(owner);
  const request::Join& ask = who.ask;
  const Seat seat =
      seat_for(inside, {ask.from, ask.payload, ask.payload_without_status, ask.priority},
               ask.nick(), Role::moderator);
  draft.change(change::Seated{made.room, std::nullopt, seat});
  if (born.locked() && inside.settings.times.lock_timeout > Duration::zero()) {
    draft.arm(inside.now() + inside.settings.times.lock_timeout);
  }
  if (inside.settings.times.silent_session > Duration::zero()) {
    draft.arm(inside.now() + inside.settings.times.silent_session);
  }
  welcome_presence(draft, ask, Welcome{occupant_with(born, nullptr, seat), {201}});
  welcome_messages(draft, ask);
  return std::move(draft).done();
}

}  // namespace

bool may_create(const Scene& scene, const Jid& user) {
  const Settings& settings = scene.settings;
  if (scene.context.service_admin || settings.creation == CreationRule::everybody) return true;
  if (settings.creation == CreationRule::admins) return false;
  const auto& domains = settings.creator_domains;
  const auto& users = settings.creators;
  return std::find(domains.begin(), domains.end(), user.domain()) != domains.end() ||
         std::any_of(users.begin(), users.end(),
                     [&](const Jid& one) { return one.str() == user.bare_view(); });
}

RoomDecision create(const Scene& scene, const request::Join& ask) {
  const Creating who{scene, ask};
  for (const auto check : create_checks) {
    if (Refused refusal = check(who)) return *std::move(refusal);
  }
  const bool limited = scene.settings.limits.rooms_per_owner > 0 || scene.settings.limits.rooms > 0;
  if (limited && !ownership(who))
    return Lacks<Need>{need::Ownership{ask.from.bare(), scene.settings.limits.rooms > 0}};
  return enter_new(who, created(who));
}

}  // namespace stoa::muc
