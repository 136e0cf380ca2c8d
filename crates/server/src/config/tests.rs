use super::*;

const LEAST: &str = "[seal]\nkey_file = \"/k\"\n";

#[test]
fn the_least_settings_are_a_key_file() {
    let settings = parse(LEAST).unwrap();
    assert_eq!(settings.server.https.port(), 8443);
    assert!(settings.server.http.is_none());
}

#[test]
fn each_fault_is_named_with_its_line() {
    let cases = [
        ("[server]\nhtps = 1\n", 2, "unknown field `htps`"),
        ("[sever]\n", 1, "unknown field `sever`"),
        ("[server]\n\nhttps = \"x\"\n", 3, "invalid socket address"),
        (
            "[server]\nhttp = \"0.0.0.0:80\"\n[seal]\nkey_file = \"k\"\n",
            2,
            "loopback only",
        ),
        ("[server]\nregions = []\n", 2, "at least one"),
        ("[server]\nregions = [\"CN\"]\n", 2, "`CN` is not a region"),
        ("\n[seal]\nkind = \"tpm\"\n", 3, "`tpm` is none of \"key-file\""),
        ("\n\n[seal]\n", 3, "needed with kind"),
        (
            "[seal]\nkey_file = \"k\"\n[tls]\ncertificate = \"c\"\n",
            4,
            "go together",
        ),
        (
            "[seal]\nkey_file = \"k\"\n[tls]\nnames = [\"kms.example.com\", \"https://kms\"]\n",
            4,
            "tls.names: `https://kms` is neither a host name, such as `kms.example.com`, nor an address without a port",
        ),
        (
            "[seal]\nkey_file = \"k\"\n[limits]\nin_flight = 0\n",
            4,
            "below the least",
        ),
        (
            "[seal]\nkey_file = \"k\"\n[limits]\nhead_seconds = 0\n",
            4,
            "at least 1 second",
        ),
        (
            "[seal]\nkey_file = \"k\"\n[limits]\nbody_bytes = -1\n",
            4,
            "invalid value",
        ),
        (
            "[seal]\nkey_file = \"k\"\n[audit]\nsegment_mebibytes = 0\n",
            4,
            "1 to 4096",
        ),
        (
            "[seal]\nkey_file = \"k\"\n[audit]\ncheckpoint_minutes = 0\n",
            4,
            "1 to 1440",
        ),
        (
            "[seal]\nkey_file = \"k\"\n[audit]\ncompress = 1\n",
            4,
            "expected a boolean",
        ),
        (
            "[seal]\nkey_file = \"k\"\n[audit]\nretain_mebibytes = 2199023255552\n",
            4,
            "retain_mebibytes: must be 0 to",
        ),
        ("[server\n", 1, ""),
    ];
    for (text, line, reason) in cases {
        let fault = parse(text).unwrap_err();
        assert_eq!(fault.line, line, "{text}: {}", fault.reason);
        assert!(fault.reason.contains(reason), "{text}: {}", fault.reason);
    }
}

/// Somebody may have written the secret instead of its source.
#[test]
fn what_stands_for_a_secret_is_not_told() {
    let cases = [
        ("[seal]\npassphrase = 1234\n", 2, "`passphrase` must be a source"),
        (
            "[seal]\npassphrase = hunter2\n",
            2,
            "`passphrase` must be a source",
        ),
        ("[hsm.pkcs11]\npin = 1234\n", 2, "`pin` must be a source"),
        (
            "seal.'passphrase' = hunter2\n",
            1,
            "`passphrase` must be a source",
        ),
        (
            "[hsm]\npkcs11 = { sessions = 2, pin = 1234 }\n",
            2,
            "`pin` must be a source",
        ),
        ("[seal]\nkind = passphrase\n", 2, "string values must be quoted"),
    ];
    for (text, line, reason) in cases {
        let fault = parse(text).unwrap_err();
        assert_eq!(fault.line, line, "{text}: {}", fault.reason);
        assert!(fault.reason.contains(reason), "{text}: {}", fault.reason);
        assert!(!fault.reason.contains("1234") && !fault.reason.contains("hunter2"));
    }
}

