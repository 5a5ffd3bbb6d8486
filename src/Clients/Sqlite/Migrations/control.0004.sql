-- What an operation has put into the artifact store; the content lies there under its location.
CREATE TABLE artifacts (
    operation_id TEXT NOT NULL REFERENCES operations (id),
    name         TEXT NOT NULL,
    media_type   TEXT NOT NULL,
    size         INTEGER NOT NULL,
    digest       TEXT NOT NULL,
    location     TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (operation_id, name)
) STRICT;

-- The output of an operation's builds, redacted, while it comes; the sequence counts from 1 in each operation.
CREATE TABLE operation_log (
    operation_id TEXT NOT NULL REFERENCES operations (id),
    sequence     INTEGER NOT NULL,
    step         TEXT NOT NULL,
    text         TEXT NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (operation_id, sequence)
) STRICT, WITHOUT ROWID;
