-- Every image that this control plane has put into the registry, until housekeeping has removed it.
CREATE TABLE images (
    repository      TEXT NOT NULL,
    digest          TEXT NOT NULL,
    kind            TEXT NOT NULL,
    tag             TEXT,
    size            INTEGER NOT NULL,
    runtime         TEXT,
    organization_id TEXT REFERENCES organizations (id),
    agent_id        TEXT REFERENCES agents (id),
    revision        INTEGER,
    created_at      INTEGER NOT NULL,
    unwanted_since  INTEGER,
    PRIMARY KEY (repository, digest)
) STRICT;
CREATE INDEX images_by_digest ON images (digest);
CREATE INDEX images_by_organization ON images (organization_id, created_at);
