-- Who there is and who may do what. Ids of users and roles have 18 decimal digits. In `counts`, `what` is `users`,
-- `groups`, `roles` or `policies` for these, and `region` is empty.

CREATE TABLE users (
    account INTEGER NOT NULL REFERENCES accounts (id),
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    mobile_phone TEXT NOT NULL,
    email TEXT NOT NULL,
    comments TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX users_by_name ON users (account, name);

-- `number` stands for the group wherever it is meant: names change.
CREATE TABLE user_groups (
    number INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    comments TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX user_groups_by_name ON user_groups (account, name);

CREATE TABLE memberships (
    account INTEGER NOT NULL,
    user INTEGER NOT NULL,
    user_group INTEGER NOT NULL REFERENCES user_groups (number),
    joined INTEGER NOT NULL,
    PRIMARY KEY (account, user, user_group),
    FOREIGN KEY (account, user) REFERENCES users (account, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_of_group ON memberships (user_group, user);

-- `max_session` is in seconds. Not WITHOUT ROWID, here and below where a row holds a document: its length would make
-- the tree of keys deep.
CREATE TABLE roles (
    account INTEGER NOT NULL REFERENCES accounts (id),
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    trust TEXT NOT NULL,
    max_session INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    PRIMARY KEY (account, id)
) STRICT;

CREATE UNIQUE INDEX roles_by_name ON roles (account, name);

CREATE TABLE role_tags (
    account INTEGER NOT NULL,
    role INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account, role, name),
    FOREIGN KEY (account, role) REFERENCES roles (account, id)
) STRICT, WITHOUT ROWID;

-- Policies that accounts wrote. `default_version` is the number of the version that counts; `last_version` is the
-- highest that was given so far.
CREATE TABLE policies (
    account INTEGER NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    default_version INTEGER NOT NULL,
    last_version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE policy_versions (
    account INTEGER NOT NULL,
    policy TEXT NOT NULL,
    number INTEGER NOT NULL,
    document TEXT NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (account, policy, number),
    FOREIGN KEY (account, policy) REFERENCES policies (account, name)
) STRICT;

CREATE TABLE policy_tags (
    account INTEGER NOT NULL,
    policy TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account, policy, name),
    FOREIGN KEY (account, policy) REFERENCES policies (account, name)
) STRICT, WITHOUT ROWID;

-- `holder_kind` is `user`, `group` or `role`, and `holder` its id or number. `policy_kind` is `custom` for a policy of
-- the account and `system` for one that comes with the program, which has no row anywhere.
CREATE TABLE attachments (
    account INTEGER NOT NULL,
    holder_kind TEXT NOT NULL,
    holder INTEGER NOT NULL,
    policy_kind TEXT NOT NULL,
    policy TEXT NOT NULL,
    attached INTEGER NOT NULL,
    PRIMARY KEY (account, holder_kind, holder, policy_kind, policy)
) STRICT, WITHOUT ROWID;

CREATE INDEX attachments_of_policy ON attachments (account, policy_kind, policy, holder_kind, holder);

CREATE TABLE services (
    name TEXT NOT NULL PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id),
    description TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An access key is of the root of its account where `user` and `service` are null; at the most one of them is set. Its
-- secret is a slot of `materials`: secrets end like key material. Keys from before were all of roots.
ALTER TABLE access_keys RENAME TO access_keys_1;

CREATE TABLE access_keys (
    id TEXT NOT NULL PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id),
    user INTEGER,
    service TEXT REFERENCES services (name),
    secret INTEGER NOT NULL REFERENCES materials (slot),
    status TEXT NOT NULL,
    created INTEGER NOT NULL,
    last_used INTEGER,
    FOREIGN KEY (account, user) REFERENCES users (account, id)
) STRICT, WITHOUT ROWID;

INSERT INTO materials (slot, free, bytes)
    SELECT (SELECT coalesce(max(slot), 0) FROM materials) + row_number() OVER (ORDER BY id), 0,
           CAST(unhex(format('%08x', length(secret))) || secret || zeroblob(63 - (length(secret) + 3) % 64) AS BLOB)
    FROM access_keys_1 ORDER BY id;

INSERT INTO access_keys (id, account, secret, status, created)
    SELECT id, account,
           (SELECT max(slot) FROM materials) - (SELECT count(*) FROM access_keys_1) + row_number() OVER (ORDER BY id),
           status, created
    FROM access_keys_1 ORDER BY id;

DROP TABLE access_keys_1;

CREATE INDEX access_keys_of_owner ON access_keys (account, user, service, created);

CREATE INDEX access_keys_of_service ON access_keys (service) WHERE service IS NOT NULL;

CREATE TRIGGER users_counted_in AFTER INSERT ON users BEGIN
    INSERT INTO counts (account, region, what, number) VALUES (NEW.account, '', 'users', 1)
        ON CONFLICT (account, region, what) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER users_counted_out AFTER DELETE ON users BEGIN
    UPDATE counts SET number = number - 1 WHERE account = OLD.account AND region = '' AND what = 'users';
END;

CREATE TRIGGER user_groups_counted_in AFTER INSERT ON user_groups BEGIN
    INSERT INTO counts (account, region, what, number) VALUES (NEW.account, '', 'groups', 1)
        ON CONFLICT (account, region, what) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER user_groups_counted_out AFTER DELETE ON user_groups BEGIN
    UPDATE counts SET number = number - 1 WHERE account = OLD.account AND region = '' AND what = 'groups';
END;

CREATE TRIGGER roles_counted_in AFTER INSERT ON roles BEGIN
    INSERT INTO counts (account, region, what, number) VALUES (NEW.account, '', 'roles', 1)
        ON CONFLICT (account, region, what) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER roles_counted_out AFTER DELETE ON roles BEGIN
    UPDATE counts SET number = number - 1 WHERE account = OLD.account AND region = '' AND what = 'roles';
END;

CREATE TRIGGER policies_counted_in AFTER INSERT ON policies BEGIN
    INSERT INTO counts (account, region, what, number) VALUES (NEW.account, '', 'policies', 1)
        ON CONFLICT (account, region, what) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER policies_counted_out AFTER DELETE ON policies BEGIN
    UPDATE counts SET number = number - 1 WHERE account = OLD.account AND region = '' AND what = 'policies';
END;