#[test]
fn what_is_set_of_a_face_is_what_its_door_gets() {
    use claviger_dialect_huawei::Settings as Door;

    assert_eq!(parse(LEAST).unwrap().huawei.of_door(), Door::DEFAULT);
    let text = "[huawei]\nkeys = 7\ngrants = 8\nlist_aes_only = true\nstrict_random = true\n";
    let door = Door {
        keys: 7,
        grants: 8,
        list_aes_only: true,
        strict_random: true,
    };
    let settings = parse(&format!("{LEAST}{text}")).unwrap();
    assert_eq!(settings.huawei.of_door(), door);
}

#[test]
fn a_sink_that_cannot_be_is_named_with_its_own_line() {
    let sink = |name: &str, more: &str| {
        format!(
            "[[audit.sink]] # {name}\nname = \"{name}\"\nkind = \"webhook\"\nurl = \"https://{name}.example.com/a\"\n{more}\n"
        )
    };
    let good = sink("one", "");
    let cases = [
        (
            sink("two", "shape = \"syslog\""),
            13,
            "`syslog` is none of `claviger`, `actiontrail`, `cts`",
        ),
        (sink("one", ""), 10, "another sink has it"),
        (sink("two", "batch_records = 0"), 13, "1 to 10000"),
        (sink("two", "tls = false"), 13, "is for syslog"),
        (sink("two", "colour = 1"), 13, "unknown field `colour`"),
        (
            "[[audit.sink]]\nkind = \"post\"\n".to_owned(),
            10,
            "unknown variant `post`",
        ),
    ];
    for (bad, line, reason) in cases {
        let text = format!("{LEAST}{good}\n{bad}");
        let fault = parse(&text).unwrap_err();
        assert_eq!(fault.line, line, "{text}{}", fault.reason);
        assert!(fault.reason.contains(reason), "{text}{}", fault.reason);
    }
}

#[test]
fn what_is_set_of_the_log_is_what_is_kept() {
    let keeping = parse(LEAST).unwrap().audit.keeping();
    assert_eq!(keeping, claviger_audit::KeepingOptions::default());
    let text = format!(
        "{LEAST}[audit]\ncheckpoint_minutes = 7\ncompress = false\nretain_days = 90\nretain_mebibytes = 3\n"
    );
    let keeping = parse(&text).unwrap().audit.keeping();
    assert_eq!(keeping.checkpoint_every.as_mins(), 7);
    assert!(!keeping.compress);
    assert_eq!(keeping.retain_days, 90);
    assert_eq!(keeping.retain_bytes, 3 << 20);
}

