-- Destroyed rooms whose rows are kept for a while. Their localparts in rooms begin with a blank, as no
-- address does; so does the one of the service's own row, which holds what counts in all rooms.
CREATE TABLE rooms_buried (
  room      bigint PRIMARY KEY REFERENCES rooms ON DELETE CASCADE,
  service   text COLLATE "C" NOT NULL,
  localpart text COLLATE "C" NOT NULL CHECK (localpart <> ''),
  at        timestamptz NOT NULL,
  until     timestamptz NOT NULL,
  by        text NOT NULL,
  reason    text NOT NULL
);
CREATE INDEX rooms_buried_by_name ON rooms_buried (service, localpart, at);

-- What service administrators did. No passwords, no texts of messages.
CREATE TABLE rooms_audit (
  service text COLLATE "C" NOT NULL,
  place   bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  at      timestamptz NOT NULL,
  actor   text COLLATE "C" NOT NULL,
  act     text NOT NULL,
  target  text COLLATE "C" NOT NULL,
  reason  text NOT NULL,
  PRIMARY KEY (service, place)
);

-- What moderated messages said, for a while.
CREATE TABLE room_originals (
  room    bigint NOT NULL REFERENCES rooms ON DELETE CASCADE,
  id      text COLLATE "C" NOT NULL,
  payload text NOT NULL,
  until   timestamptz NOT NULL,
  PRIMARY KEY (room, id)
);
CREATE INDEX room_originals_by_end ON room_originals (until);

-- A setting that never had an effect.
UPDATE rooms SET config = config - 'welcome' WHERE config ? 'welcome';
