-- How a revision wants to run; null in what earlier releases have stored.
ALTER TABLE revisions ADD COLUMN deployment TEXT;
-- The image that a deployment has proven to run; null until one has.
ALTER TABLE revisions ADD COLUMN image TEXT;
-- The number of its last launch: a rollback is one too.
ALTER TABLE revisions ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1;
UPDATE revisions SET attempts = a.attempt FROM agents a WHERE a.id = agent_id AND a.revision = number;
UPDATE revisions SET image = a.image FROM agents a WHERE a.id = agent_id AND a.revision = number AND a.status = 'Running';

-- The revision that runs, or ran before the deployment that is under way; null while none does.
ALTER TABLE agents ADD COLUMN running_revision INTEGER;
UPDATE agents SET running_revision = revision WHERE status = 'Running';

-- What a failed operation left behind, where it was more than nothing.
ALTER TABLE operations ADD COLUMN outcome TEXT;

-- A secret counts from its revision until a later one replaces it, so that a rollback runs with what ran before; no value: it was removed.
ALTER TABLE secrets RENAME TO unversioned_secrets;
CREATE TABLE secrets (
    agent_id TEXT NOT NULL REFERENCES agents (id),
    name     TEXT NOT NULL,
    revision INTEGER NOT NULL,
    sealed   BLOB,
    PRIMARY KEY (agent_id, name, revision)
) STRICT;
INSERT INTO secrets (agent_id, name, revision, sealed) SELECT agent_id, name, 1, sealed FROM unversioned_secrets;
DROP TABLE unversioned_secrets;
