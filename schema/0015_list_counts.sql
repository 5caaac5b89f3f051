-- How long the lists of nodes and rooms are: a page of a list says it, and must not count for that.
CREATE TABLE list_counts (
  service text COLLATE "C" NOT NULL,
  list    text NOT NULL CHECK (list IN ('nodes', 'listed nodes', 'rooms', 'listed rooms')),
  entries bigint NOT NULL CHECK (entries >= 0),
  PRIMARY KEY (service, list)
) WITH (fillfactor = 10);

-- `counted`: in the list that administrators see; `listed`: shown to strangers. Names of rooms that
-- begin with a space are no rooms.
CREATE FUNCTION stoa_is_room(localpart text) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT NOT starts_with(localpart, ' ') $$;
ALTER TABLE nodes ADD COLUMN counted boolean NOT NULL GENERATED ALWAYS AS (NOT nested) STORED;
ALTER TABLE rooms
  ADD COLUMN counted boolean NOT NULL GENERATED ALWAYS AS (stoa_is_room(localpart)) STORED,
  ADD COLUMN listed boolean NOT NULL GENERATED ALWAYS AS (
    public AND locked_by IS NULL AND stoa_is_room(localpart)) STORED;
CREATE INDEX rooms_listed ON rooms (service, localpart) WHERE listed;

CREATE FUNCTION stoa_list_grows(whose text, which text, how_much bigint) RETURNS void
  LANGUAGE sql
  AS $$
    INSERT INTO list_counts AS c (service, list, entries)
    SELECT whose, which, how_much WHERE how_much > 0
    ON CONFLICT (service, list) DO UPDATE SET entries = c.entries + excluded.entries
  $$;
CREATE FUNCTION stoa_list_shrinks(whose text, which text, how_much bigint) RETURNS void
  LANGUAGE sql
  AS $$
    UPDATE list_counts SET entries = greatest(entries - how_much, 0)
    WHERE service = whose AND list = which AND how_much > 0
  $$;

-- Triggers of nodes and of rooms; their argument is the list.
CREATE FUNCTION stoa_entries_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM stoa_list_grows(service, TG_ARGV[0], count(*) FILTER (WHERE counted)),
          stoa_list_grows(service, 'listed ' || TG_ARGV[0], count(*) FILTER (WHERE listed))
  FROM changed GROUP BY service;
  RETURN NULL;
END $$;
CREATE FUNCTION stoa_entries_went() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM stoa_list_shrinks(service, TG_ARGV[0], count(*) FILTER (WHERE counted)),
          stoa_list_shrinks(service, 'listed ' || TG_ARGV[0], count(*) FILTER (WHERE listed))
  FROM changed GROUP BY service;
  RETURN NULL;
END $$;
CREATE FUNCTION stoa_entry_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM stoa_list_shrinks(OLD.service, TG_ARGV[0], OLD.counted::int),
          stoa_list_shrinks(OLD.service, 'listed ' || TG_ARGV[0], OLD.listed::int),
          stoa_list_grows(NEW.service, TG_ARGV[0], NEW.counted::int),
          stoa_list_grows(NEW.service, 'listed ' || TG_ARGV[0], NEW.listed::int);
  RETURN NULL;
END $$;

CREATE TRIGGER nodes_came AFTER INSERT ON nodes REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION stoa_entries_came('nodes');
CREATE TRIGGER nodes_went AFTER DELETE ON nodes REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION stoa_entries_went('nodes');
CREATE TRIGGER node_moved AFTER UPDATE OF service, hidden, nested, access_model ON nodes
  FOR EACH ROW WHEN (OLD.service <> NEW.service OR OLD.listed <> NEW.listed
                     OR OLD.counted <> NEW.counted)
  EXECUTE FUNCTION stoa_entry_moved('nodes');

CREATE TRIGGER rooms_came AFTER INSERT ON rooms REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION stoa_entries_came('rooms');
CREATE TRIGGER rooms_went AFTER DELETE ON rooms REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION stoa_entries_went('rooms');
CREATE TRIGGER room_moved AFTER UPDATE OF service, localpart, public, locked_by ON rooms
  FOR EACH ROW WHEN (OLD.service <> NEW.service OR OLD.listed <> NEW.listed
                     OR OLD.counted <> NEW.counted)
  EXECUTE FUNCTION stoa_entry_moved('rooms');

INSERT INTO list_counts
SELECT service, 'nodes', count(*) FROM nodes WHERE counted GROUP BY service
UNION ALL SELECT service, 'listed nodes', count(*) FROM nodes WHERE listed GROUP BY service
UNION ALL SELECT service, 'rooms', count(*) FROM rooms WHERE counted GROUP BY service
UNION ALL SELECT service, 'listed rooms', count(*) FROM rooms WHERE listed GROUP BY service;
