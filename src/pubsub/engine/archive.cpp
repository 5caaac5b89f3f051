#include "pubsub/engine/archive.hpp"

#include <charconv>

#include <stoa/stanza/namespaces.hpp>

#include "pubsub/engine/scene.hpp"

namespace stoa::pubsub {

namespace {

/// XEP-0313, 4.3: a UID that is not in the archive.
StanzaError unknown_entry() {
  return StanzaError(ErrorType::cancel, Condition::item_not_found, "XEP-0313 4.3",
                     "There is no such entry.");
}

/// The newest publication that has left the archive for its number; 0: none has.
std::uint64_t left_behind(const Scene& scene) {
  const auto& most = scene.config().archive_max;
  const std::uint64_t newest = scene.state.next_seq - 1;
  return most && newest > *most ? newest - *most : 0;
}

ArchiveRead read_of_archive(const Scene& scene) {
  ArchiveRead read{.number = scene.state.number, .node = scene.state.node};
  const NodeConfig& config = scene.config();
  read.type = config.notification_type;
  if (config.archive_age) read.kept_from = scene.now() - std::chrono::seconds(*config.archive_age);
  read.language = config.language;
  if (const std::uint64_t gone = left_behind(scene); gone > 0) read.above = gone;
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
  const std::uint64_t gone = read.above.value_or(0);
  const auto seq = [&](const std::string& uid, std::optional<std::uint64_t>& into) {
    const auto found = seq_of_uid(read.number, uid);
    if (!found || *found <= gone) return false;
    read.required.push_back(*found);
    into = found;
    return true;
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

/// The form of a query, with the field that is ours alone.
xml::Element form_of(const std::string& node) {
  xml::Element query = mam::encode_form(archive_offer, node);
  if (xml::Element* const x = query.child("x", ns::data_form)) {
    x->add("field", ns::data_form).set("var", category_field).set("type", "text-single");
  }
  return query;
}

struct ArchivePlan {
  const Scene& scene;
  const std::optional<std::string>& category;

  Verdict operator()(const mam::FormRequest&) const {
    Done step;
    step.reply = form_of(scene.state.node);
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
    read.category = category;
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
  return std::visit(ArchivePlan{scene, action.category}, action.ask);
}

}  // namespace stoa::pubsub
