#include "muc/engine/archive.hpp"

#include <variant>

#include <stoa/mam/mam.hpp>

#include "muc/engine/refusals.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {
namespace {

constexpr std::string_view archive_section = "XEP-0313 6.1.2";

/// Who may enter now may read ([MUC-MAM-03]).
std::optional<StanzaError> refused(const Scene& scene, const Jid& asker) {
  const RoomConfig& config = *scene.room.config;
  const Affiliation rank = scene.rank_of(asker);
  if (!config.archive && rank < Affiliation::owner) {
    return StanzaError(ErrorType::cancel, Condition::service_unavailable, "XEP-0313 7");
  }
  const bool inside = scene.room.occupants.by_session(asker) != nullptr;
  const bool known = inside || rank >= Affiliation::member;
  if (scene.room.affiliation_of(asker) == Affiliation::outcast)
    return refusal::forbidden(archive_section);
  if (config.members_only && rank < Affiliation::member) return refusal::forbidden(archive_section);
  const bool open = !config.password_protected && scene.settings.open_archive;
  if (!open && !known) return refusal::forbidden(archive_section);
  return std::nullopt;
}

struct Plan {
  const Scene& scene;
  const request::AskArchive& ask;

  RoomDecision operator()(const mam::FormRequest&) const {
    RoomStep step;
    step.reply = mam::encode_form(archive_offer);
    return step;
  }
  RoomDecision operator()(const mam::MetadataRequest&) const {
    return ReadPlan<Read>{read::ArchiveEnds{scene.room.number}};
  }
  RoomDecision operator()(const mam::Query& query) const {
    const RoomState& room = scene.room;
    const Occupant* asker = room.occupants.by_session(ask.from);
    const bool trusted =
        scene.rank_of(ask.from) >= Affiliation::admin || (asker && asker->role == Role::moderator);
    read::Archive read;
    read.room = room.number;
    read.room_jid = room.jid;
    read.query = query;
    read.all_jids = trusted;
    read.real_jids = trusted || !room.config->semi_anonymous();
    read.max = query.page.page_size(scene.settings.limits.archive_page);
    if (query.with) {
      if (query.with->bare() == room.jid) {
        read.nick = std::string(query.with->resource());
      } else if (read.real_jids) {
        read.author = query.with->bare();
      } else {
        return refusal::forbidden("XEP-0313 4.1.1", "Real addresses are not shown here");
      }
    }
    return ReadPlan<Read>{std::move(read)};
  }
};

}  // namespace

RoomDecision rules::decide(const Scene& scene, const request::AskArchive& ask) {
  if (auto refusal = refused(scene, ask.from)) return *std::move(refusal);
  return std::visit(Plan{scene, ask}, ask.ask);
}

}  // namespace stoa::muc
