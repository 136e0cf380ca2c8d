//! Rotation of the root key and changes of its seals, while it is in use.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use claviger_crypto::{Rng, RngError, SystemRng};
use claviger_model::Material;
use claviger_provider::{Keeper, Provider, ProviderError, Sealed};
use claviger_provider_soft::{ChangeError, OpenError, RootKeys, SOFTWARE, Sealer, SealerKind, SoftProvider};
use claviger_secret::SecretBytes;
use tempfile::TempDir;

use crate::fixtures::{FailingRng, NOW, Place, file, fixture, golden, hex, key_file, passphrase, run, text};
use crate::root_keys::CELL;
use crate::root_seals::Device;

/// A copy of a fixture in a folder of its own.
pub(crate) fn copy(name: &str) -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "root.json", &fs::read(fixture(name)).unwrap(), 0o600);
    (folder, path)
}

pub(crate) fn provider(roots: &Arc<RootKeys>) -> SoftProvider {
    SoftProvider::new(&SOFTWARE, Arc::clone(roots), Arc::new(SystemRng), 1000)
}

pub(crate) fn open(path: &Path, sealer: &Sealer) -> Arc<RootKeys> {
    Arc::new(RootKeys::open(path, sealer).unwrap())
}

pub(crate) fn seal(provider: &SoftProvider) -> Vec<u8> {
    provider
        .seal(&CELL, &SecretBytes::copied(b"secret"))
        .unwrap()
        .into()
}

/// The root version that wrapped something.
pub(crate) fn root_of(wrapped: &[u8]) -> u32 {
    u32::from_be_bytes(wrapped[1..5].try_into().unwrap())
}

fn format_of(path: &Path) -> u64 {
    let json: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    json["format"].as_u64().unwrap()
}

