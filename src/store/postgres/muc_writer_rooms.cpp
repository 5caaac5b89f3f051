#include <optional>
#include <string>
#include <utility>

#include "store/postgres/columns.hpp"
#include "store/postgres/config_json.hpp"
#include "store/postgres/muc_batch.hpp"
#include "store/postgres/muc_config.hpp"

namespace stoa::store::postgres {
namespace {

constexpr Statement delete_rooms{
    "delete_rooms",
    "WITH dead AS (DELETE FROM rooms WHERE number = ANY($1::bigint[]) RETURNING number) "
    "INSERT INTO room_graves (room) SELECT number FROM dead ON CONFLICT DO NOTHING"};

constexpr Statement delete_gone{
    "delete_gone_rooms",
    "DELETE FROM rooms_gone g USING unnest($1::text[], $2::text[]) AS r(service, localpart) "
    "WHERE g.service = r.service AND g.localpart = r.localpart"};

constexpr Statement upsert_gone{
    "upsert_gone_rooms",
    "INSERT INTO rooms_gone (service, localpart, venue, until) "
    "SELECT service, localpart, venue, stoa_time(until) "
    "FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) "
    "AS r(service, localpart, venue, until) "
    "ON CONFLICT (service, localpart) DO UPDATE SET venue = excluded.venue, "
    "until = excluded.until, version = rooms_gone.version + 1"};

constexpr Statement insert_rooms{
    "insert_rooms",
    "INSERT INTO rooms (number, service, localpart, created, locked_by, occupant_key, name, "
    "description, lang, found_name, found_description, public, persistent, members_only, "
    "password_protected, whois, config) "
    "SELECT number, service, localpart, stoa_time(created), nullif(locked_by, ''), occupant_key, "
    "name, description, lang, found_name, found_description, public, persistent, members_only, "
    "password_protected, whois, config::jsonb "
    "FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], "
    "$7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::boolean[], "
    "$13::boolean[], $14::boolean[], $15::boolean[], $16::text[], $17::text[]) "
    "AS r(number, service, localpart, created, locked_by, occupant_key, name, description, lang, "
    "found_name, found_description, public, persistent, members_only, password_protected, whois, "
    "config)"};

constexpr Statement update_configs{
    "update_room_configs",
    "UPDATE rooms x SET name = r.name, description = r.description, lang = r.lang, "
    "found_name = r.found_name, found_description = r.found_description, public = r.public, "
    "persistent = r.persistent, members_only = r.members_only, "
    "password_protected = r.password_protected, whois = r.whois, config = r.config::jsonb, version "
    "= x.version + 1 "
    "FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], "
    "$7::boolean[], $8::boolean[], $9::boolean[], $10::boolean[], $11::text[], $12::text[]) "
    "AS r(number, name, description, lang, found_name, found_description, public, persistent, "
    "members_only, password_protected, whois, config) WHERE x.number = r.number"};

constexpr Statement update_locks{
    "update_room_locks",
    "UPDATE rooms x SET locked_by = nullif(r.locked_by, ''), version = x.version + 1 "
    "FROM unnest($1::bigint[], $2::text[]) AS r(number, locked_by) WHERE x.number = r.number"};

constexpr Statement update_versions{
    "update_room_versions",
    "UPDATE rooms x SET affiliation_version = r.version, version = x.version + 1 "
    "FROM unnest($1::bigint[], $2::bigint[]) AS r(number, version) WHERE x.number = r.number"};

constexpr Statement delete_subjects{"delete_room_subjects",
                                    "DELETE FROM room_subjects WHERE room = ANY($1::bigint[])"};

constexpr Statement upsert_subjects{
    "upsert_room_subjects",
    "INSERT INTO room_subjects (room, langs, texts, nick, occupant_id, id, stamp) "
    "SELECT room, langs::text[], texts::text[], nick, occupant_id, id, stoa_time(stamp) "
    "FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], "
    "$7::bigint[]) AS r(room, langs, texts, nick, occupant_id, id, stamp) "
    "ON CONFLICT (room) DO UPDATE SET langs = excluded.langs, texts = excluded.texts, "
    "nick = excluded.nick, occupant_id = excluded.occupant_id, id = excluded.id, "
    "stamp = excluded.stamp, version = room_subjects.version + 1"};

constexpr Statement delete_vcards{"delete_room_vcards",
                                  "DELETE FROM room_vcards WHERE room = ANY($1::bigint[])"};

constexpr Statement upsert_vcards{
    "upsert_room_vcards",
    "INSERT INTO room_vcards (room, vcard, hashes) SELECT room, vcard, hashes::text[] "
    "FROM unnest($1::bigint[], $2::text[], $3::text[]) AS r(room, vcard, hashes) "
    "ON CONFLICT (room) DO UPDATE SET vcard = excluded.vcard, hashes = excluded.hashes, version = "
    "room_vcards.version + 1"};

constexpr Statement delete_hats{
    "delete_room_hats",
    "DELETE FROM room_hats h USING unnest($1::bigint[], $2::uuid[]) AS r(room, digest) "
    "WHERE h.room = r.room AND h.digest = r.digest"};

constexpr Statement upsert_hats{
    "upsert_room_hats",
    "INSERT INTO room_hats (room, digest, uri, title, hue, lang) "
    "SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], "
    "$6::text[]) "
    "ON CONFLICT (room, digest) DO UPDATE SET title = excluded.title, hue = excluded.hue, "
    "lang = excluded.lang, version = room_hats.version + 1"};

std::string config_of(const muc::RoomConfig& config) {
  return config_json(stored_text(config));
}

}  // namespace

void MucWriter::Batch::write_ends(Connection& connection) {
  Columns<1> dead;
  for (const std::uint64_t room : destroyed) dead.add(room);
  dead.write(connection, delete_rooms);

  Columns<2> forgotten;
  Columns<4> left;
  for (const auto& [key, row] : gone.slots()) {
    if (!row) {
      forgotten.add(key.name, key.name2);
    } else if ((*row)->venue.empty()) {
      left.add(key.name, key.name2, std::nullopt, (*row)->until);
    } else {
      left.add(key.name, key.name2, (*row)->venue.str(), (*row)->until);
    }
  }
  forgotten.write(connection, delete_gone);
  left.write(connection, upsert_gone);
  write_fates(connection);
}

void MucWriter::Batch::write_rooms(Connection& connection) {
  Columns<17> rows;
  for (const auto& [key, row] : rooms.slots()) {
    if (!stays(key.entity)) continue;
    const auto& room = *row->change;
    const muc::RoomConfig& config = *room.config;
    rows.add(key.entity, *row->service, localpart_of(key.entity, room.jid), room.created,
             room.locked_by.str(), room.occupant_key, config.name, config.description, config.lang,
             fold_case(config.name), fold_case(config.description), config.public_room,
             config.persistent, config.members_only, config.password_protected, token(config.whois),
             config_of(config));
  }
  rows.write(connection, insert_rooms);
}

void MucWriter::Batch::write_updates(Connection& connection) {
  Columns<12> configured;
  for (const auto& [key, row] : configs.slots()) {
    if (!stays(key.entity)) continue;
    const muc::RoomConfig& config = **row;
    configured.add(key.entity, config.name, config.description, config.lang, fold_case(config.name),
                   fold_case(config.description), config.public_room, config.persistent,
                   config.members_only, config.password_protected, token(config.whois),
                   config_of(config));
  }
  configured.write(connection, update_configs);

  Columns<2> locked;
  for (const auto& [key, row] : locks.slots()) {
    if (stays(key.entity)) locked.add(key.entity, *row);
  }
  locked.write(connection, update_locks);

  Columns<2> counted;
  for (const auto& [key, row] : versions.slots()) {
    if (stays(key.entity)) counted.add(key.entity, *row);
  }
  counted.write(connection, update_versions);
}

void MucWriter::Batch::write_subjects(Connection& connection) {
  Columns<1> ended;
  Columns<7> set;
  for (const auto& [key, row] : subjects.slots()) {
    if (!stays(key.entity)) continue;
    if (!row) {
      ended.add(key.entity);
      continue;
    }
    Array langs;
    Array texts;
    for (const auto& [lang, text] : (*row)->texts) {
      langs.add(lang);
      texts.add(text);
    }
    set.add(key.entity, langs.take(), texts.take(), (*row)->nick, (*row)->occupant_id, (*row)->id,
            (*row)->stamp);
  }
  ended.write(connection, delete_subjects);
  set.write(connection, upsert_subjects);
}

void MucWriter::Batch::write_vcards(Connection& connection) {
  Columns<1> ended;
  Columns<3> set;
  for (const auto& [key, row] : vcards.slots()) {
    if (!stays(key.entity)) continue;
    if (!row) {
      ended.add(key.entity);
      continue;
    }
    Array hashes;
    for (const std::string& hash : (*row)->hashes_after) hashes.add(hash);
    set.add(key.entity, (*row)->vcard, hashes.take());
  }
  ended.write(connection, delete_vcards);
  set.write(connection, upsert_vcards);
}

void MucWriter::Batch::write_hats(Connection& connection) {
  Columns<2> ended;
  Columns<6> set;
  for (const auto& [key, row] : hats.slots()) {
    if (!stays(key.entity)) continue;
    if (row) {
      set.add(key.entity, digest(key.name), key.name, (*row)->title, (*row)->hue, (*row)->lang);
    } else {
      ended.add(key.entity, digest(key.name));
    }
  }
  ended.write(connection, delete_hats);
  set.write(connection, upsert_hats);
}

void MucWriter::Batch::write(Connection& connection) {
  write_ends(connection);
  clear_graves(connection);
  write_rooms(connection);
  write_burials(connection);
  write_acts(connection);
  write_updates(connection);
  write_subjects(connection);
  write_affiliates(connection);
  write_log(connection);
  write_seats(connection);
  write_archive(connection);
  write_retractions(connection);
  write_vcards(connection);
  write_hats(connection);
  write_registrations(connection);
  write_invitations(connection);
}

}  // namespace stoa::store::postgres
