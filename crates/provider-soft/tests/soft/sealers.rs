//! Key files and passphrases.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;

use claviger_crypto::SystemRng;
use claviger_key_file::KeyFileError;
use claviger_provider_soft::{RootKeys, Sealer, SealerError, SealerKind};
use claviger_secret::SecretBytes;

use crate::fixtures::{FailingRng, NOW, file, fixture, passphrase};

#[test]
fn key_files_may_have_every_documented_form() {
    let folder = tempfile::tempdir().unwrap();
    let digits = fs::read_to_string(fixture("key-file.hex")).unwrap();
    let bare = digits.trim_end();
    let forms = [
        digits.clone().into_bytes(),
        bare.into(),
        format!("{bare}\r\n").into_bytes(),
        bare.to_uppercase().into_bytes(),
        fs::read(fixture("key-file.raw")).unwrap(),
    ];
    for (content, mode) in forms.iter().zip([0o600, 0o400, 0o700, 0o600, 0o600]) {
        let sealer = Sealer::key_file(&file(&folder, "key", content, mode)).unwrap();
        assert_eq!(sealer.kind(), SealerKind::KeyFile);
        RootKeys::open(&fixture("root-key-file.json"), &sealer).unwrap();
        fs::remove_file(folder.path().join("key")).unwrap();
    }
}

#[test]
fn key_files_with_anything_else_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let contents: [&[u8]; 11] = [
        b"",
        b"\n",
        &[1; 31],
        &[1; 33],
        &[b'a'; 63],
        &[b'a'; 65],
        &[b'a'; 66],
        &[b'a'; 10_000],
        &[b'g'; 64],
        &[0xff; 64],
        &[b"\n".as_slice(), &[b'a'; 64]].concat(),
    ];
    for content in contents {
        let path = file(&folder, "key", content, 0o600);
        let error = Sealer::key_file(&path).unwrap_err();
        assert!(
            matches!(error, SealerError::KeyFile(KeyFileError::Content { .. })),
            "{} bytes: {error:?}",
            content.len()
        );
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
}

#[test]
fn key_files_that_others_may_touch_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o777, 0o440] {
        let error = Sealer::key_file(&file(&folder, "key", &[1; 32], mode)).unwrap_err();
        assert!(
            matches!(error, SealerError::KeyFile(KeyFileError::Exposed { mode: found, .. }) if found == mode),
            "{error:?}"
        );
        assert!(error.to_string().contains(&format!("mode {mode:04o}")), "{error}");
    }
}

#[test]
fn a_missing_key_file_is_named() {
    let error = Sealer::key_file("/nowhere/key".as_ref()).unwrap_err();
    assert_eq!(error.to_string(), "cannot read the key file `/nowhere/key`");
    assert!(
        matches!(error, SealerError::KeyFile(KeyFileError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound)
    );
}

#[test]
fn a_new_key_file_is_its_owners_alone_and_opens_what_it_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let (key, root) = (folder.path().join("key"), folder.path().join("root.json"));
    let sealer = Sealer::create_key_file(&key, &SystemRng).unwrap();
    RootKeys::create(&root, &sealer, &SystemRng, NOW).unwrap();
    RootKeys::open(&root, &Sealer::key_file(&key).unwrap()).unwrap();
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);

    let other = folder.path().join("other");
    Sealer::create_key_file(&other, &SystemRng).unwrap();
    assert_ne!(fs::read(&key).unwrap(), fs::read(&other).unwrap());
}

#[test]
fn a_key_file_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "key", b"precious", 0o600);
    let error = Sealer::create_key_file(&path, &SystemRng).unwrap_err();
    assert!(
        matches!(&error, SealerError::KeyFile(KeyFileError::Create { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists),
        "{error:?}"
    );
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn without_randomness_there_is_no_key_file() {
    let folder = tempfile::tempdir().unwrap();
    for draws in 0..2 {
        let error =
            Sealer::create_key_file(&folder.path().join("key"), &FailingRng::after(draws)).unwrap_err();
        assert!(
            matches!(error, SealerError::KeyFile(KeyFileError::Random(_))),
            "{error:?}"
        );
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn passphrases_have_eight_characters_at_least() {
    let long_enough: [&[u8]; 4] = [
        b"eightlet",
        "schlüsse".as_bytes(),
        "八个汉字足够安全".as_bytes(),
        &[0xff; 8],
    ];
    for phrase in long_enough {
        let sealer = Sealer::passphrase(SecretBytes::copied(phrase)).unwrap();
        assert_eq!(sealer.kind(), SealerKind::Passphrase);
    }
    let too_short: [&[u8]; 4] = [b"", b"sevenle", "三个字".as_bytes(), &[0xff; 7]];
    for phrase in too_short {
        let error = Sealer::passphrase(SecretBytes::copied(phrase)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the passphrase must have at least 8 characters"
        );
    }
}

#[test]
fn debug_shows_the_kind_only() {
    assert_eq!(
        format!("{:?}", passphrase("hunter2hunter2")),
        "Sealer(passphrase)"
    );
    let folder = tempfile::tempdir().unwrap();
    let sealer = Sealer::key_file(&file(&folder, "key", &[0x5a; 32], 0o600)).unwrap();
    assert_eq!(format!("{sealer:#?}"), "Sealer(key file)");
}
