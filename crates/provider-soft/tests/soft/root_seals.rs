//! Root key files with several seals, each of which opens the file alone.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use claviger_crypto::SystemRng;
use claviger_provider_soft::{
    DeviceError, OpenError, RootKeys, Sealer, SealerError, SealerKind, SealingDevice, Share, ShareCounts,
};
use claviger_secret::SecretBytes;
use serde_json::{Value, json};

use crate::fixtures::{NOW, file, fixture, golden, key_file, passphrase, provider_of, provider_with, text};
use crate::root_keys::same;

/// A device that adds a number to each byte, and can be switched off.
#[derive(Clone)]
pub(crate) struct Device {
    pub(crate) kind: &'static str,
    pub(crate) secret: u8,
    pub(crate) away: Arc<AtomicBool>,
}

impl Device {
    pub(crate) fn new(secret: u8) -> Self {
        Self {
            kind: "tpm2",
            secret,
            away: Arc::default(),
        }
    }

    pub(crate) fn sealer(&self) -> Sealer {
        Sealer::device(Box::new(self.clone()))
    }

    fn reach(&self) -> Result<(), DeviceError> {
        if self.away.load(Ordering::Relaxed) {
            return Err(DeviceError::Unavailable("it is switched off".to_owned()));
        }
        Ok(())
    }
}

impl SealingDevice for Device {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn wrap(&self, key: &[u8; 32]) -> Result<Vec<u8>, DeviceError> {
        self.reach()?;
        let mut wrapped = vec![self.secret];
        wrapped.extend(key.iter().map(|byte| byte.wrapping_add(self.secret)));
        Ok(wrapped)
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<SecretBytes, DeviceError> {
        self.reach()?;
        match wrapped.split_first() {
            Some((secret, body)) if *secret == self.secret => {
                let key: Vec<_> = body.iter().map(|byte| byte.wrapping_sub(self.secret)).collect();
                Ok(key.into())
            }
            _ => Err(DeviceError::Refused("another device made it".to_owned())),
        }
    }
}

pub(crate) fn golden_shares() -> Vec<Share> {
    let lines = fs::read_to_string(fixture("root-shares.txt")).unwrap();
    lines
        .lines()
        .map(|line| Share::parse(&SecretBytes::copied(line.as_bytes())).unwrap())
        .collect()
}

fn golden_passphrase() -> Sealer {
    passphrase(&text(&golden(), "/passphrase"))
}

fn golden_recovery() -> Sealer {
    Sealer::recovery(&golden_shares()[1..]).unwrap()
}

fn open_text(content: &[u8], sealer: &Sealer) -> Result<RootKeys, OpenError> {
    let folder = tempfile::tempdir().unwrap();
    RootKeys::open(&file(&folder, "root.json", content, 0o600), sealer)
}

#[test]
fn each_seal_of_the_golden_file_opens_it_alone() {
    for sealer in [key_file(), golden_passphrase(), golden_recovery()] {
        let roots = RootKeys::open(&fixture("root-seals.json"), &sealer).unwrap();
        assert_eq!(roots.versions(), [1, 2], "{sealer:?}");
        assert!(roots.damage().is_empty(), "{sealer:?}");
        // The same root key as in the files of the first format.
        let material = crate::fixtures::hex(&golden(), "/cell/sealed");
        let provider = provider_with(roots);
        let cell = claviger_provider::Cell {
            table: "access_key",
            column: "secret",
            row: "LTAI5tFixture",
        };
        let opened = claviger_provider::Keeper::open(&provider, &cell, &material).unwrap();
        assert_eq!(opened.expose(), text(&golden(), "/cell/secret").as_bytes());
    }
    let _ = provider_of("root-key-file.json");
}

#[test]
fn seals_are_listed_without_a_secret() {
    let seals = RootKeys::seals(&fixture("root-seals.json")).unwrap();
    let listed: Vec<_> = seals
        .iter()
        .map(|seal| (seal.id.as_str(), seal.kind, seal.created.as_str()))
        .collect();
    assert_eq!(
        listed,
        [
            ("0a0a0a0a", SealerKind::KeyFile, "2026-11-21T08:00:00Z"),
            ("0b0b0b0b", SealerKind::Passphrase, "2026-11-21T08:00:00Z"),
            ("0c0c0c0c", SealerKind::Device("tpm2"), "2026-11-22T08:00:00Z"),
            ("0d0d0d0d", SealerKind::Recovery, "2026-11-22T08:00:00Z"),
        ]
    );
    let shares = seals.iter().map(|seal| seal.recovery);
    let counts = ShareCounts {
        threshold: 2,
        shares: 3,
    };
    assert!(shares.eq([None, None, None, Some(counts)]));
    let old = RootKeys::seals(&fixture("root-passphrase.json")).unwrap();
    assert_eq!((old[0].id.as_str(), old[0].kind), ("1", SealerKind::Passphrase));
}

#[test]
fn many_sealers_from_the_first_day() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.json");
    let device = Device::new(7);
    let (recovery, shares) = Sealer::new_recovery(2, 3, &SystemRng).unwrap();
    let first = golden_passphrase();
    let sealers = [&device.sealer(), &recovery, &first, &passphrase("another one")];
    let created = RootKeys::create_with(&path, &sealers, &SystemRng, NOW).unwrap();
    assert_eq!(created.versions(), [1]);
    let ways = [
        device.sealer(),
        Sealer::recovery(&shares[..2]).unwrap(),
        golden_passphrase(),
        passphrase("another one"),
    ];
    for way in ways {
        let roots = RootKeys::open(&path, &way).unwrap();
        assert!(roots.damage().is_empty());
        assert!(same(RootKeys::open(&path, &first).unwrap(), roots), "{way:?}");
    }
    let kinds = RootKeys::seals(&path).unwrap().into_iter().map(|seal| seal.kind);
    assert!(kinds.eq([
        SealerKind::Device("tpm2"),
        SealerKind::Recovery,
        SealerKind::Passphrase,
        SealerKind::Passphrase,
    ]));
}

