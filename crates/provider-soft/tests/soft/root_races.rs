//! Root keys that several processes or threads use and change at once.

use std::thread;

use claviger_crypto::SystemRng;
use claviger_provider::Keeper;
use claviger_provider_soft::RootKeys;

use crate::fixtures::{NOW, key_file};
use crate::root_changes::{copy, open, provider, root_of, seal};
use crate::root_keys::CELL;
use crate::root_seals::Device;

/// Two processes that change the file at once do not lose each other's change.
#[test]
fn changes_wait_for_each_other() {
    let (_folder, path) = copy("root-seals.json");
    thread::scope(|scope| {
        for number in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let roots = RootKeys::open(path, &key_file()).unwrap();
                roots
                    .add_seal(path, &Device::new(100 + number).sealer(), &SystemRng, NOW)
                    .unwrap();
            });
        }
        let path = &path;
        scope.spawn(move || {
            let roots = RootKeys::open(path, &key_file()).unwrap();
            roots.rotate(path, &SystemRng, NOW).unwrap();
        });
    });
    let opened = open(&path, &key_file());
    assert_eq!(opened.versions(), [1, 2, 3]);
    assert!(opened.damage().is_empty());
    assert_eq!(RootKeys::seals(&path).unwrap().len(), 8);
    for number in 0..4 {
        RootKeys::open(&path, &Device::new(100 + number).sealer()).unwrap();
    }
}

/// Readers find a whole file at any moment, and use goes on while versions come.
#[test]
fn rotation_takes_no_downtime() {
    let (_folder, path) = copy("root-seals.json");
    let roots = open(&path, &key_file());
    let (path, roots) = (&path, &roots);
    thread::scope(|scope| {
        let rotating = scope.spawn(move || {
            for _ in 0..20 {
                roots.rotate(path, &SystemRng, NOW).unwrap();
            }
        });
        let provider = provider(roots);
        let mut newest = 0;
        while !rotating.is_finished() {
            let sealed = seal(&provider);
            assert!(root_of(&sealed) >= newest);
            newest = root_of(&sealed);
            assert_eq!(provider.open(&CELL, &sealed).unwrap().expose(), b"secret");
            RootKeys::open(path, &key_file()).unwrap();
        }
    });
    assert_eq!(open(path, &key_file()).versions().len(), 22);
}
