-- Relationships between nodes (XEP-0496). A node is linked to another or hangs from one, and is deleted
-- with it; by whom, and with which notices, is the program's to say, hence no foreign key.
ALTER TABLE nodes
  ADD COLUMN linked_to bigint,
  ADD COLUMN hung_from bigint,
  -- What it depended on is gone: it must go too.
  ADD COLUMN orphaned boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT nodes_one_relation CHECK (linked_to IS NULL OR hung_from IS NULL);
CREATE INDEX nodes_linked_to ON nodes (linked_to) WHERE linked_to IS NOT NULL;
CREATE INDEX nodes_hung_from ON nodes (hung_from) WHERE hung_from IS NOT NULL;
CREATE INDEX nodes_orphaned ON nodes (service) WHERE orphaned;

-- The way up from a node, which is not part of it. `ancestor`: a parent; the others are nodes that it, or
-- one on the way, is linked to. A number without a row of nodes: that node is gone.
CREATE FUNCTION stoa_way_up(start bigint)
  RETURNS TABLE (node bigint, ancestor boolean, distance integer)
  LANGUAGE sql STABLE
  AS $$
  WITH RECURSIVE up(node, ancestor, distance) AS (
    SELECT start, false, 0
    UNION ALL
    SELECT coalesce(n.linked_to, n.hung_from), n.linked_to IS NULL, u.distance + 1
    FROM up u JOIN nodes n ON n.number = u.node
    WHERE n.linked_to IS NOT NULL OR n.hung_from IS NOT NULL)
  SELECT u.node, u.ancestor, u.distance FROM up u WHERE u.distance > 0
  $$;

-- Whether everything above a node lets that entity read, as far as the store knows: rosters are not its own.
CREATE FUNCTION stoa_lets_in(start bigint, reader text)
  RETURNS boolean
  LANGUAGE sql STABLE
  AS $$
  SELECT NOT EXISTS (
    SELECT FROM stoa_way_up(start) u
    LEFT JOIN nodes n ON n.number = u.node
    LEFT JOIN node_affiliations a ON a.node = u.node AND a.jid = reader
    WHERE n.number IS NULL OR (u.ancestor AND NOT CASE
      WHEN a.affiliation IS NOT NULL THEN a.affiliation IN ('member', 'publisher', 'owner')
      WHEN n.access_model = 'authorize' THEN EXISTS (
        SELECT FROM subscriptions s
        WHERE s.node = u.node AND s.bare = reader AND s.state = 'subscribed')
      ELSE n.access_model = 'open' END))
  $$;

-- The program refuses what is not there and what closes a circle; of two requests that are at odds the
-- second fails here.
CREATE FUNCTION stoa_check_relation() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
  DECLARE
    target bigint := coalesce(NEW.linked_to, NEW.hung_from);
  BEGIN
    IF target IS NULL THEN
      RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT FROM nodes WHERE number = target) THEN
      RAISE EXCEPTION 'related to a node that is gone' USING ERRCODE = 'check_violation';
    END IF;
    IF target = NEW.number
      OR EXISTS (SELECT FROM stoa_way_up(target) u WHERE u.node = NEW.number) THEN
      RAISE EXCEPTION 'relationships in a circle' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END
  $$;
CREATE TRIGGER nodes_check_relation BEFORE UPDATE OF linked_to, hung_from ON nodes
  FOR EACH ROW EXECUTE FUNCTION stoa_check_relation();

CREATE FUNCTION stoa_note_orphans() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
  BEGIN
    UPDATE nodes n SET orphaned = true FROM gone g WHERE n.linked_to = g.number;
    UPDATE nodes n SET orphaned = true FROM gone g WHERE n.hung_from = g.number;
    RETURN NULL;
  END
  $$;
CREATE TRIGGER nodes_note_orphans AFTER DELETE ON nodes
  REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION stoa_note_orphans();
