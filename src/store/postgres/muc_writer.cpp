#include <algorithm>
#include <utility>
#include <variant>

#include "store/postgres/muc_batch.hpp"

namespace stoa::store::postgres {

namespace change = muc::change;

namespace {

/// What a row is now, under its key; nothing under the one that it had before.
template <class Row, class Key>
void swap_in(Pending<const Row*>& rows, Key key_of, const std::optional<Row>& before,
             const std::optional<Row>& after) {
  if (before && (!after || !(key_of(*before) == key_of(*after)))) rows.erase(key_of(*before));
  if (after) rows.put(key_of(*after), &*after);
}

}  // namespace

MucWriter::MucWriter() : batch_(std::make_unique<Batch>()) {}
MucWriter::~MucWriter() = default;

void MucWriter::add(const std::string& service, const muc::Change& change) {
  if (std::holds_alternative<change::Fleeting>(change)) return;
  batch_->add(service, change);
  ++changes_;
  if (std::holds_alternative<change::Archived>(change)) ++messages_;
}

bool MucWriter::idle() const {
  return changes_ == 0 && !batch_->graves;
}

bool MucWriter::simple() const {
  return changes_ > 0 && messages_ == changes_ && !batch_->graves;
}

void MucWriter::write_alone(Connection& connection, std::uint64_t number) {
  changes_ = messages_ = 0;
  Batch batch = std::exchange(*batch_, Batch());
  batch_->graves = false;
  batch.write_archive_alone(connection, number);
}

void MucWriter::clear() {
  changes_ = messages_ = 0;
  const bool graves = batch_->graves;
  *batch_ = Batch();
  batch_->graves = graves;
}

void MucWriter::write(Connection& connection) {
  changes_ = messages_ = 0;
  Batch batch = std::exchange(*batch_, Batch());
  batch.write(connection);
  batch_->graves = batch.graves;
}

void MucWriter::Batch::add(const std::string& service, const muc::Change& change) {
  std::visit([&](const auto& one) { put(service, one); }, change);
}

void MucWriter::Batch::put(const std::string& service, const change::Created& c) {
  rooms.put({c.room}, {&service, &c});
  gone.erase({0, service, c.jid.local()});
}

void MucWriter::Batch::put(const std::string& service, const change::Destroyed& c) {
  if (c.kept) {
    fates[c.room] = {&service, &c, nullptr};
  } else {
    destroyed.insert(c.room);
  }
  if (c.gone) gone.put({0, service, c.jid.local()}, &*c.gone);
}

void MucWriter::Batch::put(const std::string& service, const change::Restored& c) {
  fates[c.room] = {&service, nullptr, &c};
  gone.erase({0, service, c.after->jid.local()});
}

void MucWriter::Batch::put(const std::string& service, const change::Audited& c) {
  acts.push_back({&service, &c.act});
}

void MucWriter::Batch::put(const std::string&, const change::Configured& c) {
  configs.put({c.room}, c.after.get());
}

void MucWriter::Batch::put(const std::string&, const change::LockSet& c) {
  locks.put({c.room}, c.after.str());
}

void MucWriter::Batch::put(const std::string&, const change::SubjectSet& c) {
  c.after ? subjects.put({c.room}, c.after.get()) : subjects.erase({c.room});
}

void MucWriter::Batch::put(const std::string&, const change::Affiliated& c) {
  const RowKey key{c.room, c.jid().str()};
  c.after && !c.after->blank() ? affiliates.put(key, &*c.after) : affiliates.erase(key);
  if (c.version_after == c.version_before) return;
  versions.put({c.room}, c.version_after);
  log.push_back(&c);
}

void MucWriter::Batch::put(const std::string&, const change::Seated& c) {
  const auto key = [&](const muc::Seat& seat) { return RowKey{c.room, seat.session.str()}; };
  swap_in(seats, key, c.before, c.after);
}

void MucWriter::Batch::put(const std::string&, const change::Archived& c) {
  archive.push_back(&c);
}

void MucWriter::Batch::put(const std::string&, const change::Retracted& c) {
  if (!c.after) throw Fault(FaultKind::content, "an undone change reached the store");
  retractions.put({c.room, c.id}, &c);
}

void MucWriter::Batch::put(const std::string&, const change::ArchiveCut& c) {
  std::uint64_t& through = cuts[c.room];
  through = std::max(through, c.through);
}

void MucWriter::Batch::put(const std::string&, const change::VcardSet& c) {
  c.vcard.empty() ? vcards.erase({c.room}) : vcards.put({c.room}, &c);
}

void MucWriter::Batch::put(const std::string&, const change::HatSet& c) {
  const auto key = [&](const muc::Hat& hat) { return RowKey{c.room, hat.uri}; };
  swap_in(hats, key, c.before, c.after);
}

void MucWriter::Batch::put(const std::string&, const change::RegistrationSet& c) {
  const auto key = [&](const muc::PendingRegistration& row) {
    return RowKey{c.room, row.jid.str()};
  };
  swap_in(registrations, key, c.before, c.after);
}

void MucWriter::Batch::put(const std::string&, const change::Invited& c) {
  const auto key = [&](const muc::Invitation& row) {
    return RowKey{c.room, row.id, row.invitee.str()};
  };
  swap_in(invitations, key, c.before, c.after);
}

void MucWriter::Batch::put(const std::string&, const change::Fleeting&) {}

}  // namespace stoa::store::postgres