#[test]
fn a_root_key_needs_a_sealer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.json");
    let error = RootKeys::create_with(&path, &[], &SystemRng, NOW).unwrap_err();
    assert_eq!(error.to_string(), "a root key needs a sealer");
    assert!(!path.exists());
}

#[test]
fn each_wrong_sealer_has_its_own_error() {
    let path = fixture("root-seals.json");
    let error = |sealer: &Sealer| RootKeys::open(&path, sealer).unwrap_err();
    let wrong = error(&passphrase("not the one"));
    assert!(matches!(wrong, OpenError::WrongSeal { .. }), "{wrong:?}");

    let (_, shares) = Sealer::new_recovery(2, 2, &SystemRng).unwrap();
    let other_set = error(&Sealer::recovery(&shares).unwrap()).to_string();
    assert!(other_set.starts_with(&format!("the shares are of the set `{}`", shares[0].set())));
    assert!(
        other_set.ends_with("is sealed for the set `0d0d0d0d`"),
        "{other_set}"
    );

    let mut token = Device::new(7);
    token.kind = "pkcs11";
    let kinds = error(&token.sealer()).to_string();
    let expected = "is sealed by a key file, a passphrase, a TPM and a recovery key, not by a PKCS#11 token";
    assert!(kinds.ends_with(expected), "{kinds}");

    let (dealt, _) = Sealer::new_recovery(2, 2, &SystemRng).unwrap();
    assert!(matches!(error(&dealt), OpenError::OtherShares { .. }));
    let shares_of_none = RootKeys::open(&fixture("root-key-file.json"), &golden_recovery()).unwrap_err();
    assert!(
        matches!(shares_of_none, OpenError::OtherSealer { .. }),
        "{shares_of_none:?}"
    );
}

