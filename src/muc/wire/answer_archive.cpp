#include "muc/wire/answer_archive.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <stoa/stanza/build.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

namespace stoa::muc::wire {
namespace {

/// What is left of a retracted message (XEP-0424, 5; XEP-0425, 4).
xml::Element tombstone_of(const Tombstone& tombstone) {
  xml::Element retracted("retracted", ns::retract);
  retracted.set("id", tombstone.id).set("stamp", format_xep0082(tombstone.stamp));
  if (!tombstone.moderator.empty()) {
    xml::Element& moderated = retracted.add("moderated", ns::moderate);
    moderated.set("by", tombstone.moderator);
    if (!tombstone.moderator_id.empty()) moderated.add(build::occupant_id(tombstone.moderator_id));
  }
  if (!tombstone.reason.empty()) {
    retracted.add("reason", ns::retract).text(tombstone.reason);
  }
  return retracted;
}

/// The author's address and standing, for those who may see it ([MUC-MAM-04], [MUC-MAM-05]).
bool shows_author(const read::Archive& read, const ArchiveRow& row) {
  return row.kind != RowKind::notice && (read.all_jids || (read.real_jids && !row.semi_anonymous));
}

xml::Element message_of(const read::Archive& read, const ArchiveRow& row) {
  xml::Element message("message", ns::client);
  const Jid from = row.nick.empty() ? read.room_jid : read.room_jid.with_resource(row.nick);
  message.set("from", from.str()).set("type", "groupchat");
  if (!row.message_id.empty()) message.set("id", row.message_id);
  if (!row.lang.empty()) message.set_lang(row.lang);
  if (row.tombstone) {
    message.add(tombstone_of(*row.tombstone));
  } else if (auto payload = xml::parse("<c>" + row.payload + "</c>", ns::client)) {
    for (auto& node : payload->nodes()) {
      if (xml::Element* child = node.element()) message.add(std::move(*child));
    }
  }
  if (!row.occupant_id.empty()) message.add(build::occupant_id(row.occupant_id));
  if (shows_author(read, row)) {
    message.add("x", ns::muc_user)
        .add("item", ns::muc_user)
        .set("affiliation", token(row.affiliation))
        .set("role", token(row.role))
        .set("jid", row.author.str());
  }
  return message;
}

Outgoing result_of(const read::Archive& read, const ArchiveRow& row, const Jid& asker) {
  xml::Element stanza =
      mam::encode_result(read.query.queryid, {row.id, row.stamp, message_of(read, row)});
  stanza.set("from", read.room_jid.str()).set("to", asker.str());
  return outgoing(stanza);
}

}  // namespace

Result<Answered, StanzaError> answer_archive(const read::Archive& read, const found::Archive& found,
                                             const Jid& asker) {
  if (found.unknown_uid) return rsm::unknown_uid();
  Answered answered;
  for (const RowPtr& row : found.rows) {
    answered.before_reply.push_back(result_of(read, *row, asker));
  }
  if (read.query.flip_page) {
    std::reverse(answered.before_reply.begin(), answered.before_reply.end());
  }
  rsm::ResultSet set;
  set.count = found.count;
  if (!found.rows.empty()) {
    set.first = found.rows.front()->id;
    set.last = found.rows.back()->id;
    set.first_index = found.first_index;
  }
  answered.reply = mam::encode_fin(
      set, found.complete ? mam::Completeness::complete : mam::Completeness::partial);
  return answered;
}

Answered answer_ends(const found::ArchiveEnds& found) {
  std::optional<mam::Metadata> metadata;
  if (found.first && found.last) {
    metadata =
        mam::Metadata{{found.first->id, found.first->stamp}, {found.last->id, found.last->stamp}};
  }
  Answered answered;
  answered.reply = mam::encode_metadata(metadata);
  return answered;
}

Answered answer_vcard(const found::Vcard& found) {
  Answered answered;
  answered.reply = xml::Element("vCard", ns::vcard);
  if (auto vcard = xml::parse(found.vcard, ns::client); vcard && !found.vcard.empty()) {
    answered.reply = std::move(vcard).value();
  }
  return answered;
}

}  // namespace stoa::muc::wire
