//! What opens root keys: a key file, a passphrase or a device, from wherever the operator keeps it. Passwords of people and
//! PINs of tokens come from the same places as passphrases.

mod devices;
mod options;

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use claviger_crypto::SystemRng;
use claviger_provider_soft::Sealer;
use claviger_secret::SecretBytes;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

pub(crate) use self::options::{SealKind, SealOptions};
use crate::config::{Seal, Settings};
use crate::folder::is_there;
use crate::output::Failure;

/// Longest passphrase that is read, in bytes.
const PASSPHRASE_LIMIT: u64 = 4096;

/// Whose key a sealer opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The root key of the server.
    Server,
    /// The master key of the managed HSM.
    Hsm,
}

impl Whose {
    fn question(self) -> &'static str {
        match self {
            Self::Server => "Passphrase of the root key: ",
            Self::Hsm => "Passphrase of the HSM's master key: ",
        }
    }
}

/// The sealer of the root key that the settings name.
pub(crate) fn from_settings(settings: &Settings) -> Result<Sealer, Failure> {
    sealer(&settings.seal, Whose::Server)
}

/// The sealer that a section of the settings names.
pub(crate) fn sealer(seal: &Seal, whose: Whose) -> Result<Sealer, Failure> {
    made(seal, whose, false)
}

/// The same for a key or a seal that is yet to be made: a key file is made if it is not there, and a passphrase is asked
/// for twice.
pub(crate) fn new_sealer(seal: &Seal, whose: Whose) -> Result<Sealer, Failure> {
    made(seal, whose, true)
}

fn made(seal: &Seal, whose: Whose, new: bool) -> Result<Sealer, Failure> {
    match (seal.kind.as_str(), &seal.key_file) {
        ("key-file", Some(path)) if new && !is_there(path)? => {
            Sealer::create_key_file(path, &SystemRng).map_err(|error| Failure::failed(chain(&error)))
        }
        ("key-file", Some(path)) => Sealer::key_file(path).map_err(|error| Failure::failed(chain(&error))),
        ("key-file", None) => Err(Failure::usage("a key file is needed")),
        ("tpm2", _) => devices::tpm(seal),
        ("pkcs11", _) => devices::token(seal),
        _ => {
            let phrase = phrase(&seal.passphrase, ["passphrase", whose.question()], new)?;
            Sealer::passphrase(phrase).map_err(|error| Failure::failed(chain(&error)))
        }
    }
}

/// The PIN of a token, from the same sources as a passphrase.
pub(crate) fn pin(source: &str, token: &str) -> Result<SecretBytes, Failure> {
    phrase(source, ["PIN", &format!("PIN of the token `{token}`: ")], false)
}

/// What somebody types at the terminal without seeing it, known by that word.
pub(crate) fn typed(word: &str, question: &str) -> Result<SecretBytes, Failure> {
    prompt([word, question], false)
}

/// The new password of somebody, from the same sources.
pub(crate) fn new_password(source: &str) -> Result<SecretBytes, Failure> {
    phrase(source, ["password", "New password: "], true)
}

/// The password that somebody has, from the same sources.
pub(crate) fn password_so_far(source: &str) -> Result<SecretBytes, Failure> {
    phrase(source, ["password", "Password so far: "], false)
}

/// A secret text that people know by that word, and are asked for with that question.
fn phrase(source: &str, [word, question]: [&str; 2], new: bool) -> Result<SecretBytes, Failure> {
    match source.split_once(':') {
        None if source == "prompt" => prompt([word, question], new),
        Some(("file", path)) => from_file(word, Path::new(path)),
        Some(("env", name)) => from_environment(word, name),
        Some(("credential", name)) => from_credential(word, name),
        // Not told: it may be the secret itself.
        _ => {
            let forms = "prompt, file:PATH, env:NAME or credential:NAME";
            Err(Failure::usage(format!(
                "what is given is no source of a {word}: use {forms}"
            )))
        }
    }
}

/// An error with what caused it.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

fn from_file(word: &str, path: &Path) -> Result<SecretBytes, Failure> {
    let fault = |error: io::Error| Failure::file(&format!("read the {word} from"), path, &error);
    let file = std::fs::File::open(path).map_err(fault)?;
    let mut bytes = Vec::with_capacity(256);
    file.take(PASSPHRASE_LIMIT)
        .read_to_end(&mut bytes)
        .map_err(fault)?;
    Ok(without_line_end(&SecretBytes::from(bytes)))
}

