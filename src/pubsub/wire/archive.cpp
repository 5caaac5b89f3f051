#include "pubsub/wire/archive.hpp"

#include <algorithm>

#include <stoa/mam/mam.hpp>
#include <stoa/stanza/build.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>

#include "pubsub/engine/archive.hpp"
#include "pubsub/wire/asked.hpp"

namespace stoa::pubsub::wire {

namespace {

/// The event as it was, or as it would have been.
xml::Element event_of(const ArchiveRead& read, const Item& entry, const Settings& settings) {
  xml::Element message("message", ns::client);
  message.set("from", settings.service.str());
  if (read.type == NotificationType::headline) message.set("type", "headline");
  xml::Element& items = message.add("event", ns::pubsub_event).add("items", ns::pubsub_event);
  items.set("node", read.node);
  xml::Element& item = items.add("item", ns::pubsub_event);
  item.set("id", entry.meta.id);
  if (read.publisher == ItemsRead::Publisher::shown) {
    item.set("publisher", entry.meta.publisher.str());
  } else if (read.publisher == ItemsRead::Publisher::replaced) {
    item.set("publisher", read.replacement.str());
  }
  if (entry.payload) {
    auto payload = xml::parse(*entry.payload);
    if (payload) item.add(std::move(payload).value());
  }
  return message;
}

std::string uid_of(const ArchiveRead& read, const Item& entry) {
  return archive_uid(read.number, entry.meta.seq);
}

/// The value of the field that is ours alone, taken out of the form; empty where it has none.
std::optional<std::string> take_category(Stanza& stanza) {
  xml::Element* const query = stanza.element.child("query", ns::mam);
  xml::Element* const form = query ? query->child("x", ns::data_form) : nullptr;
  if (form == nullptr) return std::nullopt;
  std::optional<std::string> category;
  std::erase_if(form->nodes(), [&](const xml::Node& node) {
    const xml::Element* const field = node.element();
    if (field == nullptr || field->attr_or("var", {}) != category_field) return false;
    const xml::Element* const value = field->child("value", ns::data_form);
    if (value != nullptr && !value->text().empty()) category = value->text();
    return true;
  });
  return category;
}

}  // namespace

Claimed decode_archive(const Stanza& stanza) {
  Stanza plain = stanza;
  auto category = take_category(plain);
  auto ask = mam::decode(plain, archive_offer);
  if (!ask) return std::move(ask).error();
  const auto node = std::visit(
      [](const auto& it) -> std::optional<std::string> { return node_id(it.node); }, *ask);
  if (!node || node->empty()) return refuse(Fault::node_required);
  return claim::ForEntity<Request>{
      *node, {stanza.from, *node, action::AskArchive{std::move(ask).value(), std::move(category)}}};
}

Answered archive_answer(const ArchiveRead& read, const ArchivePage& page, const Settings& settings,
                        const Jid& asker) {
  Answered answered;
  if (read.purpose == ArchiveRead::Purpose::edges) {
    std::optional<mam::Metadata> metadata;
    if (!page.entries.empty()) {
      const Item& first = page.entries.front();
      const Item& last = page.entries.back();
      metadata = mam::Metadata{{uid_of(read, first), first.meta.published},
                               {uid_of(read, last), last.meta.published}};
    }
    answered.reply = mam::encode_metadata(metadata);
    return answered;
  }
  for (const Item& entry : page.entries) {
    xml::Element stanza = mam::encode_result(
        read.query.queryid,
        {uid_of(read, entry), entry.meta.published, event_of(read, entry, settings)});
    stanza.set("from", settings.service.str()).set("to", asker.str());
    answered.before_reply.push_back(outgoing(stanza));
  }
  if (read.query.flip_page) {
    std::reverse(answered.before_reply.begin(), answered.before_reply.end());
  }
  rsm::ResultSet set{.count = page.count};
  if (!page.entries.empty()) {
    set.first = uid_of(read, page.entries.front());
    set.last = uid_of(read, page.entries.back());
    set.first_index = page.first_index;
  }
  answered.reply = mam::encode_fin(
      set, page.complete ? mam::Completeness::complete : mam::Completeness::partial);
  return answered;
}

}  // namespace stoa::pubsub::wire
