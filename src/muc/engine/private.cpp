#include <utility>

#include "muc/engine/departure.hpp"
#include "muc/engine/rates.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/rights.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {
namespace {

constexpr std::string_view private_section = "XEP-0045 7.5";

/// So many relayed messages are remembered, for their bounces to find the writer.
constexpr std::size_t remembered_privates = 64;

bool allows(const RoomConfig& config, const Occupant& writer, const Occupant& reader) {
  if (&writer == &reader) return true;
  const bool moderator = writer.role == Role::moderator || reader.role == Role::moderator;
  if (config.moderators_reachable && moderator) return true;
  switch (config.allow_pm) {
    case AllowPm::anyone:
      return true;
    case AllowPm::participants:
      return writer.role >= Role::participant;
    case AllowPm::moderators:
      return writer.role == Role::moderator;
    case AllowPm::none:
      return false;
  }
  return false;
}

void remember(Draft& draft, const request::Private& ask, const std::string& id,
              const Occupant& reader) {
  const auto& known = draft.room().extra().privates;
  if (known.size() >= remembered_privates) {
    draft.fleeting(change::fleeting::PrivateSent{known.front(), std::nullopt});
  }
  draft.fleeting(change::fleeting::PrivateSent{
      std::nullopt, SentPrivate{id, ask.from, reader.shown().jid.bare(), reader.nick}});
}

}  // namespace

RoomDecision rules::decide(const Scene& scene, const request::Private& ask) {
  if (auto refusal = denied(InRoom::write_privately, scene, ask.from)) return *std::move(refusal);
  const Occupant* writer = scene.room.occupants.by_session(ask.from);
  const Occupant* reader = scene.room.occupants.by_key(fold_case(ask.nick()));
  if (!reader) {
    return StanzaError(ErrorType::cancel, Condition::item_not_found, private_section,
                       "Nobody has that nickname");
  }
  if (!allows(*scene.room.config, *writer, *reader)) {
    return refusal::forbidden(private_section, "Private messages are not allowed here");
  }
  if (ask.payload.size() > scene.settings.limits.message) {
    return refusal::too_long("XEP-0045 14.6");
  }
  const Jid user = ask.from.bare();
  const Spending spent = spend(scene, Meter::Of::messages, user, scene.settings.limits.messages);
  if (spent.outcome == Spent::too_many) {
    return StanzaError(ErrorType::wait, Condition::policy_violation, "XEP-0045 14.6",
                       "You are sending too fast");
  }
  Draft draft(scene);
  if (spent.metering) draft.fleeting(*spent.metering);
  remember(draft, ask, ask.id, *reader);
  draft.say(say::PrivateTo{writer->nick, writer->id, ask.type, ask.id, ask.lang, ask.payload,
                           sessions_of(*reader)});
  return std::move(draft).done();
}

}  // namespace stoa::muc