#[test]
fn seals_and_hsms_that_cannot_be_are_named_with_their_line() {
    let cases = [
        (
            "[hsm]\nkind = \"manged\"",
            4,
            "hsm.kind: `manged` is none of \"managed\", \"connect\", ",
        ),
        (
            "[hsm]\nregions = [\"eu-1\"]",
            4,
            "hsm.regions: `eu-1` is not among server.regions",
        ),
        ("[hsm]\nsockets = \"s\"", 4, "unknown field `sockets`"),
        ("[hsm]\nkind = \"pkcs11\"", 4, "needs a section [hsm.pkcs11]"),
        (
            "[hsm.pkcs11]\nmodule = \"m.so\"",
            4,
            "is for hsm.kind = \"pkcs11\", which is \"managed\"",
        ),
        (
            "[hsm]\nkind = \"pkcs11\"\n[hsm.pkcs11]\ntokens = [\"a\"]",
            5,
            "hsm.pkcs11.module: needed",
        ),
        (
            "[hsm]\nkind = \"pkcs11\"\n[hsm.pkcs11]\nmodule = \"m.so\"",
            5,
            "hsm.pkcs11.tokens: needed",
        ),
        (
            "[hsm]\nkind = \"pkcs11\"\n[hsm.pkcs11]\nmodule = \"m.so\"\ntokens = [\"a\"]\nsessions = 65",
            8,
            "hsm.pkcs11.sessions: must be 1 to 64",
        ),
        (
            "[hsm.seal]\nkind = \"key-file\"",
            3,
            "hsm.seal.key_file: needed with kind = \"key-file\"",
        ),
        (
            "[hsm.seal]\n\nkind = \"passphrase\"",
            3,
            "hsm.seal.passphrase: the server starts the HSM without",
        ),
        (
            "[hsm]\nkind = \"none\"\n[hsm.seal]\nkind = \"passphrase\"",
            6,
            "is for the managed HSM, and hsm.kind is \"none\"",
        ),
        (
            "[hsm.seal]\nkind = \"tpm2\"\npcrs = [7, 24]",
            5,
            "hsm.seal.pcrs: `24` is not 0 to 23",
        ),
        (
            "[hsm.seal]\nkind = \"pkcs11\"\nmodule = \"m.so\"",
            3,
            "hsm.seal.token: needed with kind",
        ),
    ];
    for (more, line, reason) in cases {
        let text = format!("{LEAST}{more}\n");
        let fault = parse(&text).unwrap_err();
        assert_eq!(fault.line, line, "{text}: {}", fault.reason);
        assert!(fault.reason.contains(reason), "{text}: {}", fault.reason);
    }
    let long = format!("{LEAST}[hsm]\nsocket = \"/{}\"\n", "s".repeat(100));
    let fault = parse(&long).unwrap_err();
    assert_eq!(
        (fault.line, fault.reason.as_str()),
        (
            4,
            "hsm.socket: the path has 101 bytes; a socket can have 100 at most"
        )
    );
}

#[test]
fn the_settings_of_an_hsm_alone_need_no_seal_of_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hsm.toml");
    let text = "[hsm]\nkind = \"connect\"\nclient = \"claviger\"\nsocket = \"s\"\n[hsm.seal]\nkind = \"passphrase\"\n";
    std::fs::write(&file, text).unwrap();
    let settings = read_for_hsm(&file).unwrap();
    assert_eq!(settings.hsm.socket, Some(folder.path().join("s")));
    assert!(
        read(&file)
            .unwrap_err()
            .to_string()
            .contains("seal.key_file: needed")
    );
    std::fs::write(&file, "[hsm]\n").unwrap();
    assert!(
        read_for_hsm(&file)
            .unwrap_err()
            .to_string()
            .contains("seal.key_file: needed")
    );
}

#[test]
fn rates_that_make_no_sense_are_named_with_their_line() {
    let cases = [
        ("user_crypto = 0", "rates.user_crypto: `0` is not 1 to 1000000"),
        (
            "account_read = 1000001",
            "rates.account_read: `1000001` is not 1 to",
        ),
        ("account_manage = -1", "invalid value: integer `-1`"),
        (
            "user_identity = 5000000000",
            "invalid value: integer `5000000000`",
        ),
        ("user_read = 0.5", "invalid type: floating point `0.5`"),
        ("user_manage = \"many\"", "invalid type: string \"many\""),
        ("burst_seconds = 0", "rates.burst_seconds: `0` is not 1 to 3600"),
        ("burst_seconds = 3601", "rates.burst_seconds: `3601` is not 1 to"),
        ("role_crypto = 1", "unknown field `role_crypto`"),
    ];
    for (setting, reason) in cases {
        let text = format!("{LEAST}[rates]\naccount_crypto = 1\n{setting}\n");
        let fault = parse(&text).unwrap_err();
        assert_eq!(fault.line, 5, "{setting}: {}", fault.reason);
        assert!(fault.reason.contains(reason), "{setting}: {}", fault.reason);
    }
}

