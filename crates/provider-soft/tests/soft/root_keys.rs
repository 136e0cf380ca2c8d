//! Root key files.

use std::error::Error;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Barrier;
use std::thread;

use claviger_crypto::SystemRng;
use claviger_provider::{Cell, Keeper};
use claviger_provider_soft::{CreateError, OpenError, RootKeys, Sealer};
use claviger_secret::SecretBytes;
use serde_json::{Value, json};

use crate::fixtures::{FailingRng, NOW, file, fixture, golden, key_file, passphrase, provider_with, text};

pub(crate) const CELL: Cell<'static> = Cell {
    table: "access_key",
    column: "secret",
    row: "LTAI5t",
};

fn golden_passphrase() -> Sealer {
    passphrase(&text(&golden(), "/passphrase"))
}

/// Opens a file with that content.
fn open(content: &[u8], sealer: &Sealer) -> Result<RootKeys, OpenError> {
    let folder = tempfile::tempdir().unwrap();
    RootKeys::open(&file(&folder, "root.json", content, 0o600), sealer)
}

/// Opens a fixture with the value at a JSON pointer replaced.
fn open_changed(name: &str, pointer: &str, value: Value) -> Result<RootKeys, OpenError> {
    let mut json: Value = serde_json::from_slice(&fs::read(fixture(name)).unwrap()).unwrap();
    *json.pointer_mut(pointer).unwrap() = value;
    let sealer = if name == "root-passphrase.json" {
        golden_passphrase()
    } else {
        key_file()
    };
    open(&serde_json::to_vec(&json).unwrap(), &sealer)
}

/// Whether two sets of root keys are the same: one opens what the other sealed.
pub(crate) fn same(left: RootKeys, right: RootKeys) -> bool {
    let sealed = provider_with(left)
        .seal(&CELL, &SecretBytes::copied(b"secret"))
        .unwrap();
    provider_with(right).open(&CELL, &sealed).is_ok()
}

#[test]
fn what_was_created_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("root.json"), folder.path().join("other.json"));
    let created = RootKeys::create(&path, &key_file(), &SystemRng, NOW).unwrap();
    assert!(same(created, RootKeys::open(&path, &key_file()).unwrap()));

    let created = RootKeys::create(&other, &key_file(), &SystemRng, NOW).unwrap();
    assert!(!same(created, RootKeys::open(&path, &key_file()).unwrap()));
}

#[test]
fn a_passphrase_is_stretched_as_recommended_and_only_itself_opens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.json");
    let created = RootKeys::create(&path, &passphrase("a long passphrase"), &SystemRng, NOW).unwrap();
    let json: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let parameters = ["memory_kib", "passes", "lanes"].map(|name| json["seals"][0]["argon2"][name].as_u64());
    assert_eq!(parameters, [Some(65536), Some(3), Some(4)]);
    assert!(same(
        created,
        RootKeys::open(&path, &passphrase("a long passphrase")).unwrap()
    ));

    let error = RootKeys::open(&path, &passphrase("a long passphrasE")).unwrap_err();
    assert!(matches!(error, OpenError::WrongSeal { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .starts_with("the passphrase does not open the root key"),
        "{error}"
    );
}

#[test]
fn every_new_file_has_its_own_salt_and_nonce() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = ["one.json", "two.json"].map(|name| {
        let path = folder.path().join(name);
        RootKeys::create(&path, &passphrase("a long passphrase"), &SystemRng, NOW).unwrap();
        let json: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        (
            text(&json, "/seals/0/argon2/salt"),
            text(&json, "/seals/0/sealed/0")[..16].to_owned(),
        )
    });
    assert_ne!(sealed[0].0, sealed[1].0);
    assert_ne!(sealed[0].1, sealed[1].1);
}

#[test]
fn the_file_is_its_owners_alone_and_nothing_is_left_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.json");
    RootKeys::create(&path, &key_file(), &SystemRng, NOW).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let json: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(text(&json, "/versions/0/created"), "1970-01-01T00:00:00Z");
}