#[test]
fn a_device_that_is_away_and_one_that_refuses_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.json");
    let (mine, other) = (Device::new(7), Device::new(8));
    RootKeys::create(&path, &mine.sealer(), &SystemRng, NOW).unwrap();
    RootKeys::open(&path, &mine.sealer()).unwrap();
    let refused = RootKeys::open(&path, &other.sealer()).unwrap_err();
    let expected = "the sealing device refused: another device made it";
    assert_eq!(refused.to_string(), expected);
    mine.away.store(true, Ordering::Relaxed);
    let away = RootKeys::open(&path, &mine.sealer()).unwrap_err();
    assert!(
        matches!(
            away,
            OpenError::Sealer(SealerError::Device(DeviceError::Unavailable(_)))
        ),
        "{away:?}"
    );
    let new = RootKeys::create(&folder.path().join("new.json"), &mine.sealer(), &SystemRng, NOW);
    assert_eq!(
        new.unwrap_err().to_string(),
        "the sealing device cannot be reached: it is switched off"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Two machines of one file: each opens it by its own TPM.
#[test]
fn among_seals_of_one_kind_the_one_that_fits_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.json");
    let devices = [Device::new(7), Device::new(8), Device::new(9)];
    let sealers = devices.each_ref().map(Device::sealer);
    let sealers = sealers.each_ref();
    RootKeys::create_with(&path, &sealers, &SystemRng, NOW).unwrap();
    for (device, info) in devices.iter().zip(RootKeys::seals(&path).unwrap()) {
        let report = RootKeys::drill(&path, &device.sealer()).unwrap();
        assert_eq!(report.seal, info);
    }
}

#[test]
fn a_device_of_an_unknown_kind_seals_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut device = Device::new(7);
    device.kind = "abacus";
    let error = RootKeys::create(
        &folder.path().join("root.json"),
        &device.sealer(),
        &SystemRng,
        NOW,
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "there are no seals by a device of the kind `abacus`"
    );
}

#[test]
fn shares_seal_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let error = RootKeys::create(
        &folder.path().join("root.json"),
        &golden_recovery(),
        &SystemRng,
        NOW,
    )
    .unwrap_err();
    let expected = "shares open a root key and do not seal one: make a new set of shares";
    assert_eq!(error.to_string(), expected);
}

/// The drill uses one seal: with the others cut to pieces it still opens, and says so.
#[test]
fn a_drill_proves_one_way_without_the_others() {
    let report = RootKeys::drill(&fixture("root-seals.json"), &golden_recovery()).unwrap();
    assert_eq!(report.seal.id, "0d0d0d0d");
    assert_eq!(report.versions, [1, 2]);
    assert_eq!(report.damage, [""; 0]);

    let mut json: Value = serde_json::from_slice(&fs::read(fixture("root-seals.json")).unwrap()).unwrap();
    for at in 0..3 {
        json["seals"][at]["sealing_key"] = json!("");
        json["seals"][at]["renewal"] = json!("");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "root.json", &serde_json::to_vec(&json).unwrap(), 0o600);
    let report = RootKeys::drill(&path, &golden_recovery()).unwrap();
    assert_eq!(report.versions, [1, 2]);
    assert_eq!(
        report.damage,
        [
            "the seal `0a0a0a0a` (key file)",
            "the seal `0b0b0b0b` (passphrase)",
            "the seal `0c0c0c0c` (TPM)"
        ]
    );
    // The old format has one way only.
    let report = RootKeys::drill(&fixture("root-two-versions.json"), &key_file()).unwrap();
    assert_eq!((report.seal.id.as_str(), report.versions), ("1", vec![1, 2]));
}

