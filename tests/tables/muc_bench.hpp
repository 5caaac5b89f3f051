#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <stoa/muc/engine/engine.hpp>
#include <stoa/store/memory/muc.hpp>

#include "store/postgres/connection.hpp"
#include "store/postgres/muc_tables.hpp"
#include "tables/own_tables.hpp"

namespace stoa::test {

inline const std::string rooms_service = "chat.shakespeare.lit";

Timestamp at_second(std::int64_t seconds);
Jid room_jid(const std::string& localpart);
Jid user(const std::string& name);
Jid session(const std::string& name, const std::string& resource);

muc::Change created(std::uint64_t number, const std::string& localpart);
muc::Affiliate affiliate(const Jid& jid, muc::Affiliation affiliation);
muc::Seat seat(const Jid& session, const std::string& nick);
muc::ArchiveRow message(std::uint64_t seq, const Jid& author, const std::string& nick);

/// The same changes in the memory store and in PostgreSQL.
class MucTwins {
 public:
  MucTwins();

  void add(const std::string& localpart, muc::Change change);
  /// One transaction for all that was added.
  void commit();

  const muc::RoomState& shadow(const std::string& localpart) { return memory_->shadow[localpart]; }
  muc::RoomState load(const std::string& localpart);
  /// Looks everything about these rooms up on both sides and checks that it is the same.
  void check(const std::vector<std::string>& localparts);
  void check_archive(const muc::read::Archive& read);
  void check_rooms(const muc::Read& read);

  store::postgres::Connection& connection() { return connection_; }
  const std::string& url() const { return database_.url(); }

 private:
  void check_room(const std::string& localpart);
  void check_facts(std::uint64_t number);

  OwnTables database_;
  store::postgres::Connection connection_;
  store::postgres::MucWriter writer_;
  std::unique_ptr<store::memory::Tables<muc::Engine>> memory_;
  std::deque<muc::Change> pending_;
};

}  // namespace stoa::test
