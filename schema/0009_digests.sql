-- Digests of a subscription (XEP-0060, 16.4.2), and which items it wants (12.20).
--
-- `digest_from` is the place in the node's log where the period begins, `digest_next` the first entry
-- that was not sent yet. `filter` is the text that the program makes of a filter.
ALTER TABLE subscriptions
  ADD COLUMN digest boolean NOT NULL DEFAULT false,
  ADD COLUMN digest_frequency bigint NOT NULL DEFAULT 86400000 CHECK (digest_frequency >= 0),
  ADD COLUMN digest_from bigint,
  ADD COLUMN digest_next bigint,
  ADD COLUMN digest_due timestamptz,
  ADD COLUMN filter text CHECK (filter <> ''),
  ADD CONSTRAINT subscriptions_digest_check CHECK (
    (digest_from IS NULL) = (digest_due IS NULL) AND (digest_from IS NULL) = (digest_next IS NULL));

DROP INDEX subscriptions_by_due;
ALTER TABLE subscriptions DROP COLUMN due;
ALTER TABLE subscriptions ADD COLUMN due timestamptz GENERATED ALWAYS AS (
  least(expires, announce, digest_due)) STORED;
CREATE INDEX subscriptions_by_due ON subscriptions (due) WHERE due IS NOT NULL;

-- What became of the items of nodes whose subscribers want digests, until the last of these is sent.
-- `live`: no later row is about the same item.
CREATE TABLE node_log (
  node      bigint NOT NULL REFERENCES nodes ON DELETE CASCADE,
  seq       bigint NOT NULL CHECK (seq > 0),
  kind      text NOT NULL CHECK (kind IN ('published', 'retracted', 'removed')),
  live      boolean NOT NULL,
  digest    uuid NOT NULL,
  id        text COLLATE "C" NOT NULL,
  first_seq bigint NOT NULL,
  publisher text COLLATE "C" NOT NULL,
  published timestamptz NOT NULL,
  payload   text,
  PRIMARY KEY (node, seq)
);
CREATE INDEX node_log_by_item ON node_log (node, digest) WHERE live;
