-- What scanners found in an image, whatever the policy makes of it: the verdict is worked out anew each time that it is asked for.
CREATE TABLE scans (
    digest        TEXT PRIMARY KEY,
    scanner       TEXT,
    version       TEXT,
    database_time INTEGER,
    scanned_at    INTEGER NOT NULL,
    findings      TEXT,
    -- Why there are no findings; exactly one of the two is null.
    failure       TEXT,
    CHECK ((findings IS NULL) <> (failure IS NULL))
) STRICT;

-- A scan goes with its image.
CREATE TRIGGER scans_of_removed_images AFTER DELETE ON images WHEN NOT EXISTS (SELECT 1 FROM images WHERE digest = OLD.digest)
BEGIN
    DELETE FROM scans WHERE digest = OLD.digest;
END;
