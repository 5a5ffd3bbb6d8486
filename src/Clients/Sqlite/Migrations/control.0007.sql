-- What was prepared for an agent in an environment of Portainer: where its objects are.
CREATE TABLE prepared_launches (
    agent_id TEXT NOT NULL PRIMARY KEY,
    launch   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Stacks that Portainer was asked to create and has not answered for: it may still make them.
CREATE TABLE unanswered_stacks (
    environment INTEGER NOT NULL,
    name        TEXT NOT NULL,
    asked_at    INTEGER NOT NULL,
    PRIMARY KEY (environment, name)
) STRICT, WITHOUT ROWID;
