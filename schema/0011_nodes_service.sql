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

-- Of a user at a node: the own entry, or else that of the domain, which makes nobody an owner.
CREATE FUNCTION stoa_affiliation(of_node bigint, of_jid text) RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$
    SELECT a.affiliation FROM node_affiliations a
    WHERE a.node = of_node AND (a.jid = of_jid OR (
      a.jid = split_part(of_jid, '@', 2) AND a.affiliation <> 'owner'))
    ORDER BY a.jid = of_jid DESC LIMIT 1
  $$;

-- As in the migration before, with that.
CREATE OR REPLACE FUNCTION stoa_lets_in(start bigint, reader text)
  RETURNS boolean
  LANGUAGE sql STABLE
  AS $$
  SELECT NOT EXISTS (
    SELECT FROM stoa_way_up(start) u
    LEFT JOIN nodes n ON n.number = u.node
    CROSS JOIN LATERAL (SELECT stoa_affiliation(u.node, reader) AS affiliation) AS a
    WHERE n.number IS NULL OR (u.ancestor AND NOT CASE
      WHEN a.affiliation IS NOT NULL THEN a.affiliation IN ('member', 'publisher', 'owner')
      WHEN n.access_model = 'authorize' THEN EXISTS (
        SELECT FROM subscriptions s
        WHERE s.node = u.node AND s.bare = reader AND s.state = 'subscribed')
      ELSE n.access_model = 'open' END))
  $$;
