-- Nodes (XEP-0060). Numbers are given by the program and never again.
--
-- NodeIDs, item ids and full JIDs may be longer than an index row: a digest of them (the first half of
-- the SHA-256) is what is unique, and `head`, the first 300 characters, is what lists are ordered by.
-- `config` is the whole configuration; the columns beside it are what statements select by.
CREATE TABLE nodes (
  number       bigint PRIMARY KEY CHECK (number > 0),
  service      text COLLATE "C" NOT NULL CHECK (service <> ''),
  node         text COLLATE "C" NOT NULL CHECK (node <> ''),
  digest       uuid NOT NULL,
  head         text COLLATE "C" NOT NULL GENERATED ALWAYS AS (left(node, 300)) STORED,
  version      bigint NOT NULL CHECK (version > 0),
  creator      text COLLATE "C" NOT NULL,
  created      timestamptz NOT NULL,
  title        text NOT NULL,
  access_model text NOT NULL CHECK (access_model IN ('open', 'authorize', 'whitelist')),
  hidden       boolean NOT NULL,
  -- Shown to strangers in the list of nodes.
  listed       boolean NOT NULL GENERATED ALWAYS AS (
    NOT hidden AND access_model <> 'whitelist') STORED,
  item_expire  bigint CHECK (item_expire > 0),
  -- Form field to its values; what is not named has the default.
  config       jsonb NOT NULL CHECK (jsonb_typeof(config) = 'object'),
  -- How many rows of items the node has.
  item_count   bigint NOT NULL DEFAULT 0 CHECK (item_count >= 0),
  UNIQUE (service, digest)
) WITH (fillfactor = 80);
CREATE INDEX nodes_by_name ON nodes (service, head);
CREATE INDEX nodes_listed ON nodes (service, head) WHERE listed;
CREATE INDEX nodes_expiring ON nodes (service, head) WHERE item_expire IS NOT NULL;

-- Where the users of nodes that are gone are sent (XEP-0060, 8.4.1).
CREATE TABLE node_redirects (
  service text COLLATE "C" NOT NULL,
  digest  uuid NOT NULL,
  node    text COLLATE "C" NOT NULL,
  uri     text NOT NULL,
  until   timestamptz NOT NULL,
  PRIMARY KEY (service, digest)
);

CREATE TABLE node_affiliations (
  node        bigint NOT NULL REFERENCES nodes ON DELETE CASCADE,
  jid         text COLLATE "C" NOT NULL CHECK (jid <> ''),
  affiliation text NOT NULL CHECK (
    affiliation IN ('outcast', 'publish-only', 'member', 'publisher', 'owner')),
  PRIMARY KEY (node, jid)
);
CREATE INDEX node_affiliations_by_jid ON node_affiliations (jid, affiliation, node);

-- `key` is the digest of JID and subid.
CREATE TABLE subscriptions (
  node         bigint NOT NULL REFERENCES nodes ON DELETE CASCADE,
  key          uuid NOT NULL,
  jid          text COLLATE "C" NOT NULL CHECK (jid <> ''),
  bare         text COLLATE "C" NOT NULL CHECK (bare <> ''),
  subid        text COLLATE "C" NOT NULL,
  state        text NOT NULL CHECK (state IN ('pending', 'unconfigured', 'subscribed')),
  bounces      smallint NOT NULL CHECK (bounces BETWEEN 0 AND 255),
  deliver      boolean NOT NULL,
  include_body boolean NOT NULL,
  expires      timestamptz,
  announce     timestamptz,
  due          timestamptz GENERATED ALWAYS AS (least(expires, announce)) STORED,
  since        timestamptz NOT NULL,
  PRIMARY KEY (node, key)
);
CREATE INDEX subscriptions_by_bare ON subscriptions (bare, node);
CREATE INDEX subscriptions_pending ON subscriptions (node) WHERE state = 'pending';
CREATE INDEX subscriptions_by_due ON subscriptions (due) WHERE due IS NOT NULL;

-- `seq` is the place in the order of publication, `first_seq` in the order of creation.
CREATE TABLE items (
  node      bigint NOT NULL REFERENCES nodes ON DELETE CASCADE,
  seq       bigint NOT NULL CHECK (seq > 0),
  first_seq bigint NOT NULL CHECK (first_seq > 0 AND first_seq <= seq),
  digest    uuid NOT NULL,
  id        text COLLATE "C" NOT NULL,
  publisher text COLLATE "C" NOT NULL,
  created   timestamptz NOT NULL,
  published timestamptz NOT NULL,
  payload   text,
  PRIMARY KEY (node, seq),
  UNIQUE (node, digest)
);
CREATE INDEX items_by_creation ON items (node, first_seq) INCLUDE (seq);
