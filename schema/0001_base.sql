-- How far the journal has got. One row; `epoch` counts the starts of the program, `batch` the
-- transactions of the present one. Every transaction of the journal writes it, so that after a break
-- the program can tell whether a commit whose answer was lost has happened.
CREATE TABLE journal (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  epoch    bigint NOT NULL DEFAULT 0 CHECK (epoch >= 0),
  batch    bigint NOT NULL DEFAULT 0 CHECK (batch >= 0)
) WITH (fillfactor = 10);
INSERT INTO journal DEFAULT VALUES;

-- Broadcasts that the server has not yet proved to have taken.
CREATE TABLE outbox (
  domain   text COLLATE "C" NOT NULL,
  seq      bigint NOT NULL,
  part     integer NOT NULL,
  service  text NOT NULL CHECK (service IN ('nodes', 'rooms')),
  entity   bigint NOT NULL,
  audience text NOT NULL,
  head     text NOT NULL,
  middle   text NOT NULL,
  tail     text NOT NULL,
  PRIMARY KEY (domain, seq, part)
);

-- Times travel as microseconds since 1970, which is what PostgreSQL keeps of them.
CREATE FUNCTION stoa_time(micros bigint) RETURNS timestamptz
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT timestamptz '1970-01-01 00:00:00+00' + micros * interval '1 microsecond' $$;
CREATE FUNCTION stoa_micros(at timestamptz) RETURNS bigint
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT round(extract(epoch FROM at)::numeric * 1000000)::bigint $$;

-- A configuration as the program reads it: `field=value` lines, backslash and line feed escaped.
CREATE FUNCTION stoa_config_text(config jsonb) RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$
    SELECT coalesce(string_agg(
      CASE WHEN v.value IS NULL THEN f.key || chr(10)
           ELSE f.key || '=' || replace(replace(v.value, '\', '\\'), chr(10), '\n') || chr(10)
      END, '' ORDER BY f.key, v.place), '')
    FROM jsonb_each(config) AS f
    LEFT JOIN LATERAL jsonb_array_elements_text(f.value) WITH ORDINALITY AS v(value, place) ON true
  $$;
