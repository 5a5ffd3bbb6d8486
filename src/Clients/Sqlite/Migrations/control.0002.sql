-- Every image that this control plane has put into the registry, until housekeeping has removed it.
CREATE TABLE images (
    repository      TEXT NOT NULL,
    digest          TEXT NOT NULL,
    kind            TEXT NOT NULL,
    tag             TEXT,
    size            INTEGER NOT NULL,
    runtime         TEXT,
    runtime_key     TEXT,
    organization_id TEXT REFERENCES organizations (id),
    agent_id        TEXT REFERENCES agents (id),
    revision        INTEGER,
    created_at      INTEGER NOT NULL,
    -- The last time that a deployment asked for it: one that is about to be used is not old.
    used_at         INTEGER NOT NULL,
    -- Housekeeping has found no reason to keep it, then and ever since.
    unwanted_since  INTEGER,
    PRIMARY KEY (repository, digest)
) STRICT;
CREATE INDEX images_by_digest ON images (digest);
CREATE INDEX images_by_organization ON images (organization_id, created_at);
CREATE INDEX images_by_agent ON images (agent_id);
CREATE INDEX images_by_runtime ON images (runtime);
CREATE INDEX images_by_runtime_key ON images (runtime_key);

-- Resolved once per package.json, whose digest is the key, so that the keys of images do not drift.
CREATE TABLE lock_files (
    package_json TEXT PRIMARY KEY,
    content      TEXT NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;

-- The lock file of a plugin set went into its own table; what it and the rest of the build amount to is the key of the image.
ALTER TABLE runtime_images DROP COLUMN lock_file;
ALTER TABLE runtime_images ADD COLUMN runtime_key TEXT;