#[test]
fn each_damaged_field_has_a_clear_error() {
    let closed = "does not open the root key";
    let cases = [
        ("/format", json!(3), "has format 3"),
        ("/format", json!(1), "is not a root key file"),
        ("/versions", json!([]), "`versions` is not valid"),
        ("/versions/0/version", json!(2), "`versions` is not valid"),
        ("/versions/0/version", json!(0), closed),
        ("/versions/0/created", json!("now"), "`created` is not valid"),
        (
            "/versions/1/created",
            json!("2026-11-22T08:00:01Z"),
            "`versions` is not valid",
        ),
        ("/versions/1/link", json!("?"), "`link` is not valid"),
        ("/seals", json!([]), "`seals` is not valid"),
        ("/seals/0/id", json!("0b0b0b0b"), "`id` is not valid"),
        ("/seals/0/id", json!(""), "`id` is not valid"),
        ("/seals/0/id", json!("with space"), "`id` is not valid"),
        ("/seals/0/id", json!("0a0a0a0b"), closed),
        ("/seals/0/kind", json!("abacus"), "`kind` is not valid"),
        ("/seals/0/kind", json!("passphrase"), "`argon2` is not valid"),
        ("/seals/0/kind", json!("recovery"), "`recovery` is not valid"),
        (
            "/seals/0/kind",
            json!("tpm2"),
            "is sealed by a TPM, a passphrase and a recovery key",
        ),
        ("/seals/0/created", json!("now"), "`created` is not valid"),
        ("/seals/0/created", json!("2026-11-22T08:00:01Z"), closed),
        ("/seals/0/sealing_key", json!("?"), "`sealing_key` is not valid"),
        ("/seals/0/sealing_key", json!("AAAA"), closed),
        ("/seals/0/renewal", json!("?"), "`renewal` is not valid"),
        ("/seals/0/renewal", json!("AAAA"), "`renewal` is not valid"),
        ("/seals/0/sealed", json!([]), "`sealed` is not valid"),
        ("/seals/0/sealed/0", json!("?"), "`sealed` is not valid"),
        ("/seals/0/sealed/0", json!("AAAA"), closed),
        ("/seals/0/sealed/1", json!("AAAA"), "`versions` is not valid"),
        ("/seals/1/argon2/lanes", json!(0), "`argon2` is not valid"),
        (
            "/seals/3/recovery/public_key",
            json!("AAAA"),
            "`public_key` is not valid",
        ),
        ("/seals/3/recovery/threshold", json!(1), "`recovery` is not valid"),
        ("/seals/3/recovery/threshold", json!(4), "`recovery` is not valid"),
    ];
    for (pointer, value, expected) in cases {
        let mut json: Value = serde_json::from_slice(&fs::read(fixture("root-seals.json")).unwrap()).unwrap();
        *json.pointer_mut(pointer).unwrap() = value.clone();
        let error = open_text(&serde_json::to_vec(&json).unwrap(), &key_file()).unwrap_err();
        let error = error.to_string();
        assert!(error.contains(expected), "{pointer} = {value}: {error}");
        assert!(error.contains("root.json"), "{pointer} = {value}: {error}");
    }
}

/// No bit of the file is without meaning: whichever seal opens it, a change anywhere is an error or is named.
#[test]
fn no_changed_bit_goes_unseen() {
    let whole = fs::read(fixture("root-seals.json")).unwrap();
    // Every byte loses another bit; the slower way takes every ninth.
    for (sealer, step) in [(key_file(), 1), (golden_recovery(), 9)] {
        for at in (0..whole.len()).step_by(step) {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            let unseen = open_text(&changed, &sealer).is_ok_and(|roots| roots.damage().is_empty());
            assert!(!unseen, "{sealer:?}: bit {} of byte {at} flipped", at % 8);
        }
        for length in (0..whole.len() - 1).step_by(61) {
            assert!(
                open_text(&whole[..length], &sealer).is_err(),
                "cut to {length} bytes"
            );
        }
    }
}

/// Whoever may write the file but has no secret cannot take versions away.
#[test]
fn a_version_cannot_be_dropped_unseen() {
    let mut json: Value = serde_json::from_slice(&fs::read(fixture("root-seals.json")).unwrap()).unwrap();
    json["versions"].as_array_mut().unwrap().pop();
    for seal in json["seals"].as_array_mut().unwrap() {
        seal["sealed"].as_array_mut().unwrap().pop();
    }
    let error = open_text(&serde_json::to_vec(&json).unwrap(), &key_file()).unwrap_err();
    assert!(error.to_string().contains("`renewal` is not valid"), "{error}");
}
