-- Every row that memory keeps a copy of carries a version, which rises by one with every change of the row
-- (docs/adr/0010-a-version-on-each-row.md). The statements do that, not triggers, which would cost something with
-- each presence. The default is constant: no table is rewritten.
--
-- node_links have none, for they come and go and never change. Neither have publications and archived messages,
-- which are rows of a history: each has its seq, and nothing can happen to it but to fall out of it or to lose its payload.
ALTER TABLE rooms ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE rooms_gone ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE room_subjects ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE room_affiliates ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE room_seats ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE room_vcards ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE room_hats ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE room_registrations ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE room_invitations ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE node_redirects ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE node_affiliations ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE subscriptions ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE node_watchers ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE node_offers ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0);

-- The version of a node was that of its configuration, which administrators are shown; that one has a column of its own now.
-- The version of the row rises with all its other columns too, but for item_count and standing_from: these follow from
-- the items that come and go, each publication changes them, and the items themselves say what happened.
ALTER TABLE nodes
  ADD COLUMN config_version bigint NOT NULL DEFAULT 1 CHECK (config_version > 0),
  ALTER COLUMN version SET DEFAULT 1;
UPDATE nodes SET config_version = version WHERE version > 1;

-- As they were, with that.
CREATE OR REPLACE FUNCTION stoa_note_link() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
  DECLARE
    changed bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.child ELSE NEW.child END;
  BEGIN
    UPDATE nodes SET nested = EXISTS (SELECT FROM node_links WHERE child = changed), version = version + 1
      WHERE number = changed;
    RETURN NULL;
  END
  $$;
CREATE OR REPLACE FUNCTION stoa_note_orphans() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
  BEGIN
    UPDATE nodes n SET orphaned = true, version = n.version + 1 FROM gone g WHERE n.linked_to = g.number;
    UPDATE nodes n SET orphaned = true, version = n.version + 1 FROM gone g WHERE n.hung_from = g.number;
    RETURN NULL;
  END
  $$;
