//! The key files: whether they open, and in how many ways.

use std::collections::BTreeSet;
use std::path::Path;

use claviger_provider_soft::{RootKeys, SealInfo, SealerKind};

use super::Finding;
use crate::config::Seal;
use crate::folder::{Folder, is_there};
use crate::seal::{Whose, chain, sealer};

/// Whether what the settings name opens the file.
pub(super) fn opens(path: &Path, seal: &Seal, whose: Whose) -> Finding {
    let there = match is_there(path) {
        Ok(there) => there,
        Err(failure) => return Finding::Bad(failure.to_string()),
    };
    if !there {
        return match whose {
            Whose::Server => Finding::Bad(format!(
                "`{}` is not there; `claviger init` makes it",
                path.display()
            )),
            Whose::Hsm => Finding::Good("made at the first start of the server".to_owned()),
        };
    }
    if seal.is_typed() {
        return Finding::Good("opened by what is asked for at a terminal; not tried".to_owned());
    }
    let sealer = match sealer(seal, whose) {
        Ok(sealer) => sealer,
        Err(failure) => return Finding::Bad(failure.to_string()),
    };
    match RootKeys::open(path, &sealer) {
        Err(error) => Finding::Bad(chain(&error)),
        Ok(roots) if roots.damage().is_empty() => {
            let newest = roots.versions().last().copied().unwrap_or_default();
            Finding::Good(format!("a {} opens it; version {newest} wraps", sealer.kind()))
        }
        Ok(roots) => Finding::Bad(format!(
            "damaged: {}; remove and add again what is named",
            roots.damage().join(", ")
        )),
    }
}

/// How many ways there are to open the file.
pub(super) fn ways(path: &Path, seal: &Seal, folder: &Folder) -> Finding {
    match is_there(path) {
        Ok(true) => {}
        Ok(false) => return Finding::Good("none yet".to_owned()),
        Err(failure) => return Finding::Bad(failure.to_string()),
    }
    let seals = match RootKeys::seals(path) {
        Ok(seals) => seals,
        Err(error) => return Finding::Bad(chain(&error)),
    };
    let listed: Vec<_> = seals.iter().map(words).collect();
    let listed = listed.join(", ");
    let beside = seal.kind == "key-file"
        && seal
            .key_file
            .as_deref()
            .is_some_and(|file| file.starts_with(folder.path()));
    if beside {
        return Finding::Doubt(format!(
            "{listed}; the key file lies in the data folder, and in every backup of it: keep it elsewhere"
        ));
    }
    if independent(&seals) < 2 {
        return Finding::Doubt(format!(
            "{listed}: one way in, and when that is lost, so is the key; `claviger root recovery create` makes another"
        ));
    }
    Finding::Good(listed)
}

fn words(seal: &SealInfo) -> String {
    match seal.recovery {
        Some(counts) => format!("{} of {} recovery shares", counts.threshold, counts.shares),
        None => seal.kind.to_string(),
    }
}

/// Ways that fail for different reasons: two of one kind may be lost together, except for sets of shares.
fn independent(seals: &[SealInfo]) -> usize {
    let kinds: BTreeSet<_> = seals
        .iter()
        .map(|seal| match seal.kind {
            SealerKind::KeyFile => "key file".to_owned(),
            SealerKind::Passphrase => "passphrase".to_owned(),
            SealerKind::Device(kind) => kind.to_owned(),
            SealerKind::Recovery => format!("recovery {}", seal.id),
        })
        .collect();
    kinds.len()
}

#[cfg(test)]
mod tests {
    use claviger_crypto::SystemRng;
    use claviger_model::{Clock as _, SystemClock};
    use claviger_provider_soft::Sealer;

    use super::*;

    fn text(finding: Finding) -> (&'static str, String) {
        match finding {
            Finding::Good(text) => ("ok", text),
            Finding::Doubt(text) => ("look", text),
            Finding::Bad(text) => ("BAD", text),
        }
    }

    #[test]
    fn one_way_in_is_worth_a_look_and_a_key_file_beside_the_data_too() {
        let (data, away) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = Folder::at(data.path());
        let (path, now) = (folder.root_key(), SystemClock.now());
        let seal = Seal::key_file(away.path().join("seal.key"));
        let key_file = crate::seal::new_sealer(&seal, Whose::Server).unwrap();
        let roots = RootKeys::create(&path, &key_file, &SystemRng, now).unwrap();
        let (word, said) = text(ways(&path, &seal, &folder));
        assert!(
            word == "look" && said.starts_with("key file: one way in"),
            "{said}"
        );

        let (shares, _) = Sealer::new_recovery(2, 3, &SystemRng).unwrap();
        roots.add_seal(&path, &shares, &SystemRng, now).unwrap();
        assert_eq!(
            text(ways(&path, &seal, &folder)),
            ("ok", "key file, 2 of 3 recovery shares".to_owned())
        );
        let (word, said) = text(ways(
            &path,
            &Seal::key_file(data.path().join("seal.key")),
            &folder,
        ));
        assert!(
            word == "look" && said.contains("lies in the data folder"),
            "{said}"
        );

        let (word, said) = text(opens(&path, &seal, Whose::Server));
        assert_eq!(
            (word, said.as_str()),
            ("ok", "a key file opens it; version 1 wraps")
        );
        let other = Seal::key_file(away.path().join("other.key"));
        crate::seal::new_sealer(&other, Whose::Server).unwrap();
        assert_eq!(text(opens(&path, &other, Whose::Server)).0, "BAD");
    }
}
