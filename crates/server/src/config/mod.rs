//! Settings: one file in TOML, every setting with its meaning and default in one place.

mod audit;
mod huawei;
mod rates;
mod section;
mod settings;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use settings::Section;
pub(crate) use settings::{Settings, reference};

use crate::output::Failure;

/// Reads a settings file. Relative paths in it are taken from the folder it lies in.
pub(crate) fn read(path: &Path) -> Result<Settings, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read the settings `{}`: {error}", path.display())))?;
    let mut settings = parse(&text).map_err(|fault| fault.in_file(path))?;
    let base = path.parent().unwrap_or(Path::new(""));
    let resolve = |path: &mut PathBuf| {
        if path.is_relative() {
            *path = base.join(&*path);
        }
    };
    resolve(&mut settings.server.data);
    settings.seal.key_file.iter_mut().for_each(resolve);
    settings.tls.certificate.iter_mut().for_each(resolve);
    settings.tls.key.iter_mut().for_each(resolve);
    settings.audit.sink.iter_mut().for_each(|sink| sink.resolve(base));
    Ok(settings)
}

/// What is wrong with a settings file, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    line: usize,
    reason: String,
}

impl Fault {
    fn in_file(self, path: &Path) -> Failure {
        Failure::usage(format!("{}:{}: {}", path.display(), self.line, self.reason))
    }
}

/// Parses and checks settings.
pub(crate) fn parse(text: &str) -> Result<Settings, Fault> {
    let settings: Settings = toml::from_str(text).map_err(|error| Fault {
        line: error.span().map_or(1, |span| line_of(text, span.start)),
        reason: error.message().trim().replace('\n', "; "),
    })?;
    match settings.check() {
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