#[expect(
    clippy::disallowed_methods,
    reason = "one of the places where a passphrase may come from"
)]
fn from_environment(word: &str, name: &str) -> Result<SecretBytes, Failure> {
    let text = std::env::var(name)
        .map_err(|_| Failure::usage(format!("environment variable `{name}` holds no {word}")))?;
    Ok(SecretBytes::from(text))
}

/// SOURCE: systemd.exec(5), "CREDENTIALS".
#[expect(
    clippy::disallowed_methods,
    reason = "systemd names the folder of credentials there"
)]
fn from_credential(word: &str, name: &str) -> Result<SecretBytes, Failure> {
    if name.is_empty() || name.contains('/') {
        return Err(Failure::usage(format!(
            "`{name}` is not the name of a credential"
        )));
    }
    let folder = std::env::var("CREDENTIALS_DIRECTORY").map_err(|_| {
        Failure::usage("no credentials were passed to this service (CREDENTIALS_DIRECTORY is not set)")
    })?;
    from_file(word, &Path::new(&folder).join(name))
}

fn prompt([word, question]: [&str; 2], new: bool) -> Result<SecretBytes, Failure> {
    if !io::stdin().is_terminal() {
        let forms = "file:PATH, env:NAME or credential:NAME";
        return Err(Failure::usage(format!(
            "there is no terminal to ask for the {word}; use {forms}"
        )));
    }
    let phrase = ask(word, question)?;
    if new && ask(word, "The same again: ")? != phrase {
        return Err(Failure::usage(format!("the two {word}s differ")));
    }
    Ok(phrase)
}

/// Switches the terminal back to showing what is typed.
struct Silence(Termios);

impl Silence {
    fn begin() -> rustix::io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &silent)?;
        Ok(Self(before))
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

fn ask(word: &str, question: &str) -> Result<SecretBytes, Failure> {
    let fault = |error: io::Error| Failure::failed(format!("cannot ask for the {word}: {error}"));
    let mut terminal = io::stderr();
    terminal.write_all(question.as_bytes()).map_err(fault)?;
    let silence = Silence::begin().map_err(|error| fault(error.into()))?;
    // Byte by byte: a buffered reader would keep a copy.
    let mut line = Vec::with_capacity(256);
    let mut byte = [0];
    while io::Read::read(&mut io::stdin().lock(), &mut byte).map_err(fault)? == 1 {
        if byte == *b"\n" || line.len() as u64 >= PASSPHRASE_LIMIT {
            break;
        }
        line.extend_from_slice(&byte);
    }
    drop(silence);
    let _ = terminal.write_all(b"\n");
    Ok(SecretBytes::from(line))
}

fn without_line_end(phrase: &SecretBytes) -> SecretBytes {
    let bytes = phrase.expose();
    let end = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let end = end.strip_suffix(b"\r").unwrap_or(end);
    SecretBytes::copied(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(source: &str) -> String {
        let seal = Seal {
            kind: "passphrase".to_owned(),
            passphrase: source.to_owned(),
            ..Seal::default()
        };
        sealer(&seal, Whose::Server).unwrap_err().to_string()
    }

    #[test]
    fn each_source_fails_with_its_own_words() {
        let forms = "prompt, file:PATH, env:NAME or credential:NAME";
        for secret in ["hunter2", "hunter:2"] {
            assert_eq!(
                fault(secret),
                format!("what is given is no source of a passphrase: use {forms}")
            );
        }
        assert!(fault("file:/nowhere/pass").contains("`/nowhere/pass`"));
        assert!(fault("env:CLAVIGER_TEST_NOT_SET").contains("`CLAVIGER_TEST_NOT_SET`"));
        assert!(fault("credential:../x").contains("not the name of a credential"));
    }

    #[test]
    fn a_line_end_in_a_file_is_not_part_of_the_passphrase() {
        for text in ["correct horse", "correct horse\n", "correct horse\r\n"] {
            assert_eq!(
                without_line_end(&SecretBytes::copied(text.as_bytes())).expose(),
                b"correct horse"
            );
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pass");
        std::fs::write(&path, "short\n").unwrap();
        let short = fault(&format!("file:{}", path.display()));
        assert!(short.contains('8'), "{short}");
    }
}
