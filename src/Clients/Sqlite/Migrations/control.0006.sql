-- Which cluster an agent is on, for as long as its data is there, and what is kept of the cluster for it.
CREATE TABLE placements (
    agent_id     TEXT NOT NULL PRIMARY KEY REFERENCES agents (id),
    cluster      TEXT NOT NULL,
    cpu_milli    INTEGER NOT NULL,
    memory_bytes INTEGER NOT NULL,
    pods         INTEGER NOT NULL,
    decision     TEXT NOT NULL,
    decided_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Clusters that take no new agents.
CREATE TABLE drained_clusters (
    cluster    TEXT NOT NULL PRIMARY KEY,
    drained_by TEXT NOT NULL,
    drained_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
