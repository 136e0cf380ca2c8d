//! What opens a root key.

use std::path::{Path, PathBuf};

use super::section::section;
use super::settings::Wrong;

section! {
    /// What opens the root key at start. A root key may have several seals; this names the one that the server uses, and
    /// `claviger root seal` adds and removes them.
    Seal in "seal" {
        /// `"key-file"`, `"passphrase"`, `"tpm2"` or `"pkcs11"`, as it was chosen at `claviger init` or added since.
        kind: String = "key-file".to_owned(), "`\"key-file\"`";
        /// Key file: the file.
        key_file: Option<PathBuf> = None, "none";
        /// Passphrase: where it comes from: `"prompt"`, `"file:PATH"`, `"env:NAME"` or `"credential:NAME"` (systemd).
        passphrase: String = "prompt".to_owned(), "`\"prompt\"`";
        /// TPM: how it is reached, as the TSS2 libraries write it: `"device:/dev/tpmrm0"`, `"swtpm:host=127.0.0.1,port=2321"`.
        tcti: String = "device:/dev/tpmrm0".to_owned(), "`\"device:/dev/tpmrm0\"`";
        /// TPM: the registers (SHA-256 bank) that must have the same values as when the root key was sealed, 0 to 23. `[]` binds
        /// it to the TPM alone. An existing seal says itself which ones it wants.
        pcrs: Vec<u8> = vec![7], "`[7]`";
        /// TPM: handle of a storage key that is in the TPM, such as `0x81000001`, for one whose owner hierarchy has a password.
        parent: Option<u32> = None, "derived each time";
        /// PKCS#11: the module, a shared library.
        module: Option<PathBuf> = None, "none";
        /// PKCS#11: label or serial number of the token.
        token: Option<String> = None, "none";
        /// PKCS#11: where the user PIN of the token comes from; as `passphrase`.
        pin: String = "prompt".to_owned(), "`\"prompt\"`";
        /// PKCS#11: label of the AES key in the token that wraps the root key.
        label: String = "claviger-root".to_owned(), "`\"claviger-root\"`";
    }
}

/// The kinds that there are.
const KINDS: [&str; 4] = ["key-file", "passphrase", "tpm2", "pkcs11"];

/// The last register of a TPM.
const LAST_PCR: u8 = 23;

impl Seal {
    /// A key file.
    pub(crate) fn key_file(path: PathBuf) -> Self {
        Self {
            key_file: Some(path),
            ..Self::default()
        }
    }

    /// Whether somebody has to sit at a terminal for it.
    pub(crate) fn is_typed(&self) -> bool {
        match self.kind.as_str() {
            "passphrase" => self.passphrase == "prompt",
            "pkcs11" => self.pin == "prompt",
            _ => false,
        }
    }

    /// Its settings that matter for its kind, without the head of the section.
    pub(crate) fn to_toml(&self) -> String {
        use std::fmt::Write as _;
        use toml::Value;

        let path = |path: &Option<PathBuf>| {
            let path = path.as_deref().unwrap_or(Path::new(""));
            Value::from(path.display().to_string())
        };
        let mut lines = vec![("kind", Value::from(self.kind.as_str()))];
        match self.kind.as_str() {
            "key-file" => lines.push(("key_file", path(&self.key_file))),
            "tpm2" => {
                let pcrs: Vec<_> = self.pcrs.iter().map(|pcr| i64::from(*pcr)).collect();
                lines.extend([
                    ("tcti", Value::from(self.tcti.as_str())),
                    ("pcrs", Value::from(pcrs)),
                ]);
                lines.extend(self.parent.map(|parent| ("parent", Value::from(parent))));
            }
            "pkcs11" => lines.extend([
                ("module", path(&self.module)),
                ("token", Value::from(self.token.as_deref().unwrap_or_default())),
                ("pin", Value::from(self.pin.as_str())),
                ("label", Value::from(self.label.as_str())),
            ]),
            _ => lines.push(("passphrase", Value::from(self.passphrase.as_str()))),
        }
        lines.iter().fold(String::new(), |mut text, (name, value)| {
            let _ = writeln!(text, "{name} = {value}");
            text
        })
    }

    /// Checks what the types cannot say.
    pub(super) fn check(&self, section: &'static str) -> Result<(), Wrong> {
        let wrong = |name, reason: String| Err((section.into(), name, reason));
        let needed = |name, kind| wrong(name, format!("needed with kind = \"{kind}\""));
        match self.kind.as_str() {
            "key-file" if self.key_file.is_none() => needed("key_file", "key-file"),
            "pkcs11" if self.module.is_none() => needed("module", "pkcs11"),
            "pkcs11" if self.token.is_none() => needed("token", "pkcs11"),
            "pkcs11" if self.label.is_empty() => wrong("label", "a key in a token needs a label".to_owned()),
            "tpm2" => match self.pcrs.iter().find(|pcr| **pcr > LAST_PCR) {
                Some(pcr) => wrong("pcrs", format!("`{pcr}` is not 0 to {LAST_PCR}")),
                None => Ok(()),
            },
            kind if KINDS.contains(&kind) => Ok(()),
            other => {
                let kinds = KINDS.join("\", \"");
                wrong("kind", format!("`{other}` is none of \"{kinds}\""))
            }
        }
    }
}