#[test]
fn a_file_that_exists_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "root.json", b"precious", 0o600);
    let error = RootKeys::create(&path, &key_file(), &SystemRng, NOW).unwrap_err();
    assert_eq!(error.to_string(), format!("`{}` exists already", path.display()));
    assert!(matches!(error, CreateError::Exists { .. }));
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Two root keys of which one is on disk would lose what the other wrapped.
#[test]
fn of_many_creators_at_once_one_wins_and_its_key_is_the_one_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.json");
    let start = Barrier::new(8);
    let create = || {
        let sealer = key_file();
        start.wait();
        RootKeys::create(&path, &sealer, &SystemRng, NOW)
    };
    let mut outcomes: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(create)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let winner = outcomes.iter().position(Result::is_ok).unwrap();
    let winner = outcomes.swap_remove(winner).unwrap();
    for outcome in outcomes {
        assert!(matches!(outcome, Err(CreateError::Exists { .. })), "{outcome:?}");
    }
    assert!(same(winner, RootKeys::open(&path, &key_file()).unwrap()));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_missing_folder_is_named() {
    let path = "/nowhere/root.json".as_ref();
    let error = RootKeys::create(path, &key_file(), &SystemRng, NOW).unwrap_err();
    assert_eq!(error.to_string(), "cannot write `/nowhere/root.json`");
    assert!(error.source().unwrap().to_string().contains("No such file"));
    let error = RootKeys::open(path, &key_file()).unwrap_err();
    assert_eq!(error.to_string(), "cannot read `/nowhere/root.json`");
    assert!(error.source().unwrap().to_string().contains("No such file"));
}

#[test]
fn without_randomness_there_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    for draws in 0..7 {
        let path = folder.path().join("root.json");
        let error = RootKeys::create(&path, &key_file(), &FailingRng::after(draws), NOW).unwrap_err();
        assert!(matches!(error, CreateError::Random(_)), "{error:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_golden_files_open() {
    let by_key_file = RootKeys::open(&fixture("root-key-file.json"), &key_file()).unwrap();
    let by_passphrase = RootKeys::open(&fixture("root-passphrase.json"), &golden_passphrase()).unwrap();
    assert!(same(by_key_file, by_passphrase));
    RootKeys::open(&fixture("root-two-versions.json"), &key_file()).unwrap();
}

#[test]
fn a_sealer_of_another_kind_is_told_apart() {
    let error = RootKeys::open(&fixture("root-passphrase.json"), &key_file()).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("is sealed by a passphrase, not by a key file"),
        "{error}"
    );
    let error = RootKeys::open(&fixture("root-key-file.json"), &golden_passphrase()).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("is sealed by a key file, not by a passphrase"),
        "{error}"
    );
}

#[test]
fn another_key_file_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let other = Sealer::key_file(&file(&folder, "key", &[7; 32], 0o600)).unwrap();
    let error = RootKeys::open(&fixture("root-key-file.json"), &other).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the key file does not open the root key"),
        "{error}"
    );
}

/// What an operator reads when one field of a file has another value: field, value, and what the error says.
type Cases<'a> = [(&'a str, Value, &'a str)];

fn check_damage(name: &str, cases: &Cases<'_>) {
    for (pointer, value, expected) in cases {
        let case = format!("{name} {pointer} = {value}");
        let error = open_changed(name, pointer, value.clone())
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{case}: {error}");
        assert!(error.contains("root.json"), "{case}: {error}");
    }
}

#[test]
fn each_damaged_field_has_a_clear_error() {
    let (closed, other) = (
        "the key file does not open the root key",
        json!("2026-11-21T08:00:01Z"),
    );
    let later = "has format 3, which this version of the program does not know";
    let cases = [
        ("/format", json!(3), later),
        ("/format", json!(2), "is not a root key file"),
        ("/format", json!("1"), "is not a root key file"),
        ("/sealer", json!("tpm"), "`sealer` is not valid"),
        ("/sealer", json!("passphrase"), "`argon2` is not valid"),
        ("/versions", json!([]), "`versions` is not valid"),
        ("/versions", json!({}), "is not a root key file"),
        ("/versions/0/version", json!(2), closed),
        ("/versions/0/version", json!(-1), "is not a root key file"),
        (
            "/versions/0/created",
            json!("yesterday"),
            "`created` is not valid",
        ),
        ("/versions/0/created", other, closed),
        ("/versions/0/sealed", json!("?"), "`sealed` is not valid"),
        ("/versions/0/sealed", json!(""), closed),
    ];
    check_damage("root-key-file.json", &cases);
}

