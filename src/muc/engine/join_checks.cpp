#include <algorithm>
#include <array>

#include "muc/engine/join.hpp"
#include "muc/engine/rates.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/rights.hpp"

namespace stoa::muc {
namespace {

using Refused = std::optional<StanzaError>;
using Check = Refused (*)(const Entering& who);

Refused nick_is_valid(const Entering& who) {
  if (is_nick(who.ask.nick(), who.scene.settings.limits)) return std::nullopt;
  return refusal::malformed_nick("XEP-0045 17.1");
}

Refused room_is_unlocked(const Entering& who) {
  const RoomState& room = who.scene.room;
  if (!room.locked() || room.locked_by.str() == who.ask.from.bare_view()) return std::nullopt;
  return refusal::no_such_room();
}

Refused is_no_outcast(const Entering& who) {
  return denied(OfRoom::enter, who.scene, who.ask.from);
}

Refused is_member_where_needed(const Entering& who) {
  if (!who.scene.room.config->members_only) return std::nullopt;
  return denied(OfRoom::enter_members_only, who.scene, who.ask.from);
}

Refused knows_password(const Entering& who) {
  const RoomConfig& config = *who.scene.room.config;
  if (!config.password_protected || who.ask.password == config.password) return std::nullopt;
  return StanzaError(ErrorType::auth, Condition::not_authorized, "XEP-0045 7.2.5",
                     "The password is missing or wrong");
}

Refused nick_is_free(const Entering& who) {
  if (who.there && !who.shares) return refusal::nick_taken("XEP-0045 7.2.8");
  return std::nullopt;
}

Refused nick_is_not_reserved(const Entering& who) {
  if (!reserved_for_other(who.scene, who.key, who.ask.from)) return std::nullopt;
  return refusal::nick_taken("XEP-0045 7.2.8");
}

Refused nick_has_room_for_a_session(const Entering& who) {
  const std::size_t most = who.scene.settings.limits.sessions_per_nick;
  if (!who.there || !who.shares || who.there->sessions.size() < most) return std::nullopt;
  return refusal::too_often("XEP-0045 7.2.8");
}

Refused room_has_a_seat(const Entering& who) {
  if (who.shares) return std::nullopt;
  const Limits& limits = who.scene.settings.limits;
  const auto ceiling = static_cast<std::size_t>(limits.occupants);
  const auto& asked = who.scene.room.config->max_users;
  std::size_t most = asked ? std::min(ceiling, static_cast<std::size_t>(*asked)) : ceiling;
  if (who.rank >= Affiliation::admin) most += limits.reserve;
  if (who.scene.room.occupants.size() < most) return std::nullopt;
  return StanzaError(ErrorType::wait, Condition::service_unavailable, "XEP-0045 7.2.9",
                     "The room is full");
}

Refused not_too_often(const Entering& who) {
  const Rate& rate = who.scene.settings.limits.joins;
  const Spending spent = spend(who.scene, Meter::Of::joins, who.ask.from.bare(), rate);
  if (spent.outcome == Spent::yes) return std::nullopt;
  return refusal::too_often("XEP-0045 14.6");
}

/// The checks of a join, in the order in which the first that fails is told ([MUC-ENTER-31]).
constexpr std::array<Check, 10> join_checks{
    nick_is_valid,           // jid-malformed
    room_is_unlocked,        // item-not-found
    is_no_outcast,           // forbidden
    is_member_where_needed,  // registration-required
    knows_password,          // not-authorized
    nick_is_free,            // conflict
    nick_is_not_reserved,    // conflict
    room_has_a_seat,         // service-unavailable
    nick_has_room_for_a_session,
    not_too_often,
};

/// Code points that show nothing: white space, controls, format characters.
bool is_invisible(char32_t c) {
  return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad || c == 0x34f || c == 0x61c ||
         c == 0x115f || c == 0x1160 || c == 0x1680 || c == 0x17b4 || c == 0x17b5 ||
         (c >= 0x180b && c <= 0x180f) || (c >= 0x2000 && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) || c == 0x2800 ||
         c == 0x3000 || c == 0x3164 || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff || c == 0xffa0 ||
         (c >= 0xe0000 && c <= 0xe0fff);
}

/// Takes the first code point off well-formed UTF-8.
char32_t next_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t c = size == 1 ? lead : lead & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < std::min(size, text.size()); ++i) {
    c = c << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
  }
  text.remove_prefix(std::min(size, text.size()));
  return c;
}

}  // namespace

bool is_nick(std::string_view nick, const Limits& limits) {
  if (nick.size() > limits.nick) return false;
  while (!nick.empty()) {
    if (!is_invisible(next_code_point(nick))) return true;
  }
  return false;
}

std::optional<StanzaError> refused(const Entering& who) {
  for (const Check check : join_checks) {
    if (Refused refusal = check(who)) return refusal;
  }
  return std::nullopt;
}

}  // namespace stoa::muc
