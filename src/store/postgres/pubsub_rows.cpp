#include "store/postgres/pubsub_rows.hpp"

#include <algorithm>
#include <utility>

#include <pqxx/except>

#include "store/postgres/fault.hpp"
#include "store/postgres/stored_jid.hpp"
#include "store/postgres/stored_xml.hpp"

namespace stoa::store::postgres {

void damaged(std::uint64_t node, std::string_view what) {
  throw DamagedRow("node " + std::to_string(node) + ": " + std::string(what), node);
}

namespace {

/// Some columns hold more than the program writes to them.
template <class Number>
Number number_in(std::uint64_t node, const pqxx::field& field) {
  try {
    return field.as<Number>();
  } catch (const pqxx::conversion_error&) {
    damaged(node, std::string("no such number: ") + field.name());
  }
}

}  // namespace

std::string_view text_in(const pqxx::field& field) {
  return {field.c_str(), field.size()};
}

Jid jid_in(std::uint64_t node, const pqxx::field& field) {
  auto jid = stored_jid(text_in(field));
  if (!jid) damaged(node, std::string("no address: ") + field.name());
  return std::move(*jid);
}

Jid jid_in(std::uint64_t node, std::string_view text) {
  auto jid = stored_jid(text);
  if (!jid) damaged(node, "no address");
  return std::move(*jid);
}

Timestamp time_in(const pqxx::field& field) {
  return Timestamp(Duration(field.as<std::int64_t>()));
}

std::optional<Timestamp> maybe_time_in(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return time_in(field);
}

pubsub::Affiliation affiliation_in(std::uint64_t node, const pqxx::field& field) {
  return affiliation_in(node, text_in(field));
}

pubsub::Affiliation affiliation_in(std::uint64_t node, std::string_view word) {
  const auto affiliation = pubsub::affiliation_of(word);
  if (!affiliation) damaged(node, "unknown affiliation");
  return *affiliation;
}

pubsub::Subscription subscription_in(const pqxx::row& row) {
  const auto node = row[0].as<std::uint64_t>();
  pubsub::Subscription s;
  s.jid = jid_in(node, row[1]);
  s.subid = row[2].as<std::string>();
  const auto state = pubsub::subscription_state_of(text_in(row[3]));
  if (!state) damaged(node, "unknown state of a subscription");
  s.state = *state;
  s.bounces = static_cast<std::uint8_t>(row[4].as<int>());
  s.options.deliver = row[5].as<bool>();
  s.options.include_body = row[6].as<bool>();
  s.expires = maybe_time_in(row[7]);
  s.announce = maybe_time_in(row[8]);
  s.since = time_in(row[9]);
  const auto type = pubsub::subscription_type_of(text_in(row[10]));
  if (!type) damaged(node, "unknown type of a subscription");
  s.options.type = *type;
  s.options.depth.reset();
  if (!row[11].is_null()) s.options.depth = number_in<std::uint32_t>(node, row[11]);
  s.options.temporary = row[12].as<bool>();
  s.options.shows = static_cast<Shows>(row[13].as<int>());
  s.options.digest = row[14].as<bool>();
  s.options.digest_frequency = number_in<std::uint32_t>(node, row[15]);
  if (!row[16].is_null()) {
    s.digest = pubsub::DigestMark{number_in<std::uint64_t>(node, row[16]),
                                  number_in<std::uint64_t>(node, row[17]), time_in(row[18])};
  }
  if (!row[19].is_null()) {
    auto filter = pubsub::filter_of(text_in(row[19]));
    if (!filter) damaged(node, "a filter cannot be read");
    if (!filter->empty()) s.options.filter = std::move(*filter);
  }
  s.options.is_public = row[20].as<bool>();
  if (!row[21].is_null()) {
    auto seqs = pubsub::missed_of(text_in(row[22]));
    if (!seqs) damaged(node, "what is to be sent again cannot be read");
    s.missed = pubsub::Missed{time_in(row[21]), std::move(*seqs)};
  }
  return s;
}

pubsub::ItemMeta meta_in(const pqxx::row& row) {
  const auto node = row[0].as<std::uint64_t>();
  pubsub::ItemMeta meta;
  meta.id = row[1].as<std::string>();
  meta.seq = row[2].as<std::uint64_t>();
  meta.first_seq = row[3].as<std::uint64_t>();
  meta.publisher = jid_in(node, row[4]);
  meta.created = time_in(row[5]);
  meta.published = time_in(row[6]);
  return meta;
}

pubsub::Item item_in(const pqxx::row& row) {
  pubsub::Item item{.meta = meta_in(row)};
  item.payload = payload_in(row[0].as<std::uint64_t>(), row[7]);
  return item;
}

pubsub::Payload payload_in(std::uint64_t node, const pqxx::field& field) {
  if (field.is_null()) return nullptr;
  const std::string_view payload = text_in(field);
  if (!is_element(payload)) damaged(node, "a payload is no XML");
  return std::make_shared<const std::string>(payload);
}

Window window_of(const rsm::Request& request, std::uint64_t total, std::uint64_t anchor,
                 std::size_t cap) {
  const std::uint64_t size = request.page_size(cap);
  if (request.before) {
    const std::uint64_t end = request.before->empty() ? total : anchor;
    return {end - std::min(size, end), end};
  }
  std::uint64_t begin = 0;
  if (request.after) begin = anchor + 1;
  if (request.index) begin = std::min(*request.index, total);
  return {begin, begin + std::min(size, total - begin)};
}

}  // namespace stoa::store::postgres
