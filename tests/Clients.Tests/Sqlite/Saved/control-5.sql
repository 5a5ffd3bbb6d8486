-- A store as the releases with schema version 5 have left it: one agent in every state. Secrets are not in it: they are sealed with the key of an installation.
BEGIN TRANSACTION;
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
, running_revision INTEGER) STRICT;
INSERT INTO "agents" VALUES(1,'0199bbbb-0000-7000-8000-000000000001','0199aaaa-0000-7000-8000-000000000001','Running','Running','local',1,2,9,'0199cccc-0000-7000-8000-000000000002','["a warning"]','sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','http://127.0.0.1:20001/','{"outcome":"Passed","scanner":"trivy 0.70.1","reason":"Nothing that closes the gate.","critical":0,"high":1,"medium":2,"low":3,"secrets":0,"unknown":0,"excepted":0,"policy":null}',1893553445678,1893553445679,1);
INSERT INTO "agents" VALUES(2,'0199bbbb-0000-7000-8000-000000000002','0199aaaa-0000-7000-8000-000000000001','Failed','Failed','local',1,1,4,'0199cccc-0000-7000-8000-000000000003','["a warning"]',NULL,NULL,NULL,1893553445678,1893553445680,NULL);
INSERT INTO "agents" VALUES(3,'0199bbbb-0000-7000-8000-000000000003','0199aaaa-0000-7000-8000-000000000001','Queued','Queued','local',1,1,1,'0199cccc-0000-7000-8000-000000000004','["a warning"]',NULL,NULL,NULL,1893553445678,1893553445681,NULL);
INSERT INTO "agents" VALUES(4,'0199bbbb-0000-7000-8000-000000000004','0199aaaa-0000-7000-8000-000000000001','Deploying','Deploying','local',1,1,2,'0199cccc-0000-7000-8000-000000000005','["a warning"]',NULL,NULL,NULL,1893553445678,1893553445682,NULL);
INSERT INTO "agents" VALUES(5,'0199bbbb-0000-7000-8000-000000000005','0199aaaa-0000-7000-8000-000000000001','Deleting','Deleting','local',1,1,6,'0199cccc-0000-7000-8000-000000000007','["a warning"]','sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff','http://127.0.0.1:20005/',NULL,1893553445678,1893553445683,1);
INSERT INTO "agents" VALUES(6,'0199bbbb-0000-7000-8000-000000000006','0199aaaa-0000-7000-8000-000000000001','','Deleted','local',1,1,8,'0199cccc-0000-7000-8000-000000000008','[]',NULL,NULL,NULL,1893553445678,1893553445684,NULL);
INSERT INTO "agents" VALUES(7,'0199bbbb-0000-7000-8000-000000000007','0199aaaa-0000-7000-8000-000000000001','Stopped','Stopped','local',1,1,7,'0199cccc-0000-7000-8000-000000000010','["a warning"]',NULL,NULL,NULL,1893553445678,1893553445685,NULL);
INSERT INTO "agents" VALUES(8,'0199bbbb-0000-7000-8000-000000000008','0199aaaa-0000-7000-8000-000000000001','RolledBack','Running','local',2,1,12,'0199cccc-0000-7000-8000-000000000012','["a warning"]','sha256:2222222222222222222222222222222222222222222222222222222222222222','http://127.0.0.1:20008/',NULL,1893553445678,1893553445686,1);
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
INSERT INTO "artifacts" VALUES('0199cccc-0000-7000-8000-000000000001','install.log','text/plain',5,'sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee','operations/1/install.log',1893553445678);
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
INSERT INTO "idempotent_requests" VALUES('0199aaaa-0000-7000-8000-000000000001','first','0199bbbb-0000-7000-8000-000000000001',X'0102',202,'{"Location":"/api/agents/0199bbbb-0000-7000-8000-000000000001"}','{"warnings":["a warning"]}',1893553445678);
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
INSERT INTO "images" VALUES('runtimes','sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','Runtime','t',1000,NULL,'key',NULL,NULL,NULL,1893553445678,1893553445678,NULL);
INSERT INTO "images" VALUES('agents/0199aaaa-0000-7000-8000-000000000001','sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','Agent','t',1000,'sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',NULL,'0199aaaa-0000-7000-8000-000000000001','0199bbbb-0000-7000-8000-000000000001',1,1893553445678,1893553445678,NULL);
CREATE TABLE lock_files (
    package_json TEXT PRIMARY KEY,
    content      TEXT NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;
INSERT INTO "lock_files" VALUES('sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','{}',1893553445678);
CREATE TABLE monitors (
    agent_id   TEXT PRIMARY KEY REFERENCES agents (id),
    url        TEXT NOT NULL,
    healthy    INTEGER,
    checked_at INTEGER,
    failures   INTEGER,
    reason     TEXT
) STRICT;
INSERT INTO "monitors" VALUES('0199bbbb-0000-7000-8000-000000000001','http://127.0.0.1:20001/',1,1893553465678,0,NULL);
CREATE TABLE operation_log (
    operation_id TEXT NOT NULL REFERENCES operations (id),
    sequence     INTEGER NOT NULL,
    step         TEXT NOT NULL,
    text         TEXT NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (operation_id, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO "operation_log" VALUES('0199cccc-0000-7000-8000-000000000001',1,'install','added 100 packages',1893553445678);
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
INSERT INTO "operation_steps" VALUES(1,'0199cccc-0000-7000-8000-000000000001','validate','Succeeded',1,1893553446678,1893553447678,1893553505678,'Revision 1 with 2 packages.',NULL);
INSERT INTO "operation_steps" VALUES(2,'0199cccc-0000-7000-8000-000000000002','validate','Succeeded',1,1893553446678,1893553447678,1893553505678,'Revision 1 with 2 packages.',NULL);
INSERT INTO "operation_steps" VALUES(3,'0199cccc-0000-7000-8000-000000000002','healthy','Succeeded',7,1893553446678,1893553447678,1893553505678,'Process 7 answers on port 20001.',NULL);
INSERT INTO "operation_steps" VALUES(4,'0199cccc-0000-7000-8000-000000000003','healthy','Failed',3,1893553446678,1893553447678,1893553505678,NULL,'The agent exited with code 1.');
INSERT INTO "operation_steps" VALUES(5,'0199cccc-0000-7000-8000-000000000005','validate','Running',1,1893553446678,NULL,1893553505678,NULL,NULL);
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
, outcome TEXT) STRICT;
INSERT INTO "operations" VALUES('0199cccc-0000-7000-8000-000000000001','0199aaaa-0000-7000-8000-000000000001','0199bbbb-0000-7000-8000-000000000001','Deploy','deploy-0199bbbb-0000-7000-8000-000000000001-1-1','Succeeded',1893553445678,1893553446678,1893553454678,1893560645678,0,NULL,NULL);
INSERT INTO "operations" VALUES('0199cccc-0000-7000-8000-000000000002','0199aaaa-0000-7000-8000-000000000001','0199bbbb-0000-7000-8000-000000000001','Deploy','deploy-0199bbbb-0000-7000-8000-000000000001-1-2','Succeeded',1893553445678,1893553446678,1893553464678,1893560645678,0,NULL,NULL);
INSERT INTO "operations" VALUES('0199cccc-0000-7000-8000-000000000003','0199aaaa-0000-7000-8000-000000000001','0199bbbb-0000-7000-8000-000000000002','Deploy','deploy-0199bbbb-0000-7000-8000-000000000002-1-1','Failed',1893553445678,1893553446678,1893553454678,1893560645678,0,'{"step":"healthy","message":"The agent exited with code 1.","logTail":["no database here"]}',NULL);
INSERT INTO "operations" VALUES('0199cccc-0000-7000-8000-000000000004','0199aaaa-0000-7000-8000-000000000001','0199bbbb-0000-7000-8000-000000000003','Deploy','deploy-0199bbbb-0000-7000-8000-000000000003-1-1','NotStarted',1893553445678,NULL,NULL,1893560645678,0,NULL,NULL);
INSERT INTO "operations" VALUES('0199cccc-0000-7000-8000-000000000005','0199aaaa-0000-7000-8000-000000000001','0199bbbb-0000-7000-8000-000000000004','Deploy','deploy-0199bbbb-0000-7000-8000-000000000004-1-1','Running',1893553445678,1893553446678,NULL,1893560645678,0,NULL,NULL);
INSERT INTO "operations" VALUES('0199cccc-0000-7000-8000-000000000006','0199aaaa-0000-7000-8000-000000000001','0199bbbb-0000-7000-8000-000000000005','Deploy','deploy-0199bbbb-0000-7000-8000-000000000005-1-1','Succeeded',1893553445678,1893553446678,1893553454678,1893560645678,0,NULL,NULL);
INSERT INTO "operations" VALUES('0199cccc-0000-7000-8000-000000000007','0199aaaa-0000-7000-8000-000000000001','0199bbbb-0000-7000-8000-000000000005','Delete','delete-0199bbbb-0000-7000-8000-000000000005-1','Running',1893553445678,1893553446678,NULL,1893560645678,0,NULL,NULL);
INSERT INTO "operations" VALUES('0199cccc-0000-7000-8000-000000000008','0199aaaa-0000-7000-8000-000000000001','0199bbbb-0000-7000-8000-000000000006','Delete','delete-0199bbbb-0000-7000-8000-000000000006-1','Succeeded',1893553445678,1893553446678,1893553454678,1893560645678,0,NULL,NULL);
INSERT INTO "operations" VALUES('0199cccc-0000-7000-8000-000000000009','0199aaaa-0000-7000-8000-000000000001','0199bbbb-0000-7000-8000-000000000007','Deploy','deploy-0199bbbb-0000-7000-8000-000000000007-1-1','Succeeded',1893553445678,1893553446678,1893553454678,1893560645678,0,NULL,NULL);
INSERT INTO "operations" VALUES('0199cccc-0000-7000-8000-000000000010','0199aaaa-0000-7000-8000-000000000001','0199bbbb-0000-7000-8000-000000000007','Stop','stop-0199bbbb-0000-7000-8000-000000000007-1','Succeeded',1893553445678,1893553446678,1893553464678,1893560645678,0,NULL,NULL);
INSERT INTO "operations" VALUES('0199cccc-0000-7000-8000-000000000011','0199aaaa-0000-7000-8000-000000000001','0199bbbb-0000-7000-8000-000000000008','Deploy','deploy-0199bbbb-0000-7000-8000-000000000008-1-1','Succeeded',1893553445678,1893553446678,1893553454678,1893560645678,0,NULL,NULL);
INSERT INTO "operations" VALUES('0199cccc-0000-7000-8000-000000000012','0199aaaa-0000-7000-8000-000000000001','0199bbbb-0000-7000-8000-000000000008','Update','deploy-0199bbbb-0000-7000-8000-000000000008-2-1','Failed',1893553445678,1893553446678,1893553464678,1893560645678,0,'{"step":"healthy","message":"It crashes.","logTail":["no"],"cause":"CrashLoop","evidence":["no"],"hint":"Look."}','RolledBack');
CREATE TABLE organizations (
    id         TEXT PRIMARY KEY,
    subject    TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO "organizations" VALUES('0199aaaa-0000-7000-8000-000000000001','6d5f4b9e-2a8a-4c38-9d4e-2f6f1a3f9a10',1893553445678);
CREATE TABLE outbox (
    sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
    operation_id TEXT NOT NULL REFERENCES operations (id),
    orchestrator TEXT NOT NULL,
    instance_id  TEXT NOT NULL UNIQUE,
    input_json   TEXT NOT NULL
) STRICT;
INSERT INTO "outbox" VALUES(1,'0199cccc-0000-7000-8000-000000000004','DeployAgentOrchestrator','deploy-0199bbbb-0000-7000-8000-000000000003-1-1','{"AgentId":"0199bbbb-0000-7000-8000-000000000003","OperationId":"0199cccc-0000-7000-8000-000000000004","Revision":1,"Attempt":1,"InstanceId":"deploy-0199bbbb-0000-7000-8000-000000000003-1-1"}');
CREATE TABLE revisions (
    agent_id    TEXT NOT NULL REFERENCES agents (id),
    number      INTEGER NOT NULL,
    character   TEXT NOT NULL,
    plugins     TEXT NOT NULL,
    knowledge   TEXT NOT NULL,
    environment TEXT NOT NULL,
    resources   TEXT NOT NULL,
    created_at  INTEGER NOT NULL, deployment TEXT, image TEXT, attempts INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (agent_id, number)
) STRICT;
INSERT INTO "revisions" VALUES('0199bbbb-0000-7000-8000-000000000001',1,'{"name":"Juniper","bio":"Keeps the visitor book."}','{"packages":[{"name":"@elizaos/cli","version":"1.7.2"},{"name":"@elizaos/plugin-bootstrap","version":"1.7.2"}],"catalogueVersion":"2026-11"}','[{"name":"notes/a.md","content":"notes"}]','{"LOG_LEVEL":"debug"}','{"memoryMiB":1024,"cpu":1}',1893553445678,NULL,'sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',2);
INSERT INTO "revisions" VALUES('0199bbbb-0000-7000-8000-000000000002',1,'{"name":"Juniper","bio":"Keeps the visitor book."}','{"packages":[{"name":"@elizaos/cli","version":"1.7.2"},{"name":"@elizaos/plugin-bootstrap","version":"1.7.2"}],"catalogueVersion":"2026-11"}','[{"name":"notes/a.md","content":"notes"}]','{"LOG_LEVEL":"debug"}','{"memoryMiB":1024,"cpu":1}',1893553445678,NULL,NULL,1);
INSERT INTO "revisions" VALUES('0199bbbb-0000-7000-8000-000000000003',1,'{"name":"Juniper","bio":"Keeps the visitor book."}','{"packages":[{"name":"@elizaos/cli","version":"1.7.2"},{"name":"@elizaos/plugin-bootstrap","version":"1.7.2"}],"catalogueVersion":"2026-11"}','[{"name":"notes/a.md","content":"notes"}]','{"LOG_LEVEL":"debug"}','{"memoryMiB":1024,"cpu":1}',1893553445678,NULL,NULL,1);
INSERT INTO "revisions" VALUES('0199bbbb-0000-7000-8000-000000000004',1,'{"name":"Juniper","bio":"Keeps the visitor book."}','{"packages":[{"name":"@elizaos/cli","version":"1.7.2"},{"name":"@elizaos/plugin-bootstrap","version":"1.7.2"}],"catalogueVersion":"2026-11"}','[{"name":"notes/a.md","content":"notes"}]','{"LOG_LEVEL":"debug"}','{"memoryMiB":1024,"cpu":1}',1893553445678,NULL,NULL,1);
INSERT INTO "revisions" VALUES('0199bbbb-0000-7000-8000-000000000005',1,'{"name":"Juniper","bio":"Keeps the visitor book."}','{"packages":[{"name":"@elizaos/cli","version":"1.7.2"},{"name":"@elizaos/plugin-bootstrap","version":"1.7.2"}],"catalogueVersion":"2026-11"}','[{"name":"notes/a.md","content":"notes"}]','{"LOG_LEVEL":"debug"}','{"memoryMiB":1024,"cpu":1}',1893553445678,NULL,'sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',1);
INSERT INTO "revisions" VALUES('0199bbbb-0000-7000-8000-000000000007',1,'{"name":"Juniper","bio":"Keeps the visitor book."}','{"packages":[{"name":"@elizaos/cli","version":"1.7.2"},{"name":"@elizaos/plugin-bootstrap","version":"1.7.2"}],"catalogueVersion":"2026-11"}','[{"name":"notes/a.md","content":"notes"}]','{"LOG_LEVEL":"debug"}','{"memoryMiB":1024,"cpu":1}',1893553445678,NULL,'sha256:1111111111111111111111111111111111111111111111111111111111111111',1);
INSERT INTO "revisions" VALUES('0199bbbb-0000-7000-8000-000000000008',1,'{"name":"Juniper","bio":"Keeps the visitor book."}','{"packages":[{"name":"@elizaos/cli","version":"1.7.2"},{"name":"@elizaos/plugin-bootstrap","version":"1.7.2"}],"catalogueVersion":"2026-11"}','[{"name":"notes/a.md","content":"notes"}]','{"LOG_LEVEL":"debug"}','{"memoryMiB":1024,"cpu":1}',1893553445678,'{"cluster":null,"replicable":false,"replicas":1,"maxReplicas":null,"host":null}','sha256:2222222222222222222222222222222222222222222222222222222222222222',2);
INSERT INTO "revisions" VALUES('0199bbbb-0000-7000-8000-000000000008',2,'{"name":"Juniper","bio":"Closes it."}','{"packages":[{"name":"@elizaos/cli","version":"1.7.2"},{"name":"@elizaos/plugin-bootstrap","version":"1.7.2"}],"catalogueVersion":"2026-11"}','[{"name":"notes/a.md","content":"notes"}]','{"LOG_LEVEL":"debug"}','{"memoryMiB":1024,"cpu":1}',1893553445678,'{"cluster":null,"replicable":true,"replicas":2,"maxReplicas":4,"host":"agent.example.com"}',NULL,1);
CREATE TABLE runtime_images (
    key          TEXT PRIMARY KEY,
    state        TEXT NOT NULL,
    operation_id TEXT REFERENCES operations (id),
    digest       TEXT,
    verdict      TEXT,
    sbom         TEXT,
    cause        TEXT
, runtime_key TEXT) STRICT;
INSERT INTO "runtime_images" VALUES('key','Ready',NULL,'sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','{"outcome":"Passed","scanner":"trivy 0.70.1","reason":"Nothing that closes the gate.","critical":0,"high":1,"medium":2,"low":3,"secrets":0,"unknown":0,"excepted":0,"policy":null}','sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',NULL,'key');
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
INSERT INTO "scans" VALUES('sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','trivy','0.70.1',1893553445678,1893553445678,'[]',NULL);
CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO "schema_version" VALUES(1,1893553445678);
INSERT INTO "schema_version" VALUES(2,1893553445678);
INSERT INTO "schema_version" VALUES(3,1893553445678);
INSERT INTO "schema_version" VALUES(4,1893553445678);
INSERT INTO "schema_version" VALUES(5,1893553445678);
CREATE TABLE secrets (
    agent_id TEXT NOT NULL REFERENCES agents (id),
    name     TEXT NOT NULL,
    revision INTEGER NOT NULL,
    sealed   BLOB,
    PRIMARY KEY (agent_id, name, revision)
) STRICT;
CREATE TABLE target_allocations (
    agent_id TEXT PRIMARY KEY REFERENCES agents (id),
    port     INTEGER NOT NULL UNIQUE,
    uid      INTEGER NOT NULL UNIQUE
) STRICT;
INSERT INTO "target_allocations" VALUES('0199bbbb-0000-7000-8000-000000000001',20001,720001);
CREATE INDEX agents_by_organization ON agents (organization_id, sequence);
CREATE INDEX operations_by_agent ON operations (agent_id);
CREATE INDEX operations_active ON operations (deadline) WHERE ended_at IS NULL;
CREATE INDEX idempotent_requests_by_agent ON idempotent_requests (agent_id);
CREATE INDEX idempotent_requests_by_age ON idempotent_requests (created_at);
CREATE INDEX runtime_images_by_digest ON runtime_images (digest);
CREATE INDEX runtime_images_by_operation ON runtime_images (operation_id);
CREATE INDEX images_by_digest ON images (digest);
CREATE INDEX images_by_organization ON images (organization_id, created_at);
CREATE INDEX images_by_agent ON images (agent_id);
CREATE INDEX images_by_runtime ON images (runtime);
CREATE INDEX images_by_runtime_key ON images (runtime_key);
CREATE TRIGGER scans_of_removed_images AFTER DELETE ON images WHEN NOT EXISTS (SELECT 1 FROM images WHERE digest = OLD.digest)
BEGIN
    DELETE FROM scans WHERE digest = OLD.digest;
END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('agents',8);
INSERT INTO "sqlite_sequence" VALUES('operation_steps',5);
INSERT INTO "sqlite_sequence" VALUES('outbox',1);
COMMIT;
