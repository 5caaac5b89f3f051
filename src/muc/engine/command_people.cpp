#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/command_form.hpp"
#include "muc/engine/commands.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/retraction.hpp"
#include "muc/engine/rights.hpp"
#include "muc/engine/standing.hpp"

namespace stoa::muc {
namespace {

constexpr std::string_view people_form = "urn:stoa:rooms:commands";

/// So many messages of somebody are taken back in one act, at most.
constexpr std::uint64_t most_moderated = 100;

StanzaError bad_order(std::string_view text) {
  return {ErrorType::modify, Condition::bad_request, "XEP-0050 4.6", text};
}

const fact::Authored* authored(const RoomState& room, const Jid& author) {
  if (!room.lookups.get()) return nullptr;
  for (const Facts& facts : *room.lookups.get()) {
    const auto* found = std::get_if<fact::Authored>(&facts);
    if (found && found->author == author) return found;
  }
  return nullptr;
}

struct Ban {
  Jid user;
  std::string reason;
  std::optional<Timestamp> until;
};

void outlaw(Draft& draft, const Jid& actor, const Ban& ban) {
  Standing standing(draft, actor_of(draft.room(), actor), *draft.room().config);
  Affiliate row = standing.row_of(ban.user);
  row.affiliation = Affiliation::outcast;
  row.reason = ban.reason;
  row.until = ban.until;
  standing.affiliate(std::move(row));
  standing.settle();
  if (ban.until) draft.arm(*ban.until);
}

/// A ban, with an end if `seconds` are given, and the last messages taken back ([MUC-BAN-07],
/// [MUC-BAN-08]).
CommandOutcome ban(Draft& draft, const Commanded& ask) {
  const auto user = Jid::parse(ask.form.value("jid").value_or(""));
  const auto seconds = number_in(ask.form, "seconds");
  const auto messages = number_in(ask.form, "messages");
  if (!user) return bad_order("jid is no address");
  constexpr std::uint64_t century = 100ULL * 366 * 24 * 3600;
  if (!seconds || *seconds > century) return bad_order("seconds is no number");
  if (!messages) return bad_order("messages is no number");
  const Jid bare = user->bare();
  if (auto refusal = may_affiliate(draft.scene, ask.by.from, bare, Affiliation::outcast)) {
    return *std::move(refusal);
  }
  const std::uint64_t count = std::min(*messages, most_moderated);
  const fact::Authored* known = count > 0 ? authored(draft.room(), bare) : nullptr;
  if (count > 0 && !known) return CommandOutcome(Need(need::Authored{bare, most_moderated}));
  Ban sentence{bare, std::string(ask.form.value("reason").value_or("")), std::nullopt};
  if (*seconds > 0) sentence.until = draft.scene.now() + std::chrono::seconds(*seconds);
  Moderation moderation{ask.by.from, sentence.reason};
  if (known) {
    for (auto row = known->rows.rbegin(); row != known->rows.rend(); ++row) {
      if (moderation.earlier == count) break;
      if ((*row)->kind != RowKind::message || (*row)->tombstone) continue;
      moderate(draft, moderation, **row);
      ++moderation.earlier;
    }
  }
  outlaw(draft, ask.by.from, sentence);
  return {};
}

/// The owner makes somebody else the owner and becomes an admin, or nothing happens.
CommandOutcome transfer(Draft& draft, const Commanded& ask) {
  const auto user = Jid::parse(ask.form.value("jid").value_or(""));
  if (!user || user->bare() == ask.by.from.bare() || user->domain() == draft.room().jid.domain()) {
    return bad_order("jid is no address of somebody else");
  }
  Standing standing(draft, actor_of(draft.room(), ask.by.from), *draft.room().config);
  const auto make = [&](const Jid& jid, Affiliation affiliation) {
    Affiliate row = standing.row_of(jid);
    row.affiliation = affiliation;
    row.reason.clear();
    standing.affiliate(std::move(row));
  };
  make(user->bare(), Affiliation::owner);
  if (draft.room().affiliation_of(ask.by.from) == Affiliation::owner) {
    make(ask.by.from.bare(), Affiliation::admin);
  }
  standing.settle();
  return {};
}

CommandOutcome clear_history(Draft& draft, const Commanded&) {
  const RoomState& room = draft.room();
  draft.change(change::ArchiveCut{room.number, room.next_seq - 1});
  return {};
}

/// [MUC-REG-09]
CommandOutcome registrations(Draft& draft, const Commanded&) {
  ResultTable table(people_form, "Registrations that wait", {"jid", "nick", "since"});
  for (const PendingRegistration& one : draft.room().extra().registrations) {
    table.row({one.jid.str(), one.nick, format_xep0082(one.at)});
  }
  return CommandOutcome(std::move(table).done());
}

CommandOutcome members(Draft& draft, const Commanded&) {
  ResultTable table(people_form, "Affiliations", {"jid", "affiliation", "nick", "reason"});
  for (const Affiliate& row : draft.room().affiliations.rows()) {
    if (row.affiliation == Affiliation::none) continue;
    table.row({row.jid.str(), std::string(token(row.affiliation)), row.nick, row.reason});
  }
  return CommandOutcome(std::move(table).done());
}

const fact::Original* original_of(const RoomState& room, const std::string& id) {
  if (!room.lookups.get()) return nullptr;
  for (const Facts& facts : *room.lookups.get()) {
    const auto* found = std::get_if<fact::Original>(&facts);
    if (found && found->id == id) return found;
  }
  return nullptr;
}

/// What a moderated message said ([MUC-MODR-07]).
CommandOutcome original(Draft& draft, const Commanded& ask) {
  const std::string id = text_in(ask.form, "id");
  const fact::Original* found = original_of(draft.room(), id);
  if (!found) return CommandOutcome(Need(need::Original{id}));
  if (found->payload.empty() || found->until <= draft.scene.now()) {
    return StanzaError(ErrorType::cancel, Condition::item_not_found, "XEP-0425 5",
                       "There is no such message");
  }
  ResultTable shown(people_form, "Moderated message", {});
  shown.field("id", id);
  shown.field("content", found->payload);
  shown.field("until", format_xep0082(found->until));
  return CommandOutcome(std::move(shown).done());
}

std::vector<forms::Field> original_fields(const Scene&) {
  return {question_field("id", "The message's stanza-id", {forms::FieldType::text_single, true})};
}
std::vector<forms::Field> ban_fields(const Scene&) {
  return {question_field("jid", "Whom, or which domain", {forms::FieldType::jid_single, true}),
          question_field("reason", "Why"),
          question_field("seconds", "For how many seconds; empty: for ever"),
          question_field("messages", "How many of the last messages are taken back")};
}
std::vector<forms::Field> transfer_fields(const Scene&) {
  return {question_field("jid", "The new owner", {forms::FieldType::jid_single, true})};
}
std::vector<forms::Field> no_fields(const Scene&) {
  return {};
}

constexpr std::array<CommandEntry, 6> people_entries{{
    {{"urn:stoa:rooms:commands:ban", "Ban somebody, for a time if you like"},
     people_form,
     CommandEntry::For::admins,
     ban_fields,
     ban},
    {{"urn:stoa:rooms:commands:registrations", "List registrations that wait"},
     people_form,
     CommandEntry::For::admins,
     nullptr,
     registrations},
    {{"urn:stoa:rooms:commands:members", "List everybody with an affiliation"},
     people_form,
     CommandEntry::For::owners,
     nullptr,
     members},
    {{"urn:stoa:rooms:commands:clear-history", "Clear the archive"},
     people_form,
     CommandEntry::For::owners,
     no_fields,
     clear_history},
    {{"urn:stoa:rooms:commands:transfer", "Make somebody else the owner"},
     people_form,
     CommandEntry::For::owners,
     transfer_fields,
     transfer},
    {{"urn:stoa:rooms:commands:original", "Show what a moderated message said"},
     people_form,
     CommandEntry::For::owners,
     original_fields,
     original},
}};

}  // namespace

std::span<const CommandEntry> people_commands() {
  return people_entries;
}

}  // namespace stoa::muc
