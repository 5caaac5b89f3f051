-- Every publication is one row of items: it stands among the items of its node, or is kept for the
-- archive only (XEP-0442). Those that went because the node was full, or their time was over, are the
-- oldest: no row is touched for that, the node says from which seq on its items stand.
ALTER TABLE nodes
  ADD COLUMN standing_from bigint NOT NULL DEFAULT 0 CHECK (standing_from >= 0),
  ADD COLUMN archives boolean NOT NULL GENERATED ALWAYS AS (stoa_archives(config)) STORED,
  -- The archive loses entries by their age or number.
  ADD COLUMN archive_ends boolean NOT NULL GENERATED ALWAYS AS (
    stoa_archive_age(config) IS NOT NULL OR stoa_archive_max(config) IS NOT NULL) STORED;

-- Items go with their node by a trigger: to look the node up for every item that comes costs more than
-- the item does.
ALTER TABLE items
  DROP CONSTRAINT items_node_digest_key,
  DROP CONSTRAINT items_node_fkey,
  ADD COLUMN stands boolean NOT NULL DEFAULT true;
DROP INDEX items_by_creation;
INSERT INTO items (node, seq, first_seq, digest, id, publisher, created, published, payload, stands)
SELECT node, seq, seq, digest, id, publisher, published, published, payload, false
FROM node_archive ON CONFLICT DO NOTHING;
DROP TABLE node_archive;
CREATE INDEX items_standing ON items (node, seq) WHERE stands;
CREATE INDEX items_by_id ON items (node, digest, seq) WHERE stands;
CREATE INDEX items_by_creation ON items (node, first_seq) INCLUDE (seq) WHERE stands;
CREATE INDEX items_past ON items (node, seq) WHERE NOT stands;
CREATE INDEX items_past_by_id ON items (node, digest) WHERE NOT stands;

CREATE FUNCTION stoa_items_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM items i USING changed c WHERE i.node = c.number;
  RETURN NULL;
END $$;
CREATE TRIGGER items_follow AFTER DELETE ON nodes REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION stoa_items_follow();
