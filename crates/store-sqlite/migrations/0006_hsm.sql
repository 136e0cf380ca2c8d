-- Messages that nodes have reserved for encryption under the version: see `MessageLimit` in the model.
ALTER TABLE key_versions ADD COLUMN messages INTEGER NOT NULL DEFAULT 0;

-- Material of keys in hardware that is gone from here and still has to be destroyed where it is. `key` and `version` of
-- key pairs of certificates are both the id of the certificate. `holder` and `until`, in microseconds, are of whoever is
-- at it; both or neither.
CREATE TABLE destructions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    version BLOB NOT NULL UNIQUE,
    account INTEGER NOT NULL,
    region TEXT NOT NULL,
    key BLOB NOT NULL,
    spec TEXT NOT NULL,
    holder TEXT,
    until INTEGER
) STRICT;
