-- Times are milliseconds since 1970 in UTC, ids and states are text, structures are JSON.

CREATE TABLE organizations (
    id         TEXT PRIMARY KEY,
    subject    TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

-- The sequence orders pages: it never ties and never goes back, as a clock may.
CREATE TABLE agents (
    sequence        INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    name            TEXT NOT NULL,
    status          TEXT NOT NULL,
    target          TEXT NOT NULL,
    revision        INTEGER NOT NULL,
    attempt         INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    operation_id    TEXT NOT NULL,
    warnings        TEXT NOT NULL,
    image           TEXT,
    url             TEXT,
    scan            TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX agents_by_organization ON agents (organization_id, sequence);

CREATE TABLE revisions (
    agent_id    TEXT NOT NULL REFERENCES agents (id),
    number      INTEGER NOT NULL,
    character   TEXT NOT NULL,
    plugins     TEXT NOT NULL,
    knowledge   TEXT NOT NULL,
    environment TEXT NOT NULL,
    resources   TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (agent_id, number)
) STRICT;

CREATE TABLE secrets (
    agent_id TEXT NOT NULL REFERENCES agents (id),
    name     TEXT NOT NULL,
    sealed   BLOB NOT NULL,
    PRIMARY KEY (agent_id, name)
) STRICT;

CREATE TABLE operations (
    id               TEXT PRIMARY KEY,
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    agent_id         TEXT NOT NULL REFERENCES agents (id),
    kind             TEXT NOT NULL,
    instance_id      TEXT NOT NULL UNIQUE,
    status           TEXT NOT NULL,
    created_at       INTEGER NOT NULL,
    started_at       INTEGER,
    ended_at         INTEGER,
    deadline         INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    error            TEXT
) STRICT;
CREATE INDEX operations_by_agent ON operations (agent_id);
CREATE INDEX operations_active ON operations (deadline) WHERE ended_at IS NULL;

CREATE TABLE operation_steps (
    sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
    operation_id TEXT NOT NULL REFERENCES operations (id),
    name         TEXT NOT NULL,
    status       TEXT NOT NULL,
    attempts     INTEGER NOT NULL,
    started_at   INTEGER NOT NULL,
    ended_at     INTEGER,
    deadline     INTEGER NOT NULL,
    detail       TEXT,
    error        TEXT,
    UNIQUE (operation_id, name)
) STRICT;

CREATE TABLE outbox (
    sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
    operation_id TEXT NOT NULL REFERENCES operations (id),
    orchestrator TEXT NOT NULL,
    instance_id  TEXT NOT NULL UNIQUE,
    input_json   TEXT NOT NULL
) STRICT;

CREATE TABLE idempotent_requests (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    key             TEXT NOT NULL,
    agent_id        TEXT NOT NULL REFERENCES agents (id),
    fingerprint     BLOB NOT NULL,
    status          INTEGER NOT NULL,
    headers         TEXT NOT NULL,
    body            TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (organization_id, key)
) STRICT;
CREATE INDEX idempotent_requests_by_agent ON idempotent_requests (agent_id);
CREATE INDEX idempotent_requests_by_age ON idempotent_requests (created_at);

CREATE TABLE runtime_images (
    key          TEXT PRIMARY KEY,
    state        TEXT NOT NULL,
    operation_id TEXT REFERENCES operations (id),
    lock_file    TEXT,
    digest       TEXT,
    verdict      TEXT,
    sbom         TEXT,
    cause        TEXT
) STRICT;
CREATE INDEX runtime_images_by_digest ON runtime_images (digest);
CREATE INDEX runtime_images_by_operation ON runtime_images (operation_id);

CREATE TABLE monitors (
    agent_id   TEXT PRIMARY KEY REFERENCES agents (id),
    url        TEXT NOT NULL,
    healthy    INTEGER,
    checked_at INTEGER,
    failures   INTEGER,
    reason     TEXT
) STRICT;

CREATE TABLE target_allocations (
    agent_id TEXT PRIMARY KEY REFERENCES agents (id),
    port     INTEGER NOT NULL UNIQUE,
    uid      INTEGER NOT NULL UNIQUE
) STRICT;
