-- `rotation` is an interval in seconds, null where keys do not rotate by themselves. The columns of the import go
-- together: both of the first two or neither, and the expiry, in microseconds, only where they are.
ALTER TABLE keys ADD COLUMN rotation INTEGER;
ALTER TABLE keys ADD COLUMN import_fingerprint BLOB;
ALTER TABLE keys ADD COLUMN import_version BLOB;
ALTER TABLE keys ADD COLUMN import_expires INTEGER;
ALTER TABLE keys ADD COLUMN deletion_protection TEXT;
ALTER TABLE keys ADD COLUMN policy TEXT;

-- What is due, by the moment it is: the jobs look at the head of each and never at all keys.
CREATE INDEX keys_to_delete ON keys (due) WHERE due IS NOT NULL;

CREATE INDEX keys_to_expire ON keys (import_expires)
    WHERE import_expires IS NOT NULL AND primary_version IS NOT NULL;

CREATE INDEX keys_to_rotate ON keys (last_rotated + rotation * 1000000)
    WHERE rotation IS NOT NULL AND state = 'enabled';

-- Sealed material, in a table of its own for the sake of its end. `secure_delete` overwrites what is deleted, but not the
-- copies that SQLite leaves in the gaps of a page when it moves rows between pages. Rows of this table never move: they
-- are added at the end, never deleted, and only overwritten by values of the same length. What is erased is
-- zeroed in its place, which is then `free` (0 or 1) for material of that length. `bytes`: the length of the material
-- in 4 bytes, big-endian, the material, zeros up to a multiple of 64.
CREATE TABLE materials (
    slot INTEGER PRIMARY KEY,
    free INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

CREATE INDEX materials_free ON materials (length(bytes)) WHERE free = 1;

-- A version outlives its material where that was brought from outside; `material` is a slot. SQLite cannot drop a NOT
-- NULL, so the table is made anew; no other table refers to it.
ALTER TABLE key_versions RENAME TO key_versions_1;

CREATE TABLE key_versions (
    id BLOB NOT NULL PRIMARY KEY,
    account INTEGER NOT NULL,
    region TEXT NOT NULL,
    key BLOB NOT NULL,
    created INTEGER NOT NULL,
    material INTEGER REFERENCES materials (slot),
    FOREIGN KEY (account, region, key) REFERENCES keys (account, region, id)
) STRICT, WITHOUT ROWID;

INSERT INTO materials (slot, free, bytes)
    SELECT row_number() OVER (ORDER BY id), 0,
           CAST(unhex(format('%08x', length(material))) || material || zeroblob(63 - (length(material) + 3) % 64) AS BLOB)
    FROM key_versions_1 ORDER BY id;

INSERT INTO key_versions (id, account, region, key, created, material)
    SELECT id, account, region, key, created, row_number() OVER (ORDER BY id) FROM key_versions_1 ORDER BY id;

DROP TABLE key_versions_1;

CREATE INDEX key_versions_of_key ON key_versions (account, region, key, created);

CREATE INDEX tags_by_name ON tags (account, region, name, value);

-- Who does the shared work: one row per name that was ever leased.
CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How many there are, for quotas: counting the rows themselves would make each new key dearer than the last.
-- `what` is `keys` (made by the account), `service-keys` or `aliases`. Triggers keep it true.
CREATE TABLE counts (
    account INTEGER NOT NULL,
    region TEXT NOT NULL,
    what TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (account, region, what)
) STRICT, WITHOUT ROWID;

INSERT INTO counts (account, region, what, number)
    SELECT account, region, iif(creator IS NULL, 'keys', 'service-keys') AS what, count(*) FROM keys
    GROUP BY account, region, what;

INSERT INTO counts (account, region, what, number)
    SELECT account, region, 'aliases', count(*) FROM aliases GROUP BY account, region;

CREATE TRIGGER keys_counted_in AFTER INSERT ON keys BEGIN
    INSERT INTO counts (account, region, what, number)
        VALUES (NEW.account, NEW.region, iif(NEW.creator IS NULL, 'keys', 'service-keys'), 1)
        ON CONFLICT (account, region, what) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER keys_counted_out AFTER DELETE ON keys BEGIN
    UPDATE counts SET number = number - 1
        WHERE account = OLD.account AND region = OLD.region
              AND what = iif(OLD.creator IS NULL, 'keys', 'service-keys');
END;

CREATE TRIGGER aliases_counted_in AFTER INSERT ON aliases BEGIN
    INSERT INTO counts (account, region, what, number) VALUES (NEW.account, NEW.region, 'aliases', 1)
        ON CONFLICT (account, region, what) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER aliases_counted_out AFTER DELETE ON aliases BEGIN
    UPDATE counts SET number = number - 1
        WHERE account = OLD.account AND region = OLD.region AND what = 'aliases';
END;
