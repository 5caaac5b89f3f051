#pragma once

#include <map>
#include <string>
#include <vector>

#include <stoa/muc/engine/engine.hpp>

namespace stoa::muc::test {

/// Ids that tests can foretell.
class CountingIds : public IdSource {
 public:
  std::string token() override { return "token-" + std::to_string(++tokens_); }
  std::uint64_t number() override { return ++numbers_; }
  std::string key() override { return "key-" + std::to_string(++keys_); }

 private:
  std::uint64_t tokens_ = 0;
  std::uint64_t numbers_ = 0;
  std::uint64_t keys_ = 0;
};

/// A stanza that somebody got.
struct Heard {
  std::string to;
  std::string xml;
};

/// The rooms of chat.shakespeare.lit without dispatch and store: stanzas in, stanzas out. Every
/// step is also undone and done again, so that a change that cannot be undone is noticed.
class Stage {
 public:
  Stage();

  Settings settings;
  CountingIds ids;
  Timestamp now{};
  bool service_admin = false;

  /// What everybody gets of one stanza, in order, the reply among it.
  std::vector<Heard> send(const std::string& xml);
  /// The same, of a deadline of the room.
  std::vector<Heard> tick(const std::string& room);
  /// Time passes, and deadlines of the room come.
  std::vector<Heard> pass(Duration time, const std::string& room);

  /// Joins, and forgets what was said.
  void join(const std::string& user, const std::string& occupant, const std::string& in_x = {});
  const RoomState& room(const std::string& key) { return rooms_[key]; }
  /// As after a restart: no caches, sessions unverified.
  void restart();

 private:
  std::vector<Heard> decide(const std::string& key, const Request& request, const Stanza* stanza);
  void perform(const std::string& key, RoomStep step, const Stanza* stanza,
               std::vector<Heard>& heard);
  void say(const std::vector<Outbound>& outbound, const RoomState& state,
           std::vector<Heard>& heard);
  Facts fetch(const std::string& key, const Need& need);

  std::map<std::string, RoomState> rooms_;
  std::map<std::uint64_t, std::vector<RowPtr>> archive_;
};

/// Those of the stanzas that went to that address.
std::vector<std::string> to(const std::vector<Heard>& heard, const std::string& address);
bool contains(const std::string& text, const std::string& part);

/// Everything that counts of a room, as text: two rooms are the same if and only if it is.
std::string digest(const RoomState& room);

}  // namespace stoa::muc::test
