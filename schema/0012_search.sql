-- By what the archive of a node is searched: the words of a payload, and the categories of an Atom
-- entry (RFC 4287, 4.2.2). Payloads are one element each.
CREATE FUNCTION stoa_payload_text(payload text) RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT string_agg(t.part, ' ')
        FROM xmltable('//text()' PASSING xmlparse(DOCUMENT payload) COLUMNS part text PATH '.') AS t
     $$;
CREATE FUNCTION stoa_in_category(payload text, term text) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT CASE WHEN position('http://www.w3.org/2005/Atom' IN payload) > 0 THEN EXISTS (
          SELECT FROM xmltable(xmlnamespaces('http://www.w3.org/2005/Atom' AS a),
                               '/a:entry/a:category' PASSING xmlparse(DOCUMENT payload)
                               COLUMNS named text PATH '@term') AS c
          WHERE c.named = term)
        ELSE false END $$;

-- How many publications an archive keeps; NULL: all.
CREATE FUNCTION stoa_archive_max(config jsonb) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT CASE WHEN config #>> '{x-archive-max,0}' ~ '^[0-9]+$'
                    THEN (config #>> '{x-archive-max,0}')::bigint END $$;
