-- A purge touches no item: the node says up to which seq everything was purged, and the rows are cleared
-- away piece by piece afterwards. Nothing shows their payloads any more.
ALTER TABLE nodes ADD COLUMN purged_to bigint NOT NULL DEFAULT 0 CHECK (purged_to >= 0);

-- Nodes whose purged items are still to be cleared away: those above `cleared`.
CREATE TABLE node_purges (
  node    bigint PRIMARY KEY REFERENCES nodes ON DELETE CASCADE,
  cleared bigint NOT NULL CHECK (cleared >= 0)
);
