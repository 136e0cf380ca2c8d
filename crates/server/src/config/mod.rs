//! Settings: one file in TOML, every setting with its meaning and default in one place.

mod audit;
mod hsm;
mod huawei;
mod rates;
mod seal;
mod section;
mod settings;
#[cfg(test)]
mod tests;
mod tls;

use std::path::{Path, PathBuf};

pub(crate) use hsm::{Pkcs11, SOCKET_PATH};
pub(crate) use seal::Seal;
use settings::{Section, Wrong};
pub(crate) use settings::{Settings, reference};

use crate::folder::{Folder, is_there};
use crate::output::Failure;

/// Reads a settings file. Relative paths in it are taken from the folder it lies in.
pub(crate) fn read(path: &Path) -> Result<Settings, Failure> {
    read_for(path, Settings::check)
}

/// The settings that go with a data folder: those of `init`, which lie in it, or those of `dev`.
pub(crate) fn of_folder(folder: &Folder) -> Result<Settings, Failure> {
    if is_there(&folder.settings())? {
        let mut settings = read(&folder.settings())?;
        // The folder may have been moved since.
        folder.path().clone_into(&mut settings.server.data);
        return Ok(settings);
    }
    if is_there(&folder.dev_seal())? {
        return Ok(of_dev(folder));
    }
    let path = folder.path().display();
    Err(Failure::usage(format!(
        "`{path}` has neither settings nor a key file of `dev` in it; name the settings with --config"
    )))
}

/// The settings of `dev`.
pub(crate) fn of_dev(folder: &Folder) -> Settings {
    let mut settings = Settings::default();
    folder.path().clone_into(&mut settings.server.data);
    settings.seal = Seal::key_file(folder.dev_seal());
    settings.hsm.seal = Some(Seal::key_file(folder.hsm_seal()));
    settings
}

/// Reads what `claviger hsm` needs of a settings file, which may be one of its own with nothing else in it.
pub(crate) fn read_for_hsm(path: &Path) -> Result<Settings, Failure> {
    read_for(path, Settings::check_hsm)
}

fn read_for(path: &Path, check: fn(&Settings) -> Result<(), Wrong>) -> Result<Settings, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read the settings `{}`: {error}", path.display())))?;
    let mut settings = parse_for(&text, check).map_err(|fault| fault.in_file(path))?;
    resolve(&mut settings, path.parent().unwrap_or(Path::new("")));
    Ok(settings)
}

fn resolve(settings: &mut Settings, base: &Path) {
    let resolve = |path: &mut PathBuf| {
        if path.is_relative() {
            *path = base.join(&*path);
        }
    };
    resolve(&mut settings.server.data);
    for seal in std::iter::once(&mut settings.seal).chain(&mut settings.hsm.seal) {
        seal.key_file.iter_mut().chain(&mut seal.module).for_each(resolve);
        for source in [&mut seal.passphrase, &mut seal.pin] {
            from_folder(source, base);
        }
    }
    settings.tls.certificate.iter_mut().for_each(resolve);
    settings.tls.key.iter_mut().for_each(resolve);
    settings.hsm.socket.iter_mut().for_each(resolve);
    settings.hsm.access_key.iter_mut().for_each(resolve);
    let tokens = settings.hsm.pkcs11.iter_mut();
    for tokens in tokens {
        tokens.module.iter_mut().for_each(resolve);
        from_folder(&mut tokens.pin, base);
    }
    settings.audit.sink.iter_mut().for_each(|sink| sink.resolve(base));
}

/// Takes the file that a source of a secret names, where that is relative, from a folder.
pub(crate) fn from_folder(source: &mut String, base: &Path) {
    let path = source.strip_prefix("file:").map(Path::new);
    if let Some(path) = path.filter(|path| path.is_relative())
        && let Some(path) = base.join(path).to_str()
    {
        *source = format!("file:{path}");
    }
}

/// What is wrong with a settings file, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    line: usize,
    reason: String,
}

impl Fault {
    pub(crate) fn in_file(self, path: &Path) -> Failure {
        Failure::usage(format!("{}:{}: {}", path.display(), self.line, self.reason))
    }
}

/// Parses and checks settings.
pub(crate) fn parse(text: &str) -> Result<Settings, Fault> {
    parse_for(text, Settings::check)
}

fn parse_for(text: &str, check: fn(&Settings) -> Result<(), Wrong>) -> Result<Settings, Fault> {
    let settings: Settings = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        let reason = match secret_of(text, line) {
            // What the parser says may quote it.
            Some(name) => format!("`{name}` must be a source of the secret, in quotation marks"),
            None => error.message().trim().replace('\n', "; "),
        };
        Fault { line, reason }
    })?;
    match check(&settings) {
        Ok(()) => Ok(settings),
        Err((section, name, reason)) => {
            let line = find(text, section, name);
            let section = match section {
                Section::One(section) | Section::Of(section, _) => section,
            };
            Err(Fault {
                line,
                reason: format!("{section}.{name}: {reason}"),
            })
        }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// The setting in a line, where somebody may have written a secret instead of its source.
fn secret_of(text: &str, line: usize) -> Option<&'static str> {
    let line = text.lines().nth(line.saturating_sub(1))?;
    let is_set = |name: &&str| {
        line.match_indices(*name).any(|(at, _)| {
            let (before, after) = (line.get(..at), line.get(at + name.len()..));
            let begins =
                before.is_none_or(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_'));
            let quoted = |c: char| c.is_whitespace() || c == '"' || c == '\'';
            begins && after.is_some_and(|after| after.trim_start_matches(quoted).starts_with('='))
        })
    };
    ["passphrase", "pin"].into_iter().find(is_set)
}

/// The line where a setting stands, or its section, or the first.
fn find(text: &str, section: Section, name: &str) -> usize {
    let (header, mut skip) = match section {
        Section::One(section) => (format!("[{section}]"), 0),
        Section::Of(section, place) => (format!("[[{section}]]"), place),
    };
    let mut inside = false;
    let mut found = 1;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            let line = line.split('#').next().unwrap_or_default();
            let here = line.split_whitespace().collect::<String>() == header;
            inside = here && skip == 0;
            skip -= usize::from(here && skip > 0);
            if inside {
                found = number + 1;
            }
        } else if inside && line.split('=').next().is_some_and(|key| key.trim() == name) {
            return number + 1;
        }
    }
    found
}
