-- Publications that no longer stand among the items of their node: replaced, or gone (XEP-0442).
-- An archive is both together; `seq` is the place of the publication in it.
CREATE TABLE node_archive (
  node      bigint NOT NULL REFERENCES nodes ON DELETE CASCADE,
  seq       bigint NOT NULL CHECK (seq > 0),
  digest    uuid NOT NULL,
  id        text COLLATE "C" NOT NULL,
  publisher text COLLATE "C" NOT NULL,
  published timestamptz NOT NULL,
  payload   text,
  PRIMARY KEY (node, seq)
);
CREATE INDEX node_archive_by_item ON node_archive (node, digest);

-- Whether a node of this configuration keeps them, and how many seconds long.
CREATE FUNCTION stoa_archives(config jsonb) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT coalesce(config #>> '{x-archive,0}', '1') = '1' $$;
CREATE FUNCTION stoa_archive_age(config jsonb) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT CASE WHEN config #>> '{x-archive-age,0}' ~ '^[0-9]+$'
                    THEN (config #>> '{x-archive-age,0}')::bigint END $$;
