#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <stoa/muc/model/change.hpp>

#include "store/postgres/muc_tables.hpp"
#include "store/postgres/pending.hpp"

namespace stoa::store::postgres {

/// The changes of rooms in one transaction: of each row what it is in the end. A room that is
/// destroyed takes with it whatever the batch says of it; room numbers are never used again, so
/// that nothing can follow.
///
/// Keeps pointers into the changes until it is written or cleared.
struct MucWriter::Batch {
  struct NewRoom {
    const std::string* service;
    const muc::change::Created* change;
  };

  /// What the batch makes of a room that is kept after its end, in the end: one of the two.
  struct Fate {
    const std::string* service;
    const muc::change::Destroyed* buried;
    const muc::change::Restored* restored;
  };
  struct Acted {
    const std::string* service;
    const muc::Act* act;
  };

  bool graves = true;  ///< there may be archives of rooms that are gone

  void add(const std::string& service, const muc::Change& change);
  void write(Connection& connection);
  void write_archive_alone(Connection& connection, std::uint64_t number);

  std::unordered_set<std::uint64_t> destroyed;
  std::unordered_map<std::uint64_t, Fate> fates;
  std::vector<Acted> acts;
  Pending<NewRoom> rooms;
  Pending<const muc::GoneRoom*> gone;  // by service and localpart
  Pending<const muc::RoomConfig*> configs;
  Pending<std::string_view> locks;
  Pending<std::uint64_t> versions;
  Pending<const muc::Subject*> subjects;
  Pending<const muc::Affiliate*> affiliates;
  std::vector<const muc::change::Affiliated*> log;
  Pending<const muc::Seat*> seats;
  std::vector<const muc::change::Archived*> archive;
  Pending<const muc::change::Retracted*> retractions;
  std::unordered_map<std::uint64_t, std::uint64_t> cuts;
  Pending<const muc::change::VcardSet*> vcards;
  Pending<const muc::Hat*> hats;
  Pending<const muc::PendingRegistration*> registrations;
  Pending<const muc::Invitation*> invitations;

 private:
  void put(const std::string& service, const muc::change::Created& change);
  void put(const std::string& service, const muc::change::Destroyed& change);
  void put(const std::string& service, const muc::change::Restored& change);
  void put(const std::string& service, const muc::change::Audited& change);
  void put(const std::string& service, const muc::change::Configured& change);
  void put(const std::string& service, const muc::change::LockSet& change);
  void put(const std::string& service, const muc::change::SubjectSet& change);
  void put(const std::string& service, const muc::change::Affiliated& change);
  void put(const std::string& service, const muc::change::Seated& change);
  void put(const std::string& service, const muc::change::Archived& change);
  void put(const std::string& service, const muc::change::Retracted& change);
  void put(const std::string& service, const muc::change::ArchiveCut& change);
  void put(const std::string& service, const muc::change::VcardSet& change);
  void put(const std::string& service, const muc::change::HatSet& change);
  void put(const std::string& service, const muc::change::RegistrationSet& change);
  void put(const std::string& service, const muc::change::Invited& change);
  void put(const std::string& service, const muc::change::Fleeting& change);

  void write_ends(Connection& connection);
  void write_fates(Connection& connection);
  void write_burials(Connection& connection);
  void write_acts(Connection& connection);
  std::string localpart_of(std::uint64_t room, const Jid& jid) const;
  void clear_graves(Connection& connection);
  void write_rooms(Connection& connection);
  void write_updates(Connection& connection);
  void write_subjects(Connection& connection);
  void write_affiliates(Connection& connection);
  void write_log(Connection& connection);
  void write_seats(Connection& connection);
  void write_archive(Connection& connection);
  void write_retractions(Connection& connection);
  void write_vcards(Connection& connection);
  void write_hats(Connection& connection);
  void write_registrations(Connection& connection);
  void write_invitations(Connection& connection);

  bool stays(std::uint64_t room) const { return !destroyed.contains(room); }
};

}  // namespace stoa::store::postgres
