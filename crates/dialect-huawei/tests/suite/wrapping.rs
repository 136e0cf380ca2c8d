//! Material as its owner wraps it, with the command `openssl`.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Folders of this process so far.
static FOLDERS: AtomicU32 = AtomicU32::new(0);

/// Bytes under a public key in base64, with RSA-OAEP and SHA-256, in base64.
pub(crate) fn wrapped(public_key: &str, material: &[u8]) -> String {
    let name = format!(
        "wrapping-{}-{}",
        std::process::id(),
        FOLDERS.fetch_add(1, Ordering::Relaxed)
    );
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("key.der"), STANDARD.decode(public_key).unwrap()).unwrap();
    std::fs::write(folder.join("material"), material).unwrap();
    let mut command = Command::new("openssl");
    command.current_dir(&folder).args([
        "pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-in", "material",
    ]);
    command.args([
        "-pkeyopt",
        "rsa_padding_mode:oaep",
        "-pkeyopt",
        "rsa_oaep_md:sha256",
    ]);
    let made = command.output().unwrap();
    assert!(made.status.success(), "{made:?}");
    std::fs::remove_dir_all(&folder).unwrap();
    STANDARD.encode(made.stdout)
}
