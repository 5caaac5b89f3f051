#include "muc/engine/message.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "muc/engine/rates.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/retraction.hpp"
#include "muc/engine/rights.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {
namespace {

using Refused = std::optional<StanzaError>;

Refused room_is_unlocked(const Speaking& who) {
  if (!who.scene.room.locked()) return std::nullopt;
  return refusal::no_such_room();
}

Refused has_voice(const Speaking& who) {
  const bool as_room = !who.occupant && who.scene.settings.speak_without_joining &&
                       who.affiliation >= Affiliation::admin;
  if (as_room) return std::nullopt;
  return denied(InRoom::speak, who.scene, who.session);
}

Refused is_short_enough(const Speaking& who) {
  if (who.payload.size() <= who.scene.settings.limits.message) return std::nullopt;
  return refusal::too_long("XEP-0045 14.6");
}

Refused within_user_rate(const Speaking& who) {
  const bool free = who.scene.settings.moderators_unlimited && who.occupant &&
                    who.occupant->role == Role::moderator;
  const Rate& rate = who.scene.settings.limits.messages;
  if (free || spend(who.scene, Meter::Of::messages, who.user, rate).outcome == Spent::yes) {
    return std::nullopt;
  }
  return StanzaError(ErrorType::wait, Condition::policy_violation, "XEP-0045 14.6",
                     "You are sending too fast");
}

/// The checks of every groupchat message, in the order in which the first that fails is told.
constexpr std::array<Refused (*)(const Speaking&), 4> message_checks{
    room_is_unlocked, has_voice, is_short_enough, within_user_rate};

bool counts_for_slow_mode(const Speaking& who, const request::Groupchat& ask) {
  return who.scene.room.config->slow_mode > 0 && !ask.body.empty() &&
         who.affiliation < Affiliation::admin;
}

/// XEP-0500, 6: one message with a body in so many seconds.
Refused slow_enough(const Speaking& who, const request::Groupchat& ask) {
  if (!counts_for_slow_mode(who, ask)) return std::nullopt;
  const Meter* last = meter_of(who.scene.room, Meter::Of::slow_mode, who.user);
  const auto pause = std::chrono::seconds(who.scene.room.config->slow_mode);
  if (!last || who.scene.now() - last->at >= pause) return std::nullopt;
  return StanzaError(ErrorType::wait, Condition::policy_violation, "XEP-0500 6",
                     "This room is in slow mode, wait a little");
}

/// XEP-0444, 3.3: only certain reactions, only so many.
Refused reacts_as_allowed(const Speaking& who, const request::Groupchat& ask) {
  const RoomConfig& config = *who.scene.room.config;
  const auto& allowed = config.reactions;
  const bool known =
      allowed.empty() ||
      std::all_of(ask.reactions.begin(), ask.reactions.end(), [&](const std::string& one) {
        return std::find(allowed.begin(), allowed.end(), one) != allowed.end();
      });
  const bool few = !config.max_reactions ||
                   ask.reactions.size() <= static_cast<std::size_t>(*config.max_reactions);
  if (known && few) return std::nullopt;
  return StanzaError(ErrorType::modify, Condition::not_acceptable, "XEP-0444 3.3",
                     "This reaction is not allowed here");
}

/// XEP-0308, 5: where the room insists, only one's own messages are corrected.
Refused corrects_own(const Speaking& who, const request::Groupchat& ask) {
  if (!who.scene.room.config->strict_references || ask.corrects.empty()) return std::nullopt;
  const History* history = who.scene.room.history.get();
  if (!history) return std::nullopt;
  for (const RowPtr& row : history->rows) {
    if (row->message_id == ask.corrects && row->author.bare_view() != who.user.str()) {
      return refusal::forbidden("XEP-0308 5", "That message is somebody else's");
    }
  }
  return std::nullopt;
}

/// A correction can only be judged once the history is known.
bool lacks_target(const Speaking& who, const request::Groupchat& ask) {
  return who.scene.room.config->strict_references && !ask.corrects.empty() &&
         !who.scene.room.history.get();
}

need::History all_history(const Scene& scene) {
  return {static_cast<std::size_t>(scene.room.config->max_history)};
}

void note_activity(Draft& draft, const Speaking& who) {
  if (draft.scene.settings.times.idle <= Duration::zero()) return;
  draft.fleeting(noted(draft.scene, Meter::Of::active, who.user));
}

/// Puts a message behind those that wait for the room's rate ([MUC-LIM-03]). One that takes
/// something back, and one of somebody who is not here, does not wait.
RoomDecision wait(const Speaking& who, const request::Groupchat& ask) {
  const Scene& scene = who.scene;
  const bool full = scene.room.extra().waiting.size() >= scene.settings.limits.room_queue;
  if (full || !who.occupant || !ask.retracts.empty()) return refusal::too_often("XEP-0045 14.6");
  Draft draft(scene);
  auto user = spend(scene, Meter::Of::messages, who.user, scene.settings.limits.messages);
  if (user.metering) draft.fleeting(*user.metering);
  note_activity(draft, who);
  if (counts_for_slow_mode(who, ask)) {
    draft.fleeting(noted(scene, Meter::Of::slow_mode, who.user));
  }
  auto row = std::make_shared<const ArchiveRow>(row_of(who, ask));
  draft.fleeting(
      change::fleeting::Waited{std::nullopt, WaitingMessage{std::move(row), ask.body, ask.stored}});
  draft.arm(scene.now() + pause_of(scene.settings.limits.room_messages));
  return std::move(draft).done();
}

void count(Draft& draft, const Speaking& who) {
  const Limits& limits = who.scene.settings.limits;
  auto user = spend(who.scene, Meter::Of::messages, who.user, limits.messages);
  if (user.metering) draft.fleeting(*user.metering);
  auto room = spend(who.scene, Meter::Of::messages, Jid(), limits.room_messages);
  if (room.metering) draft.fleeting(*room.metering);
  note_activity(draft, who);
}

}  // namespace