#[test]
fn rates_reach_the_service_as_they_are_set() {
    assert_eq!(parse(LEAST).unwrap().rates(), claviger_service::Rates::NONE);
    let names = [
        "account_crypto",
        "account_manage",
        "account_read",
        "account_identity",
        "user_crypto",
        "user_manage",
        "user_read",
        "user_identity",
        "burst_seconds",
    ];
    let lines: Vec<_> = (1..)
        .zip(names)
        .map(|(number, name)| format!("{name} = {number}"))
        .collect();
    let text = format!("{LEAST}[rates]\n{}\n", lines.join("\n"));
    let rates = parse(&text).unwrap().rates();
    let four = |of: claviger_service::CallRates| [of.crypto, of.manage, of.read, of.identity];
    let numbers = four(rates.account).into_iter().chain(four(rates.user));
    let numbers: Vec<_> = numbers.map(|rate| rate.unwrap().get()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(rates.burst_seconds.get(), 9);
}

#[test]
fn relative_paths_are_taken_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("claviger.toml");
    let sink = "[[audit.sink]]\nname = \"s\"\nkind = \"syslog\"\naddress = \"h:1\"\nca = \"ca.pem\"\n";
    let tokens = "[hsm]\nkind = \"pkcs11\"\n[hsm.pkcs11]\nmodule = \"m.so\"\ntokens = [\"t\"]\npin = \"file:hsm.pin\"\n";
    let seal = "[seal]\nkey_file = \"/abs/k\"\npassphrase = \"file:pass\"\npin = \"file:/abs/pin\"\n";
    let text = format!("[server]\ndata = \"d\"\n{seal}{tokens}{sink}");
    std::fs::write(&file, text).unwrap();
    let settings = read(&file).unwrap();
    assert_eq!(settings.server.data, folder.path().join("d"));
    assert_eq!(settings.seal.key_file.unwrap(), Path::new("/abs/k"));
    let source = |name: &str| format!("file:{}", folder.path().join(name).display());
    assert_eq!(settings.seal.passphrase, source("pass"));
    assert_eq!(settings.seal.pin, "file:/abs/pin");
    let tokens = settings.hsm.pkcs11.unwrap();
    assert_eq!(
        (tokens.module, tokens.pin),
        (Some(folder.path().join("m.so")), source("hsm.pin"))
    );
    assert_eq!(settings.audit.sink[0].ca, Some(folder.path().join("ca.pem")));
    let missing = read(&folder.path().join("none.toml")).unwrap_err();
    assert_eq!(missing.exit_code(), 2);
}

/// What `docs/hsm.md` has an HSM make is where `docs/claviger-hsm.service` lets it write.
#[test]
fn the_unit_of_the_hsm_lets_it_write_what_its_settings_name() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let unit = std::fs::read_to_string(docs.join("claviger-hsm.service")).unwrap();
    let words = |name: &str| {
        let lines = unit.lines().filter_map(|line| line.strip_prefix(name));
        lines.flat_map(str::split_whitespace).collect::<Vec<_>>()
    };
    let mut writable: Vec<_> = words("ReadWritePaths=").into_iter().map(PathBuf::from).collect();
    let run = Path::new("/run");
    writable.extend(words("RuntimeDirectory=").into_iter().map(|name| run.join(name)));

    let page = std::fs::read_to_string(docs.join("hsm.md")).unwrap();
    let mut blocks = page
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next());
    let own = blocks.find(|block| block.contains("client = ")).unwrap();
    let settings = parse_for(own, Settings::check_hsm).unwrap();
    let seal = settings.hsm.seal.unwrap();
    for path in [
        settings.server.data,
        settings.hsm.socket.unwrap(),
        seal.key_file.unwrap(),
    ] {
        let inside = |folder: &PathBuf| path.starts_with(folder);
        assert!(
            writable.iter().any(inside),
            "{} is not in {writable:?}",
            path.display()
        );
    }
}

#[test]
fn the_written_reference_is_the_one_of_the_code() {
    let written = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/settings.md");
    let written = std::fs::read_to_string(written).unwrap();
    assert_eq!(
        written,
        reference(),
        "run `cargo run -- settings > docs/settings.md`"
    );
}
