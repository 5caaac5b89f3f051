-- What statements select nodes by was generated from other columns, which PostgreSQL prepares anew for each
-- UPDATE of the table, and every publication counts its items there. A trigger does the same, only where one
-- of those columns is set.
ALTER TABLE nodes
  ALTER COLUMN head DROP EXPRESSION,
  ALTER COLUMN listed DROP EXPRESSION,
  ALTER COLUMN counted DROP EXPRESSION,
  ALTER COLUMN archives DROP EXPRESSION,
  ALTER COLUMN archive_ends DROP EXPRESSION;

CREATE FUNCTION stoa_describe_node() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.head := left(NEW.node, 300);
  NEW.listed := NOT NEW.hidden AND NOT NEW.nested
    AND NEW.access_model IN ('open', 'authorize', 'payment');
  NEW.counted := NOT NEW.nested;
  NEW.archives := stoa_archives(NEW.config);
  NEW.archive_ends := stoa_archive_age(NEW.config) IS NOT NULL OR stoa_archive_max(NEW.config) IS NOT NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER node_described BEFORE INSERT OR UPDATE OF node, hidden, nested, access_model, config ON nodes
  FOR EACH ROW EXECUTE FUNCTION stoa_describe_node();