#[test]
fn damage_to_one_of_two_versions_has_a_clear_error() {
    let cases = [
        ("/versions/1/version", json!(1), "`versions` is not valid"),
        ("/versions/0/version", json!(3), "`versions` is not valid"),
        ("/versions/1/version", json!(3), "`versions` is not valid"),
        ("/versions/1/sealed", json!("AAAA"), "`versions` is not valid"),
    ];
    check_damage("root-two-versions.json", &cases);
}

#[test]
fn damaged_parameters_of_a_passphrase_have_a_clear_error() {
    let closed = "the passphrase does not open the root key";
    let other_salt = json!("AAAAAAAAAAAAAAAAAAAAAA==");
    let cases = [
        ("/sealer", json!("key-file"), "`argon2` is not valid"),
        ("/argon2/memory_kib", json!(0), "`argon2` is not valid"),
        ("/argon2/memory_kib", json!(u32::MAX), "`argon2` is not valid"),
        ("/argon2/memory_kib", json!(128), closed),
        ("/argon2/passes", json!(0), "`argon2` is not valid"),
        ("/argon2/passes", json!(u32::MAX), "`argon2` is not valid"),
        ("/argon2/passes", json!(1), closed),
        ("/argon2/lanes", json!(0), "`argon2` is not valid"),
        ("/argon2/lanes", json!(u32::MAX), "`argon2` is not valid"),
        ("/argon2/lanes", json!(1), closed),
        ("/argon2/salt", json!("AAAA"), "`salt` is not valid"),
        ("/argon2/salt", other_salt, closed),
    ];
    check_damage("root-passphrase.json", &cases);
}

#[test]
fn unknown_and_missing_fields_are_refused() {
    let text = fs::read_to_string(fixture("root-key-file.json")).unwrap();
    let missing = text.replace("\"sealer\": \"key-file\",", "");
    let unknown = text.replace("\"sealer\"", "\"colour\": 1, \"sealer\"");
    for (content, source) in [
        (missing, "missing field `sealer`"),
        (unknown, "unknown field `colour`"),
    ] {
        let error = open(content.as_bytes(), &key_file()).unwrap_err();
        assert!(matches!(error, OpenError::NotRootKeys { .. }), "{error:?}");
        assert!(error.source().unwrap().to_string().contains(source), "{error:?}");
    }
}

/// No bit of the file is without meaning.
#[test]
fn no_changed_bit_and_no_cut_goes_unseen() {
    for (name, sealer) in [
        ("root-two-versions.json", key_file()),
        ("root-passphrase.json", golden_passphrase()),
    ] {
        let whole = fs::read(fixture(name)).unwrap();
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut changed = whole.clone();
                changed[at] ^= 1 << bit;
                assert!(
                    open(&changed, &sealer).is_err(),
                    "{name}: bit {bit} of byte {at} flipped"
                );
            }
        }
        // The line end is all that may be missing.
        for length in 0..whole.len() - 1 {
            assert!(
                open(&whole[..length], &sealer).is_err(),
                "{name}: cut to {length} bytes"
            );
        }
    }
}

#[test]
fn debug_shows_numbers_only() {
    let roots = RootKeys::open(&fixture("root-two-versions.json"), &key_file()).unwrap();
    assert_eq!(format!("{roots:?}"), "RootKeys(newest 2, 1 older)");
}

#[test]
fn root_keys_are_held_in_the_pool_and_the_sealing_keys_are_not_kept() {
    for name in ["root-two-versions.json", "root-seals.json"] {
        let roots = RootKeys::open(&fixture(name), &key_file()).unwrap();
        assert_eq!(roots.memory().keys, 2, "{name}");
    }
}
