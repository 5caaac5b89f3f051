-- A node that only those who have paid (its members) read: listed like an open one. The others are as before.
ALTER TABLE nodes
  DROP CONSTRAINT nodes_access_model_check,
  ADD CONSTRAINT nodes_access_model_check CHECK (
    access_model IN ('open', 'presence', 'roster', 'authorize', 'whitelist', 'payment'));
DROP INDEX nodes_listed;
ALTER TABLE nodes DROP COLUMN listed;
ALTER TABLE nodes ADD COLUMN listed boolean NOT NULL GENERATED ALWAYS AS (
  NOT hidden AND NOT nested AND access_model IN ('open', 'authorize', 'payment')) STORED;
CREATE INDEX nodes_listed ON nodes (service, head) WHERE listed;

-- Subscribers who may be listed publicly (XEP-0465), and who hears of these lists. `key` is the digest of
-- the JID.
ALTER TABLE subscriptions ADD COLUMN public boolean NOT NULL DEFAULT false;
CREATE TABLE node_watchers (
  node  bigint NOT NULL REFERENCES nodes ON DELETE CASCADE,
  key   uuid NOT NULL,
  jid   text COLLATE "C" NOT NULL CHECK (jid <> ''),
  bare  text COLLATE "C" NOT NULL CHECK (bare <> ''),
  subid text COLLATE "C" NOT NULL CHECK (subid <> ''),
  PRIMARY KEY (node, key)
);
CREATE INDEX node_watchers_by_bare ON node_watchers (bare);

-- Publications whose events came back, by their seqs, and when they go out once more.
ALTER TABLE subscriptions
  ADD COLUMN resend_at timestamptz,
  ADD COLUMN resend text CHECK (resend <> ''),
  ADD CONSTRAINT subscriptions_resend_both CHECK ((resend_at IS NULL) = (resend IS NULL));
DROP INDEX subscriptions_by_due;
ALTER TABLE subscriptions DROP COLUMN due;
ALTER TABLE subscriptions ADD COLUMN due timestamptz GENERATED ALWAYS AS (
  least(expires, announce, digest_due, resend_at)) STORED;
CREATE INDEX subscriptions_by_due ON subscriptions (due) WHERE due IS NOT NULL;
