-- `title` is the name of the key for people, unique in its scope. `rotation_from` is in microseconds, `rotation_kept` an
-- interval in seconds. `warned` is 1 where the deletion that `due` is about was announced, otherwise 0.
ALTER TABLE keys ADD COLUMN title TEXT;
ALTER TABLE keys ADD COLUMN rotation_from INTEGER;
ALTER TABLE keys ADD COLUMN rotation_kept INTEGER;
ALTER TABLE keys ADD COLUMN warned INTEGER NOT NULL DEFAULT 0;

CREATE UNIQUE INDEX keys_by_title ON keys (account, region, title) WHERE title IS NOT NULL;

CREATE INDEX keys_by_id ON keys (id);

DROP INDEX keys_to_rotate;

CREATE INDEX keys_to_rotate ON keys (max(last_rotated, coalesce(rotation_from, last_rotated)) + rotation * 1000000)
    WHERE rotation IS NOT NULL AND state = 'enabled';

CREATE INDEX keys_to_warn ON keys (due) WHERE due IS NOT NULL AND warned = 0;

-- When it was last led to a key; null for aliases from before, which count as of their birth.
ALTER TABLE aliases ADD COLUMN updated INTEGER;

-- `grantee`, `retiring` and `issuer` are texts of parties, `actions` names of actions with spaces between them: see
-- `texts.rs`. `retiring` is null where nobody was named for that.
CREATE TABLE grants (
    id BLOB NOT NULL PRIMARY KEY,
    account INTEGER NOT NULL,
    region TEXT NOT NULL,
    key BLOB NOT NULL,
    name TEXT NOT NULL,
    grantee TEXT NOT NULL,
    retiring TEXT,
    issuer TEXT NOT NULL,
    actions TEXT NOT NULL,
    created INTEGER NOT NULL,
    FOREIGN KEY (account, region, key) REFERENCES keys (account, region, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX grants_of_key ON grants (account, region, key, created, id);

CREATE INDEX grants_by_retiring ON grants (retiring, region, created, id) WHERE retiring IS NOT NULL;

-- Ids as those of users. What is there already gets one that is drawn here.
ALTER TABLE user_groups ADD COLUMN id INTEGER NOT NULL DEFAULT 0;

UPDATE user_groups SET id = 100000000000000000 + abs(random() % 900000000000000000);

CREATE UNIQUE INDEX user_groups_by_id ON user_groups (account, id);

-- `language` is `ram` or `iam`; `title` is a name for people, empty where there is none.
ALTER TABLE policies ADD COLUMN id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE policies ADD COLUMN language TEXT NOT NULL DEFAULT 'ram';
ALTER TABLE policies ADD COLUMN title TEXT NOT NULL DEFAULT '';

UPDATE policies SET id = 100000000000000000 + abs(random() % 900000000000000000);

CREATE UNIQUE INDEX policies_by_id ON policies (account, id);

-- `extent` is empty (everywhere), `regions`, `global` or `region/` and a name. SQLite cannot change a primary key, so the
-- table is made anew; no other table refers to it.
ALTER TABLE attachments RENAME TO attachments_4;

CREATE TABLE attachments (
    account INTEGER NOT NULL,
    holder_kind TEXT NOT NULL,
    holder INTEGER NOT NULL,
    policy_kind TEXT NOT NULL,
    policy TEXT NOT NULL,
    extent TEXT NOT NULL,
    attached INTEGER NOT NULL,
    PRIMARY KEY (account, holder_kind, holder, policy_kind, policy, extent)
) STRICT, WITHOUT ROWID;

INSERT INTO attachments (account, holder_kind, holder, policy_kind, policy, extent, attached)
    SELECT account, holder_kind, holder, policy_kind, policy, '', attached FROM attachments_4
    ORDER BY account, holder_kind, holder, policy_kind, policy;

DROP TABLE attachments_4;

CREATE INDEX attachments_of_policy ON attachments (account, policy_kind, policy, holder_kind, holder);

-- `user` is 0 for the root of the account. `enabled` is 0 or 1. `password` is a slot of `materials`, null where there is
-- none: passwords end like key material. Who has no row here may come in and has no password.
CREATE TABLE logins (
    account INTEGER NOT NULL REFERENCES accounts (id),
    user INTEGER NOT NULL,
    enabled INTEGER NOT NULL,
    password INTEGER REFERENCES materials (slot),
    changed INTEGER,
    tokens_from INTEGER,
    PRIMARY KEY (account, user)
) STRICT, WITHOUT ROWID;

-- Ids of tokens that are void, until they would end by themselves.
CREATE TABLE revoked_tokens (
    id BLOB NOT NULL PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX revoked_tokens_by_end ON revoked_tokens (until);

CREATE INDEX accounts_by_name ON accounts (name, created);
