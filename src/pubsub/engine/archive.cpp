#include "pubsub/engine/archive.hpp"

#include <charconv>

#include "pubsub/engine/scene.hpp"

namespace stoa::pubsub {

namespace {

/// XEP-0313, 4.3: a UID that is not in the archive.
StanzaError unknown_entry() {
  return StanzaError(ErrorType::cancel, Condition::item_not_found, "XEP-0313 4.3",
                     "There is no such entry.");
}

ArchiveRead read_of_archive(const Scene& scene) {
  ArchiveRead read{.number = scene.state.number, .node = scene.state.node};
  const NodeConfig& config = scene.config();
  read.type = config.notification_type;
  if (config.archive_age) read.kept_from = scene.now() - std::chrono::seconds(*config.archive_age);
  switch (config.itemreply) {
    case ItemReply::publisher:
      break;
    case ItemReply::none:
      read.publisher = ItemsRead::Publisher::hidden;
      break;
    case ItemReply::owner:
      read.publisher = ItemsRead::Publisher::replaced;
      read.replacement = first_owner(scene.state);
      break;
  }
  return read;
}

/// Reads the UIDs of a query; false where one is none of this node's.
bool read_uids(const mam::Query& query, ArchiveRead& read) {
  const auto seq = [&](const std::string& uid, std::optional<std::uint64_t>& into) {
    into = seq_of_uid(read.number, uid);
    if (into) read.required.push_back(*into);
    return into.has_value();
  };
  if (query.after_id && !seq(*query.after_id, read.above)) return false;
  if (query.before_id && !seq(*query.before_id, read.below)) return false;
  if (query.page.after && !seq(*query.page.after, read.anchor)) return false;
  const bool before = query.page.before && !query.page.before->empty();
  if (before && !seq(*query.page.before, read.anchor)) return false;
  for (const std::string& uid : query.ids) {
    std::optional<std::uint64_t> one;
    if (!seq(uid, one)) return false;
    read.seqs.push_back(*one);
  }
  return true;
}

struct ArchivePlan {
  const Scene& scene;

  Verdict operator()(const mam::FormRequest&) const {
    Done step;
    step.reply = mam::encode_form(archive_offer, scene.state.node);
    return step;
  }
  Verdict operator()(const mam::MetadataRequest&) const {
    ArchiveRead read = read_of_archive(scene);
    read.purpose = ArchiveRead::Purpose::edges;
    return ReadPlan<Read>{std::move(read)};
  }
  Verdict operator()(const mam::Query& query) const {
    if (query.ids.size() > scene.settings.limits.requested_ids) return refuse(Fault::over_limit);
    ArchiveRead read = read_of_archive(scene);
    if (!read_uids(query, read)) return unknown_entry();
    read.query = query;
    read.max = static_cast<std::uint32_t>(query.page.page_size(scene.settings.limits.page));
    if (!query.order.empty()) read.direction = query.order.front().direction;
    return ReadPlan<Read>{std::move(read)};
  }
};

}  // namespace

std::string archive_uid(std::uint64_t number, std::uint64_t seq) {
  return std::to_string(number) + "-" + std::to_string(seq);
}

std::optional<std::uint64_t> seq_of_uid(std::uint64_t number, std::string_view uid) {
  const std::string prefix = std::to_string(number) + "-";
  if (!uid.starts_with(prefix)) return std::nullopt;
  uid.remove_prefix(prefix.size());
  std::uint64_t seq = 0;
  const auto [end, fault] = std::from_chars(uid.data(), uid.data() + uid.size(), seq);
  constexpr std::uint64_t largest = INT64_MAX;
  if (fault != std::errc() || end != uid.data() + uid.size() || seq > largest) return std::nullopt;
  return seq;
}

Verdict decide_archive(const Scene& scene, const action::AskArchive& action) {
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  if (Objection objection = may_not_retrieve(scene)) return std::move(*objection);
  if (scene.config().collection() || !scene.config().archive) {
    return StanzaError(ErrorType::cancel, Condition::feature_not_implemented, "XEP-0442 2",
                       "The node has no archive.");
  }
  return std::visit(ArchivePlan{scene}, action.ask);
}

}  // namespace stoa::pubsub
