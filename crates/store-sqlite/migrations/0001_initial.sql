-- Times are microseconds since 1970-01-01T00:00:00Z. Ids are the 16 bytes of UUIDs of version 7, so rows that are
-- made one after the other lie next to each other. Words are those of `words.rs`; the program checks them when it
-- reads, so that a bad one is reported with its table, column and row.

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    domain BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE access_keys (
    id TEXT NOT NULL PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id),
    identity TEXT NOT NULL,
    secret BLOB NOT NULL,
    status TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX access_keys_of_account ON access_keys (account, created);

-- `creator` is the name of a service, or null where the account made the key itself. `due` is the moment of
-- deletion, in the state `pending-deletion` only.
CREATE TABLE keys (
    account INTEGER NOT NULL,
    region TEXT NOT NULL,
    id BLOB NOT NULL,
    spec TEXT NOT NULL,
    usage TEXT NOT NULL,
    origin TEXT NOT NULL,
    protection TEXT NOT NULL,
    creator TEXT,
    created INTEGER NOT NULL,
    state TEXT NOT NULL,
    due INTEGER,
    primary_version BLOB,
    last_rotated INTEGER NOT NULL,
    description TEXT NOT NULL,
    PRIMARY KEY (account, region, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE key_versions (
    id BLOB NOT NULL PRIMARY KEY,
    account INTEGER NOT NULL,
    region TEXT NOT NULL,
    key BLOB NOT NULL,
    created INTEGER NOT NULL,
    material BLOB NOT NULL,
    FOREIGN KEY (account, region, key) REFERENCES keys (account, region, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE tags (
    account INTEGER NOT NULL,
    region TEXT NOT NULL,
    key BLOB NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account, region, key, name),
    FOREIGN KEY (account, region, key) REFERENCES keys (account, region, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE aliases (
    account INTEGER NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    key BLOB NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (account, region, name),
    FOREIGN KEY (account, region, key) REFERENCES keys (account, region, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX aliases_of_key ON aliases (account, region, key);

CREATE TABLE cells (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: a number is never given twice, not even when the table was emptied in between.
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    draft BLOB NOT NULL
) STRICT;

-- Always empty; health checks write here to see whether a commit is possible.
CREATE TABLE probe (
    number INTEGER PRIMARY KEY
) STRICT;
