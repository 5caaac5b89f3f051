#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/muc/model/affiliations.hpp>
#include <stoa/muc/model/config.hpp>
#include <stoa/muc/model/extras.hpp>

namespace stoa::muc {

/// Who may make rooms (XEP-0045, 10.1.1). Service administrators always may.
enum class CreationRule : std::uint8_t { everybody, listed, admins };

/// Whose disco#items the service answers with its rooms; others get an empty list.
enum class ListRule : std::uint8_t { everybody, listed_domains, nobody };

/// What becomes of a room that its creator left unconfigured for `lock_timeout`.
enum class UnconfiguredRule : std::uint8_t { unlock, destroy };

/// A rate: `burst` at once, `per_second` on average; burst 0 means no limit.
struct Rate {
  double burst = 0;
  double per_second = 0;
};

/// Sizes in bytes unless named otherwise; 0 means no limit only where it says so.
struct Limits {
  std::size_t rooms = 0;              ///< in all; 0: no limit
  std::size_t rooms_per_owner = 100;  ///< 0: no limit
  std::size_t rooms_per_user = 0;     ///< joined at a time (a look-up per join); 0: no limit
  std::int64_t occupants = 10'000;    ///< nicks in one room; also the ceiling of maxusers
  std::size_t reserve = 5;            ///< seats above maxusers for admins and owners
  std::size_t sessions_per_nick = 10;
  std::size_t nick = 256;
  std::size_t room_name_local = 256;  ///< localpart
  std::size_t name = 256;             ///< muc#roomconfig_roomname
  std::size_t description = 4096;
  std::size_t subject = 4096;
  std::size_t password = 256;
  std::size_t affiliations = 50'000;  ///< entries of one room
  std::size_t vcard = 256 * 1024;
  std::size_t message = 256 * 1024;  ///< payload of a groupchat or private message
  std::size_t presence = 32 * 1024;  ///< payload of a presence
  std::size_t list_page = 1000;      ///< of an affiliation list that is paged
  std::size_t items_page = 100;      ///< of disco#items
  std::size_t archive_page = 250;
  std::size_t pending_registrations = 200;
  std::size_t pending_iqs = 500;                  ///< between occupants, of one room
  std::int64_t history = 500;                     ///< ceiling of muc#maxhistoryfetch
  Rate messages{.burst = 500, .per_second = 50};  ///< of one bare JID in one room
  Rate room_messages;                             ///< of all in one room; more of them wait
  std::size_t room_queue = 100;                   ///< messages of one room that wait
  std::size_t crowd = 0;  ///< from so many nicks on strangers without voice are not shown; 0: never
  Rate presence_updates;  ///< of one bare JID in one room
  Rate joins;             ///< of one bare JID in one room, nick changes too
  Rate invitations{.burst = 20, .per_second = 0.5};
};

/// Times; zero switches off where it says so.
struct Times {
  Duration lock_timeout = std::chrono::minutes(5);     ///< zero: a locked room stays locked
  Duration empty_room = Duration::zero();              ///< how long an empty temporary room is kept
  Duration silent_session = std::chrono::minutes(15);  ///< then it is pinged; zero: never
  Duration ping_timeout = std::chrono::seconds(60);
  Duration verify_within = std::chrono::seconds(60);  ///< restored sessions, after a start
  Duration iq_timeout = std::chrono::seconds(60);     ///< IQ between occupants
  Duration tombstone = std::chrono::hours(24 * 31);
  Duration invitation = std::chrono::hours(24 * 7);  ///< how long a decline is passed on
  Duration archive_age = Duration::zero();           ///< zero: kept for ever
  Duration keep_destroyed = Duration::zero();  ///< what an owner destroyed can be brought back
  Duration idle = Duration::zero();            ///< then an occupant is kicked; zero: never
  Duration keep_moderated = Duration::zero();  ///< the originals of moderated messages; zero: not
  Duration undelete = std::chrono::hours(24 * 7);  ///< likewise what a service administrator did
};

/// One rooms service: everything that is configured for it. Immutable after start.
struct Settings {
  Jid service;
  std::string name = "Rooms";
  /// The service's vCard (XEP-0054) as XML, while no administrator has set another; empty for none.
  std::string vcard;
  ConfigPtr defaults = std::make_shared<RoomConfig>();

  CreationRule creation = CreationRule::everybody;
  std::vector<std::string> creator_domains;
  std::vector<Jid> creators;
  ListRule listing = ListRule::everybody;
  std::vector<std::string> listing_domains;
  UnconfiguredRule unconfigured = UnconfiguredRule::unlock;
  std::string name_pattern;  ///< characters a localpart may have, empty: all that nodeprep allows

  bool lock_new_rooms = true;
  bool admins_are_owners = true;       ///< service administrators may do all that owners may
  bool own_rooms_listed = false;       ///< hidden rooms are listed to those affiliated
  bool occupants_hidden = false;       ///< disco#items of a room is always empty to others
  bool allow_public = true;            ///< publicroom may be set (else hidden from the form)
  bool allow_persistent = true;        ///< likewise persistentroom
  bool registration = true;            ///< jabber:iq:register at rooms
  bool service_registration = false;   ///< and at the service: a nick for all rooms
  bool speak_without_joining = false;  ///< admins and owners, as the room
  bool open_archive = true;            ///< anybody who may enter an open room reads its archive
  bool tombstones = true;
  bool moderators_unlimited = false;  ///< message rates do not hold for moderators
  bool occupant_iq_set = true;        ///< set requests between occupants
  bool conference_invite = false;     ///< jabber:x:conference in mediated invitations
  bool avatar_presence = false;  ///< the room itself is present with its avatar (XEP-0486, 5.2)
  bool caps_presence = false;    ///< and with its capabilities (XEP-0115)
  bool tell_absent = false;      ///< users are told of affiliation changes while absent (101)
  bool chat_without_database = true;

  Limits limits;
  Times times;

  /// What holds in every room, kept by the service's own state (lobby.hpp): outcasts are banned
  /// from the service, reserved nicks are reserved everywhere, admins are service administrators.
  /// Null: nothing does. shared_ptr because copies of the settings hold the same immutable object.
  std::shared_ptr<const Affiliations> wide;
  /// The program is to end, likewise.
  std::optional<Ending> ending;

  bool bans(const Jid& user) const {
    return wide && wide->of(user.bare_view()) == Affiliation::outcast;
  }
  bool administered_by(const Jid& user) const {
    return wide && wide->of(user.bare_view()) == Affiliation::admin;
  }
};

}  // namespace stoa::muc
