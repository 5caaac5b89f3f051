-- Deleted nodes that are kept for a while. Their rows in nodes belong to a service whose name begins with
-- a blank, which no service has, and their digest is free: no statement about a service sees them.
CREATE TABLE nodes_buried (
  node    bigint PRIMARY KEY REFERENCES nodes ON DELETE CASCADE,
  service text COLLATE "C" NOT NULL,
  at      timestamptz NOT NULL,
  until   timestamptz NOT NULL,
  by      text COLLATE "C" NOT NULL
);
CREATE INDEX nodes_buried_by_time ON nodes_buried (service, at);

-- What owners and service administrators did. No payloads.
CREATE TABLE nodes_audit (
  service text COLLATE "C" NOT NULL,
  place   bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  at      timestamptz NOT NULL,
  actor   text COLLATE "C" NOT NULL,
  act     text NOT NULL,
  node    text COLLATE "C" NOT NULL,
  target  text COLLATE "C" NOT NULL,
  detail  text NOT NULL,
  PRIMARY KEY (service, place)
);