#[test]
fn rotation_wraps_by_the_new_version_at_once_and_every_seal_opens_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.json");
    let device = Device::new(7);
    let (recovery, shares) = Sealer::new_recovery(2, 3, &SystemRng).unwrap();
    let sealers = [
        &device.sealer(),
        &recovery,
        &key_file(),
        &passphrase("eight letters"),
    ];
    let roots = Arc::new(RootKeys::create_with(&path, &sealers, &SystemRng, NOW).unwrap());
    let provider = provider(&roots);
    let before = seal(&provider);
    // No secret of any seal is at hand, and the device is away.
    device.away.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(roots.rotate(&path, &SystemRng, NOW).unwrap(), 2);
    assert_eq!(roots.rotate(&path, &SystemRng, NOW).unwrap(), 3);
    let after = seal(&provider);
    assert_eq!((root_of(&before), root_of(&after)), (1, 3));
    device.away.store(false, std::sync::atomic::Ordering::Relaxed);
    let ways = [
        device.sealer(),
        Sealer::recovery(&shares[1..]).unwrap(),
        key_file(),
        passphrase("eight letters"),
    ];
    for way in ways {
        let opened = open(&path, &way);
        assert_eq!(opened.versions(), [1, 2, 3]);
        assert!(opened.damage().is_empty());
        let other = self::provider(&opened);
        for sealed in [&before, &after] {
            assert_eq!(other.open(&CELL, sealed).unwrap().expose(), b"secret", "{way:?}");
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_running_server_adopts_what_another_process_added() {
    let (_folder, path) = copy("root-seals.json");
    let (server, command) = (open(&path, &key_file()), open(&path, &key_file()));
    assert_eq!(server.adopt(&path).unwrap(), 2);
    command.rotate(&path, &SystemRng, NOW).unwrap();
    let wrapped = seal(&provider(&command));
    let running = provider(&server);
    assert!(matches!(
        running.open(&CELL, &wrapped),
        Err(ProviderError::DoesNotOpen)
    ));
    assert_eq!(server.adopt(&path).unwrap(), 3);
    assert_eq!(running.open(&CELL, &wrapped).unwrap().expose(), b"secret");
    assert_eq!(root_of(&seal(&running)), 3);
    assert_eq!(server.versions(), [1, 2, 3]);
    // What was retired leaves the memory as well.
    command.retire(&path, 2, &SystemRng).unwrap();
    server.adopt(&path).unwrap();
    assert_eq!((server.versions(), server.memory().keys), (vec![1, 3], 2));
}

/// The same for a server that started on a file of the old format.
#[test]
fn a_running_server_adopts_from_the_old_format_too() {
    let (_folder, path) = copy("root-two-versions.json");
    let (server, command) = (open(&path, &key_file()), open(&path, &key_file()));
    assert_eq!(server.adopt(&path).unwrap(), 2);
    command.rotate(&path, &SystemRng, NOW).unwrap();
    assert_eq!(server.adopt(&path).unwrap(), 3);
    assert_eq!(server.versions(), command.versions());
}

#[test]
fn who_missed_a_rotation_must_open_the_file_anew() {
    let (_folder, path) = copy("root-seals.json");
    let (server, command) = (open(&path, &key_file()), open(&path, &key_file()));
    command.rotate(&path, &SystemRng, NOW).unwrap();
    command.rotate(&path, &SystemRng, NOW).unwrap();
    let error = server.adopt(&path).unwrap_err();
    assert!(matches!(error, OpenError::Unlinked { .. }), "{error:?}");
    let error = server.rotate(&path, &SystemRng, NOW).unwrap_err();
    assert!(
        matches!(error, ChangeError::Open(OpenError::Unlinked { .. })),
        "{error:?}"
    );
    assert_eq!(server.versions(), [1, 2]);
    assert_eq!(open(&path, &key_file()).versions(), [1, 2, 3, 4]);
}

#[test]
fn another_root_key_and_an_older_state_are_never_adopted() {
    let (_folder, path) = copy("root-seals.json");
    let server = open(&path, &key_file());
    let old = fs::read(&path).unwrap();
    server.rotate(&path, &SystemRng, NOW).unwrap();
    fs::write(&path, &old).unwrap();
    let refused = |error: &OpenError| matches!(error, OpenError::OtherRoot { .. });
    assert!(refused(&server.adopt(&path).unwrap_err()));
    assert_eq!(server.versions(), [1, 2, 3]);

    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one.json"), folder.path().join("other.json"));
    let roots = RootKeys::create(&one, &key_file(), &SystemRng, NOW).unwrap();
    RootKeys::create(&other, &key_file(), &SystemRng, NOW).unwrap();
    assert!(refused(&roots.adopt(&other).unwrap_err()));
    for changed in [
        roots.rotate(&other, &SystemRng, NOW).map(|_| ()),
        roots
            .add_seal(&other, &passphrase("eight letters"), &SystemRng, NOW)
            .map(|_| ()),
        roots.remove_seal(&other, "1", &SystemRng),
        roots.retire(&other, 1, &SystemRng),
        roots
            .rotate(&fixture("root-key-file.json"), &SystemRng, NOW)
            .map(|_| ()),
    ] {
        assert!(matches!(changed, Err(ChangeError::Open(error)) if refused(&error)));
    }
}

#[test]
fn the_old_format_becomes_the_new_one_at_the_next_write() {
    for (name, sealer) in [
        ("root-two-versions.json", key_file()),
        (
            "root-passphrase.json",
            passphrase(&text(&golden(), "/passphrase")),
        ),
    ] {
        let (_folder, path) = copy(name);
        let roots = open(&path, &sealer);
        assert_eq!(format_of(&path), 1);
        let info = roots
            .add_seal(&path, &Device::new(7).sealer(), &SystemRng, NOW)
            .unwrap();
        assert_eq!(info.kind, SealerKind::Device("tpm2"));
        assert_eq!(format_of(&path), 2);
        let seals = RootKeys::seals(&path).unwrap();
        assert_eq!((seals[0].id.as_str(), seals[0].kind), ("1", sealer.kind()));
        assert_eq!(seals[1], info);
        for way in [sealer, Device::new(7).sealer()] {
            let opened = open(&path, &way);
            assert_eq!(opened.versions(), roots.versions());
            let cell = hex(&golden(), "/cell/sealed");
            let place = claviger_provider::Cell {
                row: "LTAI5tFixture",
                ..CELL
            };
            let secret = provider(&opened).open(&place, &cell).unwrap();
            assert_eq!(secret.expose(), text(&golden(), "/cell/secret").as_bytes());
        }
    }
}

#[test]
fn a_sealer_is_changed_by_adding_the_new_and_removing_the_old() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.json");
    let roots = RootKeys::create(&path, &key_file(), &SystemRng, NOW).unwrap();
    let old = RootKeys::seals(&path).unwrap().remove(0);
    let last = roots.remove_seal(&path, &old.id, &SystemRng).unwrap_err();
    assert!(matches!(last, ChangeError::LastSeal { .. }), "{last:?}");
    // Shares are for the worst day: they do not count.
    let (recovery, shares) = Sealer::new_recovery(2, 2, &SystemRng).unwrap();
    let added = roots.add_seal(&path, &recovery, &SystemRng, NOW).unwrap();
    assert_eq!(added.id, shares[0].set());
    let twice = roots.add_seal(&path, &recovery, &SystemRng, NOW).unwrap_err();
    assert_eq!(
        twice.to_string(),
        format!("`{}` has the seal `{}` already", path.display(), added.id)
    );
    let last = roots.remove_seal(&path, &old.id, &SystemRng).unwrap_err();
    assert!(matches!(last, ChangeError::LastSeal { .. }), "{last:?}");

    roots
        .add_seal(&path, &passphrase("eight letters"), &SystemRng, NOW)
        .unwrap();
    roots.remove_seal(&path, &old.id, &SystemRng).unwrap();
    let error = RootKeys::open(&path, &key_file()).unwrap_err();
    assert!(matches!(error, OpenError::OtherSealer { .. }), "{error:?}");
    RootKeys::open(&path, &passphrase("eight letters")).unwrap();
    let gone = roots.remove_seal(&path, &old.id, &SystemRng).unwrap_err();
    assert_eq!(
        gone.to_string(),
        format!("`{}` has no seal `{}`", path.display(), old.id)
    );
    roots.remove_seal(&path, &added.id, &SystemRng).unwrap();
    let error = RootKeys::open(&path, &Sealer::recovery(&shares).unwrap()).unwrap_err();
    assert!(matches!(error, OpenError::OtherSealer { .. }), "{error:?}");
}

/// A broken seal is not left as the only one, and a new version is not made that it would lack.
#[test]
fn a_damaged_seal_stops_rotation_until_it_is_removed() {
    let (_folder, path) = copy("root-seals.json");
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    // Somebody put a public key of his own in the place of the real one.
    json["seals"][3]["recovery"]["public_key"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".into();
    fs::write(&path, serde_json::to_vec(&json).unwrap()).unwrap();
    let roots = open(&path, &key_file());
    assert_eq!(roots.damage(), ["the seal `0d0d0d0d` (recovery key)"]);
    let whole = fs::read(&path).unwrap();
    let error = roots.rotate(&path, &SystemRng, NOW).unwrap_err();
    assert!(
        matches!(&error, ChangeError::DamagedSeal { id, .. } if id == "0d0d0d0d"),
        "{error:?}"
    );
    let error = roots.renew(&path, &[&key_file()], &SystemRng, NOW).unwrap_err();
    assert!(matches!(error, ChangeError::DamagedSeal { .. }), "{error:?}");
    assert_eq!(fs::read(&path).unwrap(), whole);
    roots.remove_seal(&path, "0d0d0d0d", &SystemRng).unwrap();
    assert_eq!(roots.rotate(&path, &SystemRng, NOW).unwrap(), 3);
}

#[test]
fn the_first_and_the_newest_version_stay() {
    let (_folder, path) = copy("root-seals.json");
    let roots = open(&path, &key_file());
    let old = seal(&provider(&roots));
    roots.rotate(&path, &SystemRng, NOW).unwrap();
    for version in [1, 3] {
        let error = roots.retire(&path, version, &SystemRng).unwrap_err();
        assert!(matches!(error, ChangeError::VersionNeeded { .. }), "{error:?}");
    }
    let error = roots.retire(&path, 9, &SystemRng).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("`{}` has no version 9", path.display())
    );
    roots.retire(&path, 2, &SystemRng).unwrap();
    assert_eq!(roots.versions(), [1, 3]);
    let opened = open(&path, &key_file());
    assert_eq!(opened.versions(), [1, 3]);
    assert!(opened.damage().is_empty());
    assert!(provider(&opened).open(&CELL, &old).is_err());
    assert_eq!(roots.rotate(&path, &SystemRng, NOW).unwrap(), 4);
}

/// After a loss: neither the old root key nor a seal of the old file leads to the new version.
#[test]
fn nothing_old_leads_to_a_renewed_root_key() {
    let (_folder, path) = copy("root-seals.json");
    let thief = open(&path, &key_file());
    let roots = open(&path, &key_file());
    let before = RootKeys::seals(&path).unwrap();
    let shares_alone = roots.renew(&path, &[], &SystemRng, NOW).unwrap_err();
    assert_eq!(shares_alone.to_string(), "a root key needs a sealer");
    let words = passphrase("new and longer words");
    assert_eq!(roots.renew(&path, &[&words], &SystemRng, NOW).unwrap(), 3);
    assert!(matches!(thief.adopt(&path), Err(OpenError::Unlinked { .. })));
    for lost in [key_file(), passphrase(&text(&golden(), "/passphrase"))] {
        RootKeys::open(&path, &lost).unwrap_err();
    }
    // The recovery key stays, because its private half is nowhere; its sealing key is another one.
    let after = RootKeys::seals(&path).unwrap();
    assert_eq!(after.len(), 2);
    assert_eq!(after[1], before[3]);
    let recovery = Sealer::recovery(&crate::root_seals::golden_shares()).unwrap();
    for way in [words, recovery] {
        let opened = open(&path, &way);
        assert_eq!(opened.versions(), [1, 2, 3]);
        assert!(opened.damage().is_empty());
    }
    assert_eq!(roots.rotate(&path, &SystemRng, NOW).unwrap(), 4);
}

/// The ceremony that carries a root key to another machine.
#[test]
fn shares_carry_a_root_key_to_another_machine() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = here.path().join("root.json");
    let roots = Arc::new(RootKeys::create(&path, &key_file(), &SystemRng, NOW).unwrap());
    roots.rotate(&path, &SystemRng, NOW).unwrap();
    let sealed = seal(&provider(&roots));
    let (recovery, shares) = Sealer::new_recovery(2, 3, &SystemRng).unwrap();
    let added = roots.add_seal(&path, &recovery, &SystemRng, NOW).unwrap();
    let carried = there.path().join("carried.json");
    fs::copy(&path, &carried).unwrap();

    let opened = RootKeys::open(&carried, &Sealer::recovery(&shares[1..]).unwrap()).unwrap();
    let kept = there.path().join("root.json");
    opened
        .copy_to(&kept, &[&Device::new(9).sealer()], &SystemRng, NOW)
        .unwrap();
    roots.remove_seal(&path, &added.id, &SystemRng).unwrap();

    let clone = open(&kept, &Device::new(9).sealer());
    assert_eq!(clone.versions(), [1, 2]);
    assert_eq!(provider(&clone).open(&CELL, &sealed).unwrap().expose(), b"secret");
    RootKeys::open(&kept, &key_file()).unwrap_err();
    let exists = opened
        .copy_to(&kept, &[&key_file()], &SystemRng, NOW)
        .unwrap_err();
    assert!(exists.to_string().ends_with("exists already"), "{exists}");
}

