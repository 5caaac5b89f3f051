#include "muc/engine/rights.hpp"

#include <array>
#include <string_view>

#include "muc/engine/refusals.hpp"

namespace stoa::muc {
namespace {

enum class Cell : std::uint8_t {
  yes,
  by_rule,  ///< the rule decides
  forbidden,
  not_acceptable,
  not_allowed,
  registration_required,
};

struct RoleRow {
  InRoom act;
  std::string_view section;
  std::array<Cell, 4> cells;  // by Role
};

const RoleRow& row_of(InRoom act) {
  using enum Cell;
  static constexpr std::array<RoleRow, 8> rows{{
      // absent, visitor, participant, moderator
      {InRoom::speak, "XEP-0045 7.4", {not_acceptable, forbidden, yes, yes}},
      {InRoom::rename, "XEP-0045 7.6", {not_acceptable, by_rule, yes, yes}},
      {InRoom::write_privately, "XEP-0045 7.5", {not_acceptable, by_rule, by_rule, by_rule}},
      {InRoom::invite, "XEP-0045 7.8.2", {by_rule, yes, yes, yes}},
      {InRoom::set_subject, "XEP-0045 8.1", {not_acceptable, forbidden, by_rule, yes}},
      {InRoom::ask_for_voice, "XEP-0045 7.13", {not_acceptable, yes, by_rule, by_rule}},
      {InRoom::moderate, "XEP-0045 8", {forbidden, forbidden, forbidden, yes}},
      {InRoom::name_moderators, "XEP-0045 9.6", {forbidden, forbidden, forbidden, by_rule}},
  }};
  return rows.at(static_cast<std::size_t>(act));
}

struct AffiliationRow {
  OfRoom act;
  std::string_view section;
  std::array<Cell, 5> cells;  // by Affiliation
};

const AffiliationRow& row_of(OfRoom act) {
  using enum Cell;
  static constexpr std::array<AffiliationRow, 10> rows{{
      // outcast, none, member, admin, owner
      {OfRoom::enter, "XEP-0045 7.2.7", {forbidden, yes, yes, yes, yes}},
      {OfRoom::enter_members_only,
       "XEP-0045 7.2.6",
       {forbidden, registration_required, yes, yes, yes}},
      {OfRoom::register_nick, "XEP-0045 7.10", {not_allowed, by_rule, yes, yes, yes}},
      {OfRoom::read_members, "XEP-0045 9.5", {forbidden, by_rule, by_rule, yes, yes}},
      {OfRoom::manage_bans, "XEP-0045 9.2", {forbidden, forbidden, forbidden, yes, yes}},
      {OfRoom::manage_members, "XEP-0045 9.3", {forbidden, forbidden, forbidden, yes, yes}},
      {OfRoom::read_admins, "XEP-0045 10.5", {forbidden, by_rule, by_rule, by_rule, yes}},
      {OfRoom::manage_admins, "XEP-0045 10.3", {forbidden, forbidden, forbidden, forbidden, yes}},
      {OfRoom::configure, "XEP-0045 10.2", {forbidden, forbidden, forbidden, forbidden, yes}},
      {OfRoom::set_vcard, "XEP-0486 3.2", {forbidden, forbidden, forbidden, forbidden, yes}},
  }};
  return rows.at(static_cast<std::size_t>(act));
}

std::optional<StanzaError> error_of(Cell cell, std::string_view section) {
  switch (cell) {
    case Cell::yes:
    case Cell::by_rule:
      return std::nullopt;
    case Cell::forbidden:
      return refusal::forbidden(section, "You may not do that here");
    case Cell::not_acceptable:
      return refusal::not_an_occupant(section);
    case Cell::not_allowed:
      return StanzaError(ErrorType::cancel, Condition::not_allowed, section,
                         "That is not open to you");
    case Cell::registration_required:
      return StanzaError(ErrorType::auth, Condition::registration_required, section,
                         "This room is for members only");
  }
  return std::nullopt;
}

}  // namespace

std::optional<StanzaError> denied(InRoom act, const Scene& scene, const Jid& session) {
  const Occupant* occupant = scene.room.occupants.by_session(session);
  const Role role = occupant ? occupant->role : Role::none;
  const RoleRow& row = row_of(act);
  return error_of(row.cells.at(static_cast<std::size_t>(role)), row.section);
}

std::optional<StanzaError> denied(OfRoom act, const Scene& scene, const Jid& user) {
  const AffiliationRow& row = row_of(act);
  const bool enters = act == OfRoom::enter || act == OfRoom::enter_members_only;
  if (enters && scene.settings.bans(user) && !scene.context.service_admin) {
    return refusal::forbidden("XEP-0045 9.2", "You are banned from this service");
  }
  return error_of(row.cells.at(static_cast<std::size_t>(scene.rank_of(user))), row.section);
}

std::optional<StanzaError> may_affiliate(const Scene& scene, const Jid& actor, const Jid& target,
                                         Affiliation wanted) {
  const bool ban = wanted == Affiliation::outcast;
  if (auto refusal = denied(ban ? OfRoom::manage_bans : OfRoom::manage_members, scene, actor)) {
    return refusal;
  }
  if (wanted >= Affiliation::admin) {
    if (auto refusal = denied(OfRoom::manage_admins, scene, actor)) return refusal;
  }
  if (ban && target == actor.bare()) {
    return StanzaError(ErrorType::cancel, Condition::conflict, "XEP-0045 9.1",
                       "You cannot ban yourself");
  }
  const Affiliate* row = scene.room.affiliations.find(target.str());
  const bool ranks = row && row->affiliation >= Affiliation::admin;
  if (ranks && denied(OfRoom::manage_admins, scene, actor)) {
    return StanzaError(ErrorType::cancel, Condition::not_allowed, "XEP-0045 9.1",
                       "That person is out of your reach");
  }
  return std::nullopt;
}

}  // namespace stoa::muc
