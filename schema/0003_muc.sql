-- Rooms (XEP-0045). Keys that foreign software may choose at any length stand in indexes as digests.
CREATE TABLE rooms (
  number              bigint PRIMARY KEY CHECK (number > 0),
  service             text COLLATE "C" NOT NULL,
  localpart           text COLLATE "C" NOT NULL CHECK (localpart <> ''),
  created             timestamptz NOT NULL,
  locked_by           text COLLATE "C" CHECK (locked_by <> ''),
  occupant_key        text NOT NULL CHECK (occupant_key <> ''),
  affiliation_version bigint NOT NULL DEFAULT 0 CHECK (affiliation_version >= 0),
  name                text NOT NULL,
  description         text NOT NULL,
  lang                text NOT NULL,
  found_name          text NOT NULL,  -- folded, for searches
  found_description   text NOT NULL,
  public              boolean NOT NULL,
  persistent          boolean NOT NULL,
  members_only        boolean NOT NULL,
  password_protected  boolean NOT NULL,
  whois               text NOT NULL CHECK (whois IN ('moderators', 'anyone')),
  config              jsonb NOT NULL CHECK (jsonb_typeof(config) = 'object'),
  UNIQUE (service, localpart)
);
CREATE INDEX rooms_unsettled ON rooms (service, localpart)
  WHERE locked_by IS NOT NULL OR NOT persistent;

-- What is left of destroyed rooms.
CREATE TABLE rooms_gone (
  service   text COLLATE "C" NOT NULL,
  localpart text COLLATE "C" NOT NULL,
  venue     text,
  until     timestamptz NOT NULL,
  PRIMARY KEY (service, localpart)
);

-- Rooms that are gone, whose archives are still to be cleared away. Nothing reads those any more.
CREATE TABLE room_graves (
  room bigint PRIMARY KEY
);

CREATE TABLE room_subjects (
  room        bigint PRIMARY KEY REFERENCES rooms ON DELETE CASCADE,
  langs       text[] NOT NULL,
  texts       text[] NOT NULL CHECK (cardinality(texts) = cardinality(langs)),
  nick        text NOT NULL,
  occupant_id text NOT NULL,
  id          text NOT NULL,
  stamp       timestamptz NOT NULL
);

CREATE TABLE room_affiliates (
  room        bigint NOT NULL REFERENCES rooms ON DELETE CASCADE,
  jid         text COLLATE "C" NOT NULL CHECK (jid <> ''),
  affiliation text NOT NULL
    CHECK (affiliation IN ('outcast', 'none', 'member', 'admin', 'owner')),
  nick        text NOT NULL,
  nick_key    text NOT NULL,
  reason      text NOT NULL,
  until       timestamptz,
  voice       boolean NOT NULL,
  no_mentions boolean NOT NULL,
  hats        text[] NOT NULL,
  PRIMARY KEY (room, jid)
);
CREATE INDEX room_affiliates_by_jid ON room_affiliates (jid, room);
CREATE INDEX room_affiliates_by_end ON room_affiliates (room, until) WHERE until IS NOT NULL;

-- Every change of an affiliation (XEP-0463).
CREATE TABLE room_affiliation_log (
  room        bigint NOT NULL REFERENCES rooms ON DELETE CASCADE,
  version     bigint NOT NULL CHECK (version > 0),
  jid         text COLLATE "C" NOT NULL,
  affiliation text NOT NULL
    CHECK (affiliation IN ('outcast', 'none', 'member', 'admin', 'owner')),
  nick        text NOT NULL,
  PRIMARY KEY (room, version)
);

-- Who sits in the rooms: one row for each session.
CREATE TABLE room_seats (
  room     bigint NOT NULL REFERENCES rooms ON DELETE CASCADE,
  digest   uuid NOT NULL,  -- of the session
  session  text COLLATE "C" NOT NULL CHECK (session <> ''),
  bare     text COLLATE "C" NOT NULL,
  nick     text COLLATE "C" NOT NULL,
  role     text NOT NULL CHECK (role IN ('none', 'visitor', 'participant', 'moderator')),
  priority smallint NOT NULL CHECK (priority BETWEEN -128 AND 127),
  since    timestamptz NOT NULL,
  payload  text NOT NULL,
  PRIMARY KEY (room, digest)
);
CREATE INDEX room_seats_by_user ON room_seats (bare, room);

-- No reference to rooms: a destroyed room's rows are cleared away piece by piece (room_graves).
CREATE TABLE room_archive (
  room           bigint NOT NULL,
  seq            bigint NOT NULL CHECK (seq > 0),
  id             text COLLATE "C" NOT NULL CHECK (id <> ''),
  stamp          timestamptz NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('message', 'subject', 'notice')),
  affiliation    text NOT NULL
    CHECK (affiliation IN ('outcast', 'none', 'member', 'admin', 'owner')),
  role           text NOT NULL CHECK (role IN ('none', 'visitor', 'participant', 'moderator')),
  semi_anonymous boolean NOT NULL,
  nick           text COLLATE "C" NOT NULL,
  occupant_id    text NOT NULL,
  author         text NOT NULL,
  author_bare    text COLLATE "C" NOT NULL,
  message_id     text NOT NULL,
  lang           text NOT NULL,
  payload        text NOT NULL,
  body           text,
  gone_id           text,
  gone_stamp        timestamptz,
  gone_moderator    text,
  gone_moderator_id text,
  gone_reason       text,
  PRIMARY KEY (room, seq),
  CHECK ((gone_id IS NULL) = (gone_stamp IS NULL))
);
CREATE UNIQUE INDEX room_archive_by_id ON room_archive (room, id);
CREATE INDEX room_archive_by_time ON room_archive (room, stamp, seq);
CREATE INDEX room_archive_by_author ON room_archive (room, author_bare, seq);
CREATE INDEX room_archive_by_nick ON room_archive (room, nick, seq);
CREATE INDEX room_archive_by_words ON room_archive
  USING gin (to_tsvector('simple', body)) WHERE body IS NOT NULL;

CREATE TABLE room_vcards (
  room   bigint PRIMARY KEY REFERENCES rooms ON DELETE CASCADE,
  vcard  text NOT NULL,
  hashes text[] NOT NULL
);

CREATE TABLE room_hats (
  room   bigint NOT NULL REFERENCES rooms ON DELETE CASCADE,
  digest uuid NOT NULL,  -- of the URI
  place  bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  uri    text NOT NULL,
  title  text NOT NULL,
  hue    text NOT NULL,
  lang   text NOT NULL,
  PRIMARY KEY (room, digest)
);

-- Registrations that wait for an admin.
CREATE TABLE room_registrations (
  room  bigint NOT NULL REFERENCES rooms ON DELETE CASCADE,
  jid   text COLLATE "C" NOT NULL CHECK (jid <> ''),
  place bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  nick  text NOT NULL,
  form  text NOT NULL,
  at    timestamptz NOT NULL,
  PRIMARY KEY (room, jid)
);

CREATE TABLE room_invitations (
  room    bigint NOT NULL REFERENCES rooms ON DELETE CASCADE,
  digest  uuid NOT NULL,  -- of id and invitee
  place   bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  id      text NOT NULL,
  invitee text NOT NULL,
  inviter text NOT NULL,
  nick    text NOT NULL,
  at      timestamptz NOT NULL,
  PRIMARY KEY (room, digest)
);
