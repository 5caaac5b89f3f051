-- What of a subscription depends on presence: it ends when the subscriber goes off line, and it delivers
-- only while he shows one of these (a bit each; 0: always). XEP-0060, 12.5 and 16.4.2.
ALTER TABLE subscriptions
  ADD COLUMN temporary boolean NOT NULL DEFAULT false,
  ADD COLUMN shows smallint NOT NULL DEFAULT 0 CHECK (shows BETWEEN 0 AND 31);
CREATE INDEX subscriptions_watching ON subscriptions (bare) WHERE temporary OR shows <> 0;

-- Nodes that need the presence of all their subscribers, or of their publishers.
CREATE INDEX nodes_watching ON nodes (service)
  WHERE config ?| ARRAY['pubsub#presence_based_delivery', 'pubsub#tempsub'];
CREATE INDEX nodes_purging ON nodes (service) WHERE config ? 'pubsub#purge_offline';

CREATE INDEX nodes_by_creator ON nodes (service, creator);
