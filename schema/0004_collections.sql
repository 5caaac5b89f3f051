-- Nodes within nodes (XEP-0248).
CREATE TABLE node_links (
  child  bigint NOT NULL REFERENCES nodes ON DELETE CASCADE,
  parent bigint NOT NULL REFERENCES nodes ON DELETE CASCADE,
  PRIMARY KEY (child, parent),
  CHECK (child <> parent)
);
CREATE INDEX node_links_by_parent ON node_links (parent, child);

-- What a subscriber to a collection hears of, and from how far below; NULL: from all levels.
ALTER TABLE subscriptions
  ADD COLUMN kind text NOT NULL DEFAULT 'nodes' CHECK (kind IN ('nodes', 'items', 'all')),
  ADD COLUMN depth bigint DEFAULT 1 CHECK (depth >= 0);

-- A node in a collection is listed there, and not in the list of nodes.
ALTER TABLE nodes ADD COLUMN nested boolean NOT NULL DEFAULT false;
DROP INDEX nodes_listed;
ALTER TABLE nodes DROP COLUMN listed;
ALTER TABLE nodes ADD COLUMN listed boolean NOT NULL GENERATED ALWAYS AS (
  NOT hidden AND NOT nested AND access_model <> 'whitelist') STORED;
CREATE INDEX nodes_listed ON nodes (service, head) WHERE listed;

-- The program refuses cycles; of two requests that would close one together the second fails here.
CREATE FUNCTION stoa_check_link() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
  BEGIN
    IF EXISTS (
      WITH RECURSIVE up(node) AS (
        SELECT NEW.parent
        UNION
        SELECT l.parent FROM node_links l JOIN up ON l.child = up.node)
      SELECT FROM up WHERE up.node = NEW.child) THEN
      RAISE EXCEPTION 'collections in a circle' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END
  $$;
CREATE TRIGGER node_links_check BEFORE INSERT ON node_links
  FOR EACH ROW EXECUTE FUNCTION stoa_check_link();

CREATE FUNCTION stoa_note_link() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
  DECLARE
    changed bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.child ELSE NEW.child END;
  BEGIN
    UPDATE nodes SET nested = EXISTS (SELECT FROM node_links WHERE child = changed)
      WHERE number = changed;
    RETURN NULL;
  END
  $$;
CREATE TRIGGER node_links_note AFTER INSERT OR DELETE ON node_links
  FOR EACH ROW EXECUTE FUNCTION stoa_note_link();
