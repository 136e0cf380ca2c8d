//! What is a key file, and what is not.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers run in tests only, which should stop there"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use claviger_crypto::SystemRng;
use claviger_key_file::{KeyFileError, create, read};
use tempfile::TempDir;

fn write(folder: &TempDir, content: &[u8], mode: u32) -> std::path::PathBuf {
    let path = folder.path().join("written.key");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

#[test]
fn a_new_key_is_its_owners_alone_and_is_read_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("access.key");
    let key = create("toy key", &path, &SystemRng).unwrap();
    assert_eq!(read("toy key", &path).unwrap().expose(), key.expose());
    let content = fs::read_to_string(&path).unwrap();
    assert_eq!(content.len(), 65);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    // Nothing else is left in the folder.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    let refused = create("toy key", &path, &SystemRng).unwrap_err();
    assert!(matches!(refused, KeyFileError::Create { .. }), "{refused}");
    assert_eq!(fs::read_to_string(&path).unwrap(), content);
    let other = folder.path().join("other.key");
    create("toy key", &other, &SystemRng).unwrap();
    assert_ne!(fs::read_to_string(&other).unwrap(), content);
}

#[test]
fn line_ends_are_no_part_of_a_key() {
    let folder = TempDir::new().unwrap();
    let digits = "0123456789abcdefABCDEF0000000000".repeat(2);
    for end in ["", "\n", "\r\n"] {
        let path = write(&folder, format!("{digits}{end}").as_bytes(), 0o400);
        read("toy key", &path).unwrap();
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_file_that_is_open_to_others_or_holds_no_key_is_refused() {
    let folder = TempDir::new().unwrap();
    let digits = "0".repeat(64);
    for mode in [0o640, 0o604, 0o610] {
        let path = write(&folder, digits.as_bytes(), mode);
        let refused = read("toy key", &path).unwrap_err();
        assert!(matches!(refused, KeyFileError::Exposed { .. }), "{refused}");
    }
    for content in [
        "",
        &digits[1..],
        &format!("{digits}0"),
        &format!("{digits}\n\n"),
        &"g".repeat(64),
    ] {
        let path = write(&folder, content.as_bytes(), 0o600);
        let refused = read("toy key", &path).unwrap_err();
        assert!(
            matches!(refused, KeyFileError::Content { .. }),
            "{content}: {refused}"
        );
        assert!(content.is_empty() || !refused.to_string().contains(content));
    }
    let refused = read("toy key", &folder.path().join("none.key")).unwrap_err();
    assert!(matches!(refused, KeyFileError::Read { .. }), "{refused}");
}
