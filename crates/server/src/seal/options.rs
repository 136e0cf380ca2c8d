//! Seals on the command line.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::config::{Seal, from_folder};
use crate::output::{Failure, absolute};

/// What can seal a root key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SealKind {
    /// A file with 256 random bits.
    KeyFile,
    /// A passphrase, stretched by Argon2id.
    Passphrase,
    /// A TPM 2.0 of this machine.
    Tpm2,
    /// A key in a PKCS#11 token.
    Pkcs11,
}

/// What is told of a seal, beside its kind.
#[derive(Debug, Args)]
#[command(next_help_heading = "Of the seal")]
pub(crate) struct SealOptions {
    /// Of a key file: the file; made if it is not there. Keep it away from the data folder and its backups.
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Of a passphrase: where it comes from: `prompt`, `file:PATH`, `env:NAME` or `credential:NAME` (systemd).
    #[arg(long, value_name = "SOURCE", default_value = "prompt")]
    pub(crate) passphrase: String,
    /// Of a TPM: how it is reached, such as `device:/dev/tpmrm0`.
    #[arg(long, value_name = "TCTI")]
    tcti: Option<String>,
    /// Of a TPM: the registers that must stay as they are, such as `0,2,7`; `none` binds to the TPM alone.
    #[arg(long, value_name = "N,N…")]
    pcrs: Option<String>,
    /// Of a TPM: handle of a storage key that is in it, such as `0x81000001`; by default one is derived.
    #[arg(long, value_name = "HANDLE", value_parser = handle)]
    parent: Option<u32>,
    /// Of a token: its module, a shared library.
    #[arg(long, value_name = "FILE")]
    module: Option<PathBuf>,
    /// Of a token: its label or serial number.
    #[arg(long, value_name = "LABEL")]
    token: Option<String>,
    /// Of a token: where its user PIN comes from, as `--passphrase`.
    #[arg(long, value_name = "SOURCE", default_value = "prompt")]
    pin: String,
    /// Of a token: label of the wrapping key in it; made if it is not there.
    #[arg(long, value_name = "LABEL")]
    label: Option<String>,
}

impl SealOptions {
    /// The same in the form of the settings.
    pub(crate) fn seal(&self, kind: SealKind) -> Result<Seal, Failure> {
        let usual = Seal::default();
        let needed = |option: &str| {
            let kind = kind.name();
            Failure::usage(format!("--{option} is needed with a seal of kind {kind}"))
        };
        match kind {
            SealKind::KeyFile if self.key_file.is_none() => return Err(needed("key-file")),
            SealKind::Pkcs11 if self.module.is_none() => return Err(needed("module")),
            SealKind::Pkcs11 if self.token.is_none() => return Err(needed("token")),
            _ => {}
        }
        Ok(Seal {
            kind: kind.name().to_owned(),
            key_file: self.key_file.as_deref().map(absolute),
            passphrase: source(&self.passphrase),
            tcti: self.tcti.clone().unwrap_or(usual.tcti),
            pcrs: self.registers()?.unwrap_or(usual.pcrs),
            parent: self.parent,
            module: self.module.as_deref().map(absolute),
            token: self.token.clone(),
            pin: source(&self.pin),
            label: self.label.clone().unwrap_or(usual.label),
        })
    }

    fn registers(&self) -> Result<Option<Vec<u8>>, Failure> {
        let Some(text) = &self.pcrs else { return Ok(None) };
        if text == "none" {
            return Ok(Some(Vec::new()));
        }
        let numbers = text.split(',').map(|number| number.trim().parse());
        match numbers.collect::<Result<Vec<u8>, _>>() {
            Ok(numbers) if numbers.iter().all(|number| *number <= 23) => Ok(Some(numbers)),
            _ => Err(Failure::usage(format!(
                "--pcrs: `{text}` is no list of registers: numbers of 0 to 23 with commas between them, or `none`"
            ))),
        }
    }
}

/// A source that means the same in a settings file, wherever that lies.
fn source(text: &str) -> String {
    let mut source = text.to_owned();
    if let Ok(folder) = std::env::current_dir() {
        from_folder(&mut source, &folder);
    }
    source
}

/// A number that is written in the way of handles.
fn handle(text: &str) -> Result<u32, String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    u32::from_str_radix(digits, 16).map_err(|_| "not a handle: 8 hex digits".to_owned())
}

impl SealKind {
    /// Its name in the settings.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::KeyFile => "key-file",
            Self::Passphrase => "passphrase",
            Self::Tpm2 => "tpm2",
            Self::Pkcs11 => "pkcs11",
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        options: SealOptions,
    }

    fn seal(kind: SealKind, line: &str) -> Result<Seal, String> {
        let words = std::iter::once("x").chain(line.split_whitespace());
        let options = Line::try_parse_from(words).unwrap().options;
        options.seal(kind).map_err(|failure| failure.to_string())
    }

    #[test]
    fn each_kind_says_what_it_needs() {
        let refused = |kind, line| seal(kind, line).unwrap_err();
        assert!(refused(SealKind::KeyFile, "").contains("--key-file is needed"));
        assert!(refused(SealKind::Pkcs11, "--module m.so").contains("--token is needed"));
        assert!(refused(SealKind::Pkcs11, "--token t").contains("--module is needed"));
        assert!(refused(SealKind::Tpm2, "--pcrs 7,24").contains("`7,24` is no list of registers"));
        assert!(refused(SealKind::Tpm2, "--pcrs seven").contains("`seven` is no list"));
    }

    #[test]
    fn registers_are_a_list_or_none() {
        assert_eq!(seal(SealKind::Tpm2, "").unwrap().pcrs, [7]);
        assert_eq!(seal(SealKind::Tpm2, "--pcrs 0,2,7").unwrap().pcrs, [0, 2, 7]);
        assert!(seal(SealKind::Tpm2, "--pcrs none").unwrap().pcrs.is_empty());
    }

    #[test]
    fn files_are_the_same_wherever_the_settings_lie() {
        let here = std::env::current_dir().unwrap();
        let found = seal(SealKind::Passphrase, "--passphrase file:p --pin file:/q").unwrap();
        assert_eq!(found.passphrase, format!("file:{}", here.join("p").display()));
        assert_eq!(found.pin, "file:/q");
    }

    #[test]
    fn what_is_written_to_the_settings_reads_back() {
        for (kind, line) in [
            (SealKind::KeyFile, "--key-file /k"),
            (SealKind::Passphrase, "--passphrase file:/p"),
            (
                SealKind::Tpm2,
                "--pcrs 0,7 --tcti swtpm:port=1 --parent 0x81000001",
            ),
            (
                SealKind::Pkcs11,
                "--module /m.so --token t --pin env:PIN --label l",
            ),
        ] {
            let seal = seal(kind, line).unwrap();
            let settings = crate::config::parse(&format!("[seal]\n{}", seal.to_toml())).unwrap();
            assert_eq!(format!("{:?}", settings.seal), format!("{seal:?}"));
        }
    }
}
