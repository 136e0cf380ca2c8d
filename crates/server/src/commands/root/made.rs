//! When the versions of a key were made, as its file says. `docs/stored-formats.md` describes the file.

use std::fs;
use std::path::Path;

use claviger_model::Timestamp;
use serde::Deserialize;

use crate::output::Failure;

#[derive(Deserialize)]
struct KeyFile {
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
    created: String,
}

/// When the version was made that came after this one; nothing where that cannot be told.
pub(super) fn next_after(path: &Path, version: u32) -> Result<Option<Timestamp>, Failure> {
    let text = fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
    let file: KeyFile = serde_json::from_slice(&text).map_err(|error| Failure::file("read", path, &error))?;
    let later = file.versions.iter().filter(|entry| entry.version > version);
    let next = later.min_by_key(|entry| entry.version);
    Ok(next.and_then(|entry| entry.created.parse().ok()))
}

#[cfg(test)]
mod tests {
    use claviger_crypto::SystemRng;
    use claviger_provider_soft::{RootKeys, Sealer};

    use super::*;

    #[test]
    fn the_moment_is_that_of_the_version_that_replaced_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.json");
        let at = |hour: u32| {
            format!("2026-11-22T{hour:02}:00:00Z")
                .parse::<Timestamp>()
                .unwrap()
        };
        let sealer = Sealer::create_key_file(&folder.path().join("seal.key"), &SystemRng).unwrap();
        let roots = RootKeys::create(&path, &sealer, &SystemRng, at(1)).unwrap();
        for hour in [2, 3, 4] {
            roots.rotate(&path, &SystemRng, at(hour)).unwrap();
        }
        assert_eq!(next_after(&path, 2).unwrap(), Some(at(3)));
        assert_eq!(next_after(&path, 4).unwrap(), None);
        roots.retire(&path, 3, &SystemRng).unwrap();
        assert_eq!(next_after(&path, 2).unwrap(), Some(at(4)));
    }
}
