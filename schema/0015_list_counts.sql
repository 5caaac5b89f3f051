-- How long the lists of nodes and rooms are: a page of a list says it, and must not count for that.
CREATE TABLE list_counts (
  service text COLLATE "C" NOT NULL,
  list    text NOT NULL CHECK (list IN ('nodes', 'listed nodes', 'rooms', 'listed rooms')),
  entries bigint NOT NULL CHECK (entries >= 0),
  PRIMARY KEY (service, list)
) WITH (fillfactor = 10);

-- Shown to strangers in the list of rooms. Names that begin with a space are no rooms.
ALTER TABLE rooms ADD COLUMN listed boolean NOT NULL GENERATED ALWAYS AS (
  public AND locked_by IS NULL AND NOT starts_with(localpart, ' ')) STORED;
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

CREATE FUNCTION stoa_nodes_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM stoa_list_grows(service, 'nodes', count(*) FILTER (WHERE NOT nested)),
          stoa_list_grows(service, 'listed nodes', count(*) FILTER (WHERE listed))
  FROM changed GROUP BY service;
  RETURN NULL;
END $$;
CREATE FUNCTION stoa_nodes_went() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM stoa_list_shrinks(service, 'nodes', count(*) FILTER (WHERE NOT nested)),
          stoa_list_shrinks(service, 'listed nodes', count(*) FILTER (WHERE listed))
  FROM changed GROUP BY service;
  RETURN NULL;
END $$;
CREATE FUNCTION stoa_node_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM stoa_list_shrinks(OLD.service, 'nodes', (NOT OLD.nested)::int),
          stoa_list_shrinks(OLD.service, 'listed nodes', OLD.listed::int),
          stoa_list_grows(NEW.service, 'nodes', (NOT NEW.nested)::int),
          stoa_list_grows(NEW.service, 'listed nodes', NEW.listed::int);
  RETURN NULL;
END $$;
CREATE TRIGGER nodes_came AFTER INSERT ON nodes REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION stoa_nodes_came();
CREATE TRIGGER nodes_went AFTER DELETE ON nodes REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION stoa_nodes_went();
CREATE TRIGGER node_moved AFTER UPDATE OF service, hidden, nested, access_model ON nodes
  FOR EACH ROW WHEN (OLD.service <> NEW.service OR OLD.listed <> NEW.listed
                     OR OLD.nested <> NEW.nested)
  EXECUTE FUNCTION stoa_node_moved();

CREATE FUNCTION stoa_is_room(localpart text) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT NOT starts_with(localpart, ' ') $$;
CREATE FUNCTION stoa_rooms_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM stoa_list_grows(service, 'rooms', count(*) FILTER (WHERE stoa_is_room(localpart))),
          stoa_list_grows(service, 'listed rooms', count(*) FILTER (WHERE listed))
  FROM changed GROUP BY service;
  RETURN NULL;
END $$;
CREATE FUNCTION stoa_rooms_went() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM stoa_list_shrinks(service, 'rooms', count(*) FILTER (WHERE stoa_is_room(localpart))),
          stoa_list_shrinks(service, 'listed rooms', count(*) FILTER (WHERE listed))
  FROM changed GROUP BY service;
  RETURN NULL;
END $$;
CREATE FUNCTION stoa_room_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM stoa_list_shrinks(OLD.service, 'rooms', stoa_is_room(OLD.localpart)::int),
          stoa_list_shrinks(OLD.service, 'listed rooms', OLD.listed::int),
          stoa_list_grows(NEW.service, 'rooms', stoa_is_room(NEW.localpart)::int),
          stoa_list_grows(NEW.service, 'listed rooms', NEW.listed::int);
  RETURN NULL;
END $$;
CREATE TRIGGER rooms_came AFTER INSERT ON rooms REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION stoa_rooms_came();
CREATE TRIGGER rooms_went AFTER DELETE ON rooms REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION stoa_rooms_went();
CREATE TRIGGER room_moved AFTER UPDATE OF service, localpart, public, locked_by ON rooms
  FOR EACH ROW WHEN (OLD.service <> NEW.service OR OLD.localpart <> NEW.localpart
                     OR OLD.listed <> NEW.listed)
  EXECUTE FUNCTION stoa_room_moved();

INSERT INTO list_counts
SELECT service, 'nodes', count(*) FROM nodes WHERE NOT nested GROUP BY service
UNION ALL SELECT service, 'listed nodes', count(*) FROM nodes WHERE listed GROUP BY service
UNION ALL SELECT service, 'rooms', count(*) FROM rooms WHERE stoa_is_room(localpart)
  GROUP BY service
UNION ALL SELECT service, 'listed rooms', count(*) FROM rooms WHERE listed GROUP BY service;