Speaking speaking(const Scene& scene, const Asked& ask, std::string_view payload) {
  return Speaking{scene,           scene.room.occupants.by_session(ask.from), ask.from,
                  ask.from.bare(), scene.room.affiliation_of(ask.from),       payload};
}

std::optional<StanzaError> may_speak(const Speaking& who) {
  for (const auto check : message_checks) {
    if (Refused refusal = check(who)) return refusal;
  }
  return std::nullopt;
}

std::optional<StanzaError> room_refuses(const Scene& scene) {
  const bool waits = !scene.room.extra().waiting.empty();
  const Rate& rate = scene.settings.limits.room_messages;
  if (!waits && spend(scene, Meter::Of::messages, Jid(), rate).outcome == Spent::yes) {
    return std::nullopt;
  }
  return refusal::too_often("XEP-0045 14.6");
}

void tell_waiting_message(Draft& draft, const WaitingMessage& message) {
  const Scene& scene = draft.scene;
  draft.fleeting(change::fleeting::Waited{message, std::nullopt});
  const Occupant* author = scene.room.occupants.by_session(message.row->author);
  if (!author || author->role < Role::participant) return;
  ArchiveRow row = *message.row;
  row.nick = author->nick;
  row.stamp = scene.now();
  accept(draft, std::move(row), message.stored ? Storing::stored : Storing::live_only,
         message.body);
}

ArchiveRow row_of(const Speaking& who, const Asked& ask) {
  ArchiveRow row;
  row.id = who.scene.context.ids.token();
  row.stamp = who.scene.now();
  row.affiliation = who.affiliation;
  row.semi_anonymous = who.scene.room.config->semi_anonymous();
  if (who.occupant) {
    row.role = who.occupant->role;
    row.nick = who.occupant->nick;
    row.occupant_id = who.occupant->id;
  }
  row.author = ask.from;
  row.message_id = ask.id.empty() ? who.scene.context.ids.token() : ask.id;
  row.lang = ask.lang;
  row.payload = who.payload;
  return row;
}

RowPtr accept(Draft& draft, ArchiveRow row, Storing storing, std::string body) {
  const RoomState& room = draft.room();
  const bool archived = storing == Storing::stored && room.config->archive;
  if (archived) row.seq = room.next_seq;
  auto kept = std::make_shared<const ArchiveRow>(std::move(row));
  if (archived) {
    const bool hard = !draft.scene.settings.chat_without_database;
    draft.change(change::Archived{room.number, kept, std::move(body), hard});
  } else if (storing == Storing::stored) {
    draft.fleeting(change::fleeting::Kept{kept});
  }
  draft.say(say::Live{kept});
  return kept;
}

RoomDecision rules::decide(const Scene& scene, const request::Groupchat& ask) {
  const Speaking who = speaking(scene, ask, ask.payload);
  if (auto refusal = may_speak(who)) return *std::move(refusal);
  if (lacks_target(who, ask)) return Lacks<Need>{all_history(scene)};
  for (const auto check : {slow_enough, reacts_as_allowed, corrects_own}) {
    if (Refused refusal = check(who, ask)) return *std::move(refusal);
  }
  if (room_refuses(scene)) return wait(who, ask);
  Retraction retraction;
  if (!ask.retracts.empty()) retraction = retraction_of(scene, ask.from, ask.retracts);
  if (retraction.lacks) return Lacks<Need>{*std::move(retraction.lacks)};
  if (retraction.refusal) return *std::move(retraction.refusal);
  Draft draft(scene);
  count(draft, who);
  if (counts_for_slow_mode(who, ask)) {
    draft.fleeting(noted(scene, Meter::Of::slow_mode, who.user));
  }
  const RowPtr row =
      accept(draft, row_of(who, ask), ask.stored ? Storing::stored : Storing::live_only, ask.body);
  if (retraction.target) retract(draft, *retraction.target, *row);
  return std::move(draft).done();
}

}  // namespace stoa::muc
