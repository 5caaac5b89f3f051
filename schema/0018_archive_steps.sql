-- Places of an archive whose stamp is before that of the message before it: the clock went back there,
-- or a room was read back from a copy. Between them stamps never go down, so that a date is found by
-- halving, whatever the size of the archive, and no index over stamps is kept.
CREATE TABLE room_archive_steps (
  room bigint NOT NULL,
  seq  bigint NOT NULL CHECK (seq > 0),
  PRIMARY KEY (room, seq)
);
INSERT INTO room_archive_steps (room, seq)
  SELECT room, seq
  FROM (SELECT room, seq, stamp < lag(stamp) OVER (PARTITION BY room ORDER BY seq) AS back
        FROM room_archive) AS a
  WHERE back;
DROP INDEX room_archive_by_time;

-- Counting the messages of a sender that all may read touches the index alone.
DROP INDEX room_archive_by_author;
CREATE INDEX room_archive_by_author ON room_archive (room, author_bare, seq) INCLUDE (semi_anonymous);

-- Between `low` and `high`, where no step is: every row below the place that comes back is before `since`,
-- and none from there on.
CREATE FUNCTION stoa_archive_place(of_room bigint, low bigint, high bigint, since timestamptz)
  RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE
  AS $$
DECLARE
  middle bigint;
  met    record;
BEGIN
  WHILE low + 1 < high LOOP
    middle := low + (high - low) / 2;
    SELECT seq, stamp INTO met FROM room_archive
      WHERE room = of_room AND seq >= middle AND seq < high ORDER BY seq LIMIT 1;
    IF FOUND AND met.stamp < since THEN
      low := met.seq;
    ELSE
      high := middle;
    END IF;
  END LOOP;
  RETURN high;
END $$;
