#include "app/config/checks.hpp"
#include "app/config/key.hpp"

#define STOA_MUC(path) ([](Config & c) -> auto& { return c.muc.path; })

namespace stoa::app {

namespace {

using R = Row<Config>;

Keys muc_rule_keys() {
  return {
      R::key("muc.name", "", "of the service in discovery", STOA_MUC(name)),
      R::key("muc.creation", "", "who may make rooms: \"everybody\", \"listed\" or \"admins\"",
             STOA_MUC(creation)),
      R::checked("muc.creator_domains", "", "for creation = \"listed\"", STOA_MUC(creator_domains),
                 domains),
      R::key("muc.creators", "", "bare JIDs, for creation = \"listed\"", STOA_MUC(creators)),
      R::key("muc.listing", "",
             "who sees the list of rooms: \"everybody\", \"listed_domains\" or \"nobody\"",
             STOA_MUC(listing)),
      R::checked("muc.listing_domains", "", "for listing = \"listed_domains\"",
                 STOA_MUC(listing_domains), domains),
      R::key("muc.unconfigured", "", "a room left locked is then: \"unlock\" or \"destroy\"",
             STOA_MUC(unconfigured)),
      R::key("muc.name_pattern", "", "characters that a room's localpart may have; empty: all",
             STOA_MUC(name_pattern)),
      R::key("muc.lock_new_rooms", "", "a new room is locked until its creator has configured it",
             STOA_MUC(lock_new_rooms)),
      R::key("muc.admins_are_owners", "", "service administrators may do what owners may",
             STOA_MUC(admins_are_owners)),
      R::key("muc.own_rooms_listed", "", "hidden rooms are listed to those affiliated",
             STOA_MUC(own_rooms_listed)),
      R::key("muc.occupants_hidden", "", "the list of a room's occupants is empty to others",
             STOA_MUC(occupants_hidden)),
      R::key("muc.allow_public", "", "rooms may be public", STOA_MUC(allow_public)),
      R::key("muc.allow_persistent", "", "rooms may be persistent", STOA_MUC(allow_persistent)),
      R::key("muc.registration", "", "users may register with rooms", STOA_MUC(registration)),
      R::key("muc.service_registration", "",
             "users may register with the service, which reserves a nickname in all rooms",
             STOA_MUC(service_registration)),
      R::key("muc.speak_without_joining", "", "admins and owners may, as the room",
             STOA_MUC(speak_without_joining)),
      R::key("muc.open_archive", "", "who may enter an open room may read its archive",
             STOA_MUC(open_archive)),
      R::key("muc.tombstones", "", "a destroyed room leaves word of its successor",
             STOA_MUC(tombstones)),
      R::key("muc.moderators_unlimited", "", "message rates do not hold for moderators",
             STOA_MUC(moderators_unlimited)),
      R::key("muc.occupant_iq_set", "", "occupants may send iqs of type set to each other",
             STOA_MUC(occupant_iq_set)),
      R::key("muc.conference_invite", "", "mediated invitations carry jabber:x:conference too",
             STOA_MUC(conference_invite)),
      R::key("muc.avatar_presence", "", "a room with an avatar shows it by a presence of its own",
             STOA_MUC(avatar_presence)),
      R::key("muc.caps_presence", "", "a room shows what it can do by a presence of its own",
             STOA_MUC(caps_presence)),
      R::key("muc.tell_absent", "", "users are told of changes of their affiliation while absent",
             STOA_MUC(tell_absent)),
      R::key("muc.chat_without_database", "", "messages go on while the database is away",
             STOA_MUC(chat_without_database)),
  };
}

Keys muc_limit_keys() {
  return {
      R::key("muc.max_rooms", "rooms", "in all; 0: no limit", STOA_MUC(limits.rooms)),
      R::key("muc.max_rooms_per_owner", "rooms", "0: no limit", STOA_MUC(limits.rooms_per_owner)),
      R::key("muc.max_rooms_per_user", "rooms", "joined at a time; 0: no limit",
             STOA_MUC(limits.rooms_per_user)),
      R::checked("muc.max_users", "nicks", "in one room", STOA_MUC(limits.occupants), not_zero),
      R::key("muc.crowd", "nicks",
             "from which on visitors without affiliation are not shown to others; 0: never",
             STOA_MUC(limits.crowd)),
      R::key("muc.reserve", "nicks", "above a room's own limit, for its admins and owners",
             STOA_MUC(limits.reserve)),
      R::checked("muc.max_sessions_per_nick", "sessions", "", STOA_MUC(limits.sessions_per_nick),
                 not_zero),
      R::checked("muc.max_nick", "bytes", "", STOA_MUC(limits.nick), not_zero),
      R::checked("muc.max_room_name_local", "bytes", "of a room's localpart",
                 STOA_MUC(limits.room_name_local), not_zero),
      R::key("muc.max_name", "bytes", "of a room's name", STOA_MUC(limits.name)),
      R::key("muc.max_description", "bytes", "of a room's description",
             STOA_MUC(limits.description)),
      R::key("muc.max_subject", "bytes", "of a room's subject", STOA_MUC(limits.subject)),
      R::key("muc.max_password", "bytes", "of a room's password", STOA_MUC(limits.password)),
      R::key("muc.max_affiliations", "entries", "of one room", STOA_MUC(limits.affiliations)),
      R::key("muc.max_vcard", "bytes", "of a room's vCard", STOA_MUC(limits.vcard)),
      R::key("muc.max_message", "bytes", "of a message's content", STOA_MUC(limits.message)),
      R::key("muc.max_presence", "bytes", "of a presence's content", STOA_MUC(limits.presence)),
      R::checked("muc.list_page", "entries", "of one page of an affiliation list",
                 STOA_MUC(limits.list_page), not_zero),
      R::checked("muc.items_page", "entries", "of one page of discovery",
                 STOA_MUC(limits.items_page), not_zero),
      R::checked("muc.archive_page", "messages", "of one page of an archive",
                 STOA_MUC(limits.archive_page), not_zero),
      R::key("muc.max_pending_registrations", "requests", "of one room",
             STOA_MUC(limits.pending_registrations)),
      R::key("muc.max_pending_iqs", "requests", "between occupants, of one room",
             STOA_MUC(limits.pending_iqs)),
      R::key("muc.max_history", "messages", "on joining, whatever the room says",
             STOA_MUC(limits.history)),
  };
}

Keys muc_rate_keys() {
  return {
      R::key("muc.messages_burst", "", "messages of one user in one room, at once; 0: no limit",
             STOA_MUC(limits.messages.burst)),
      R::key("muc.messages_per_second", "", "messages of one user in one room, on average",
             STOA_MUC(limits.messages.per_second)),
      R::key("muc.room_messages_burst", "", "messages of all in one room, at once; 0: no limit",
             STOA_MUC(limits.room_messages.burst)),
      R::key("muc.room_messages_per_second", "", "messages of all in one room, on average",
             STOA_MUC(limits.room_messages.per_second)),
      R::key("muc.room_queue", "messages", "of one room, waiting for its rate",
             STOA_MUC(limits.room_queue)),
      R::key("muc.presence_burst", "",
             "presence changes of one user in one room, at once; 0: no limit",
             STOA_MUC(limits.presence_updates.burst)),
      R::key("muc.presence_per_second", "", "presence changes of one user in one room, on average",
             STOA_MUC(limits.presence_updates.per_second)),
      R::key("muc.joins_burst", "",
             "joins and nick changes of one user in one room, at once; 0: no limit",
             STOA_MUC(limits.joins.burst)),
      R::key("muc.joins_per_second", "",
             "joins and nick changes of one user in one room, on average",
             STOA_MUC(limits.joins.per_second)),
      R::key("muc.invitations_burst", "", "invitations of one user, at once; 0: no limit",
             STOA_MUC(limits.invitations.burst)),
      R::key("muc.invitations_per_second", "", "invitations of one user, on average",
             STOA_MUC(limits.invitations.per_second)),
  };
}

Keys muc_time_keys() {
  return {
      R::key("muc.lock_timeout", "seconds",
             "until an unconfigured room is unlocked or destroyed; 0: never",
             STOA_MUC(times.lock_timeout)),
      R::key("muc.empty_room", "seconds", "for which an empty temporary room is kept",
             STOA_MUC(times.empty_room)),
      R::key("muc.silent_session", "seconds", "until a silent occupant is pinged; 0: never",
             STOA_MUC(times.silent_session)),
      R::checked("muc.ping_timeout", "seconds", "for an occupant's answer",
                 STOA_MUC(times.ping_timeout), some_time),
      R::key("muc.verify_within", "seconds", "in which restored occupants are pinged after a start",
             STOA_MUC(times.verify_within)),
      R::checked("muc.iq_timeout", "seconds", "for an answer between occupants",
                 STOA_MUC(times.iq_timeout), some_time),
      R::key("muc.tombstone", "seconds", "for which a destroyed room names its successor",
             STOA_MUC(times.tombstone)),
      R::key("muc.invitation", "seconds", "in which an invitation can be declined",
             STOA_MUC(times.invitation)),
      R::key("muc.idle", "seconds",
             "without a word or a presence until an occupant is kicked; 0: never",
             STOA_MUC(times.idle)),
      R::key("muc.keep_moderated", "seconds",
             "in which owners can see what a moderated message said; 0: never",
             STOA_MUC(times.keep_moderated)),
      R::key("muc.keep_destroyed", "seconds",
             "in which a service administrator can bring back what an owner destroyed; 0: never",
             STOA_MUC(times.keep_destroyed)),
      R::key("muc.undelete", "seconds",
             "in which what a service administrator destroyed can be brought back; 0: never",
             STOA_MUC(times.undelete)),
      R::key("muc.archive_age", "seconds", "for which messages are kept; 0: for ever",
             STOA_MUC(times.archive_age)),
  };
}

}  // namespace

Keys muc_keys() {
  Keys keys = muc_rule_keys();
  for (const auto& more : {muc_limit_keys(), muc_rate_keys(), muc_time_keys()}) {
    keys.insert(keys.end(), more.begin(), more.end());
  }
  return keys;
}

}  // namespace stoa::app
