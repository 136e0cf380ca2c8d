//! Root key files of format 2 are as `docs/stored-formats.md` says: the golden one and one that was just written
//! are opened by the page alone.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use claviger_crypto::{SystemRng, gcm};
use claviger_provider_soft::{RootKeys, Sealer};
use serde_json::Value;

use crate::fixtures::{NOW, fixture, golden, hex, key_file, text};
use crate::stored_formats::{Page, Parts, array, number, open_xaes};

fn bytes(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

fn open_gcm(key: &[u8], parts: &Parts, additional: &[u8]) -> Vec<u8> {
    let body = [parts["ciphertext"].as_slice(), &parts["tag"]].concat();
    let nonce = array(&parts["nonce"]);
    let opened = gcm::open(&array::<32>(key), &nonce, additional, &body).unwrap();
    opened.expose().to_vec()
}

/// The place of a seal, composed by the page.
fn place(page: &Page, seal: &Value, label: &str, more: &[(&'static str, Vec<u8>)]) -> Vec<u8> {
    let mut parts = vec![
        ("label", label.as_bytes().to_vec()),
        ("format", 2u32.to_be_bytes().to_vec()),
        ("id", text(seal, "/id").into_bytes()),
        ("created", text(seal, "/created").into_bytes()),
        ("kind", text(seal, "/kind").into_bytes()),
    ];
    if let Some(argon2) = seal.get("argon2") {
        parts.extend(["memory_kib", "passes", "lanes"].map(|name| (name, number(&argon2[name]))));
        parts.push(("salt", bytes(&argon2["salt"])));
    }
    if let Some(recovery) = seal.get("recovery") {
        parts.push(("public key", bytes(&recovery["public_key"])));
        let byte = |name: &str| vec![u8::try_from(recovery[name].as_u64().unwrap()).unwrap()];
        parts.push(("threshold", byte("threshold")));
        parts.push(("shares", byte("shares")));
    }
    parts.extend_from_slice(more);
    let parts: Vec<_> = parts
        .iter()
        .map(|(name, value)| (*name, value.as_slice()))
        .collect();
    page.compose("Place of a seal", true, &parts)
}

/// Opens every version under a sealing key.
fn open_sealed(page: &Page, file: &Value, seal: &Value, sealing_key: &[u8]) -> Vec<Vec<u8>> {
    let versions = file["versions"].as_array().unwrap().iter();
    let open = |(version, sealed): (&Value, &Value)| {
        let more = [
            ("version", number(&version["version"])),
            ("version created", text(version, "/created").into_bytes()),
        ];
        let parts = page.cut("Version sealed for a seal", &bytes(sealed));
        open_gcm(sealing_key, &parts, &place(page, seal, "root key", &more))
    };
    versions
        .zip(seal["sealed"].as_array().unwrap())
        .map(open)
        .collect()
}

/// Opens the file by its key file, and every other seal of it by the renewal; gives the versions.
fn open_file(page: &Page, path: &Path, key: &[u8]) -> Vec<Vec<u8>> {
    let file: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let seals = file["seals"].as_array().unwrap();
    let first = &seals[0];
    assert_eq!(first["kind"], "key-file");
    let parts = page.cut("Version sealed for a seal", &bytes(&first["sealing_key"]));
    let sealing_key = open_gcm(key, &parts, &place(page, first, "sealing key", &[]));
    let versions = open_sealed(page, &file, first, &sealing_key);
    for seal in seals {
        let renewal = bytes(&seal["renewal"]);
        let parts = page.cut("Renewal", &renewal);
        assert_eq!(parts["kind and format"], [4]);
        assert_eq!(
            parts["root version"],
            number(&file["versions"].as_array().unwrap().last().unwrap()["version"])
        );
        let more = [("wrapped sealing key", bytes(&seal["sealing_key"]))];
        let additional = [&renewal[..5], &place(page, seal, "renewal", &more)].concat();
        let sealing_key = open_xaes(versions.last().unwrap(), &parts, &additional);
        assert_eq!(open_sealed(page, &file, seal, &sealing_key), versions);
    }
    check_link(page, &file, &versions);
    versions
}

fn check_link(page: &Page, file: &Value, versions: &[Vec<u8>]) {
    let newest = file["versions"].as_array().unwrap().last().unwrap();
    let link = bytes(&newest["link"]);
    let parts = page.cut("Link", &link);
    assert_eq!(parts["kind and format"], [5]);
    let mut additional = link[..5].to_vec();
    let format = 2u32.to_be_bytes();
    let version = number(&newest["version"]);
    let created = text(newest, "/created");
    for part in [b"link".as_slice(), &format, &version, created.as_bytes()] {
        additional.extend_from_slice(&u32::try_from(part.len()).unwrap().to_be_bytes());
        additional.extend_from_slice(part);
    }
    let before = &versions[versions.len() - 2];
    assert_eq!(open_xaes(before, &parts, &additional), *versions.last().unwrap());
}

#[test]
fn files_of_format_2_are_as_described() {
    let (page, golden) = (Page::read(), golden());
    let key = fs::read(fixture("key-file.raw")).unwrap();
    let both = [hex(&golden, "/root_keys/1"), hex(&golden, "/root_keys/2")];
    assert_eq!(open_file(&page, &fixture("root-seals.json"), &key), both);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.json");
    let (recovery, _) = Sealer::new_recovery(2, 3, &SystemRng).unwrap();
    let words = crate::fixtures::passphrase("eight letters");
    let roots = RootKeys::create_with(&path, &[&key_file(), &recovery, &words], &SystemRng, NOW).unwrap();
    roots.rotate(&path, &SystemRng, NOW).unwrap();
    assert_eq!(open_file(&page, &path, &key).len(), 2);
}

/// What the recovery key wraps has the parts that the page names.
#[test]
fn the_sealing_key_of_a_recovery_key_is_as_described() {
    let page = Page::read();
    let file: Value = serde_json::from_slice(&fs::read(fixture("root-seals.json")).unwrap()).unwrap();
    let parts = page.cut("Wrapped sealing key", &bytes(&file["seals"][3]["sealing_key"]));
    assert_eq!(parts["encapsulated key"].len(), 32);
    assert_eq!(parts["tag"].len(), 16);
}
