-- Nodes that an owner wants to hand over to somebody who has not consented yet.
CREATE TABLE node_offers (
  node     bigint PRIMARY KEY REFERENCES nodes ON DELETE CASCADE,
  by       text COLLATE "C" NOT NULL CHECK (by <> ''),
  receiver text COLLATE "C" NOT NULL CHECK (receiver <> ''),
  until    timestamptz NOT NULL
);
CREATE INDEX node_offers_by_receiver ON node_offers (receiver);
