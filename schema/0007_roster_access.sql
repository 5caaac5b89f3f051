-- Access models that rest on the rosters of owners (XEP-0060, 4.5). Who passes them is not the
-- store's to say: strangers do not see such nodes in lists.
ALTER TABLE nodes
  DROP CONSTRAINT nodes_access_model_check,
  ADD CONSTRAINT nodes_access_model_check CHECK (
    access_model IN ('open', 'presence', 'roster', 'authorize', 'whitelist'));
DROP INDEX nodes_listed;
ALTER TABLE nodes DROP COLUMN listed;
ALTER TABLE nodes ADD COLUMN listed boolean NOT NULL GENERATED ALWAYS AS (
  NOT hidden AND NOT nested AND access_model IN ('open', 'authorize')) STORED;
CREATE INDEX nodes_listed ON nodes (service, head) WHERE listed;