/// Wherever randomness ends, the file is as it was and the root key still works.
#[test]
fn without_randomness_nothing_changes() {
    let (folder, path) = copy("root-seals.json");
    let roots = open(&path, &key_file());
    let before = fs::read(&path).unwrap();
    let fails = |draws| FailingRng::after(draws);
    for draws in 0..9 {
        let changes = [
            roots.rotate(&path, &fails(draws), NOW).map(|_| ()),
            roots
                .add_seal(&path, &key_file(), &fails(draws % 5), NOW)
                .map(|_| ()),
            roots.remove_seal(&path, "0a0a0a0a", &fails(0)),
        ];
        for change in changes {
            assert!(change.is_err(), "{draws}");
        }
        assert_eq!(fs::read(&path).unwrap(), before, "{draws}");
        assert_eq!(roots.versions(), [1, 2]);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Everything else is ready, and then the process dies before the file takes its name: what is left over is cleared.
#[test]
fn a_leftover_of_a_crash_is_cleared_by_the_next_change() {
    let (folder, path) = copy("root-seals.json");
    fs::write(
        folder.path().join(".root.json.0123456789abcdef"),
        b"{ \"format\": 2, \"ver",
    )
    .unwrap();
    let roots = open(&path, &key_file());
    roots.rotate(&path, &SystemRng, NOW).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn cells_and_material_are_wrapped_anew_by_the_newest_version_only() {
    let (_folder, path) = copy("root-seals.json");
    let roots = open(&path, &key_file());
    let provider = provider(&roots);
    let place = Place::golden();
    let material = Material(hex(&golden(), "/materials/0/material").into());
    let sealed = Sealed {
        material: &material,
        binding: place.binding(),
    };
    let renewed = run(provider.rewrap(sealed)).unwrap().unwrap();
    assert_eq!(root_of(&renewed.0), 2);
    let again = Sealed {
        material: &renewed,
        binding: place.binding(),
    };
    assert!(run(provider.rewrap(again)).unwrap().is_none());
    let elsewhere = Place::numbered(7);
    let moved = Sealed {
        material: &renewed,
        binding: elsewhere.binding(),
    };
    assert!(matches!(
        run(provider.rewrap(moved)),
        Err(ProviderError::BadMaterial)
    ));

    let cell = seal(&provider);
    assert!(provider.reseal(&CELL, &cell).unwrap().is_none());
    roots.rotate(&path, &SystemRng, NOW).unwrap();
    let resealed = provider.reseal(&CELL, &cell).unwrap().unwrap();
    assert_eq!(root_of(&resealed), 3);
    assert_eq!(provider.open(&CELL, &resealed).unwrap().expose(), b"secret");
    let other = claviger_provider::Cell { row: "other", ..CELL };
    assert!(matches!(
        provider.reseal(&other, &cell),
        Err(ProviderError::DoesNotOpen)
    ));
    let renewed = run(provider.rewrap(Sealed {
        material: &renewed,
        binding: place.binding(),
    }));
    assert_eq!(root_of(&renewed.unwrap().unwrap().0), 3);
    // Once all is wrapped anew, the old version is not needed.
    roots.retire(&path, 2, &SystemRng).unwrap();
    assert_eq!(provider.open(&CELL, &resealed).unwrap().expose(), b"secret");
    assert!(provider.open(&CELL, &cell).is_err());
}

/// A generator that gives the same bytes each time.
#[derive(Debug)]
struct Constant;

impl Rng for Constant {
    fn fill(&self, out: &mut [u8]) -> Result<(), RngError> {
        out.fill(7);
        Ok(())
    }
}

#[test]
fn names_of_seals_never_collide() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.json");
    let roots = RootKeys::create(&path, &key_file(), &Constant, NOW).unwrap();
    roots.add_seal(&path, &key_file(), &Constant, NOW).unwrap();
    let ids = RootKeys::seals(&path).unwrap().into_iter().map(|seal| seal.id);
    assert!(ids.eq(["07070707", "07070708"]));
}
