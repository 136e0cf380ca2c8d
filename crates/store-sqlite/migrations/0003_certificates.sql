-- `certificate` and `chain` are null while there is only the signing request; both or neither are there. `material` is a
-- slot of `materials`: key pairs of certificates end like those of keys.
CREATE TABLE certificates (
    account INTEGER NOT NULL,
    region TEXT NOT NULL,
    id BLOB NOT NULL,
    spec TEXT NOT NULL,
    protection TEXT NOT NULL,
    exportable INTEGER NOT NULL,
    subject TEXT NOT NULL,
    csr TEXT NOT NULL,
    certificate TEXT,
    chain TEXT,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    status TEXT NOT NULL,
    material INTEGER NOT NULL REFERENCES materials (slot),
    PRIMARY KEY (account, region, id)
) STRICT, WITHOUT ROWID;

-- Alternative names that were asked for, in the order of `place`, from 0.
CREATE TABLE certificate_names (
    account INTEGER NOT NULL,
    region TEXT NOT NULL,
    certificate BLOB NOT NULL,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (account, region, certificate, place),
    FOREIGN KEY (account, region, certificate) REFERENCES certificates (account, region, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE certificate_tags (
    account INTEGER NOT NULL,
    region TEXT NOT NULL,
    certificate BLOB NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account, region, certificate, name),
    FOREIGN KEY (account, region, certificate) REFERENCES certificates (account, region, id)
) STRICT, WITHOUT ROWID;

-- In `counts`, `what` is `certificates` for these.
CREATE TRIGGER certificates_counted_in AFTER INSERT ON certificates BEGIN
    INSERT INTO counts (account, region, what, number) VALUES (NEW.account, NEW.region, 'certificates', 1)
        ON CONFLICT (account, region, what) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER certificates_counted_out AFTER DELETE ON certificates BEGIN
    UPDATE counts SET number = number - 1
        WHERE account = OLD.account AND region = OLD.region AND what = 'certificates';
END;
