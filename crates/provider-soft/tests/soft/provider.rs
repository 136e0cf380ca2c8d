//! Keys and cells under the root key.

use std::sync::Arc;

use claviger_crypto::SystemRng;
use claviger_model::{KeySpec, Material, ProtectionLevel};
use claviger_provider::{Cell, Keeper, Provider, ProviderError};
use claviger_provider_soft::{RootKeys, SOFTWARE, SoftProvider};
use claviger_secret::SecretBytes;

use crate::fixtures::{
    FailingRng, NOW, Place, cut_blob, fixture, golden, hex, key_file, provider_of, provider_with, run, text,
};

fn golden_material(index: usize) -> Material {
    Material(hex(&golden(), &format!("/materials/{index}/material")).into_boxed_slice())
}

fn generate(provider: &SoftProvider, place: &Place) -> Material {
    run(provider.generate(&place.binding())).unwrap()
}

fn encrypt(provider: &SoftProvider, place: &Place, material: &Material) -> Vec<u8> {
    let mut body = Vec::new();
    run(provider.encrypt(place.sealed(material), b"additional", b"plaintext", &mut body)).unwrap();
    body
}

#[test]
fn golden_material_opens_the_golden_ciphertext() {
    let golden = golden();
    let (additional, body) = cut_blob(&golden["ciphertext"]);
    let place = Place::golden();
    assert_eq!(additional[..36], place.version.to_ascii());
    let provider = provider_of("root-two-versions.json");
    assert_eq!(
        additional[36],
        provider.capability().envelope(KeySpec::Aes256).unwrap().byte()
    );
    for index in 0..2 {
        let material = golden_material(index);
        let opened = run(provider.decrypt(place.sealed(&material), &additional, &body)).unwrap();
        assert_eq!(opened.expose(), text(&golden, "/ciphertext/plaintext").as_bytes());
    }
}

#[test]
fn the_golden_cell_opens() {
    let golden = golden();
    let row = text(&golden, "/cell/row");
    let cell = Cell {
        table: "access_key",
        column: "secret",
        row: &row,
    };
    for roots in ["root-key-file.json", "root-two-versions.json"] {
        let opened = provider_of(roots)
            .open(&cell, &hex(&golden, "/cell/sealed"))
            .unwrap();
        assert_eq!(opened.expose(), text(&golden, "/cell/secret").as_bytes());
    }
}

#[test]
fn the_newest_root_version_wraps() {
    let place = Place::numbered(1);
    let cell = Cell {
        table: "t",
        column: "c",
        row: "r",
    };
    for (roots, version) in [("root-key-file.json", 1), ("root-two-versions.json", 2)] {
        let provider = provider_of(roots);
        let material = generate(&provider, &place);
        let sealed = provider.seal(&cell, &SecretBytes::copied(b"secret")).unwrap();
        assert_eq!(material.0[..5], [1, 0, 0, 0, version]);
        assert_eq!(sealed[..5], [2, 0, 0, 0, version]);
    }
}

#[test]
fn a_root_version_that_is_not_there_opens_nothing() {
    let (place, material) = (Place::golden(), golden_material(1));
    let provider = provider_of("root-key-file.json");
    let opened = run(provider.decrypt(place.sealed(&material), b"", &[0; 64]));
    assert_eq!(opened, Err(ProviderError::BadMaterial));
}

#[test]
fn the_root_key_of_another_deployment_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let roots = RootKeys::create(&folder.path().join("root.json"), &key_file(), &SystemRng, NOW).unwrap();
    let other = provider_with(roots);
    let (place, material) = (Place::golden(), golden_material(0));
    let opened = run(other.decrypt(place.sealed(&material), b"", &[0; 64]));
    assert_eq!(opened, Err(ProviderError::BadMaterial));
    let golden = golden();
    let row = text(&golden, "/cell/row");
    let cell = Cell {
        table: "access_key",
        column: "secret",
        row: &row,
    };
    assert_eq!(
        other.open(&cell, &hex(&golden, "/cell/sealed")),
        Err(ProviderError::DoesNotOpen)
    );
}

#[test]
fn material_is_no_cell_and_a_cell_is_no_material() {
    let provider = provider_of("root-key-file.json");
    let place = Place::numbered(1);
    let cell = Cell {
        table: "t",
        column: "c",
        row: "r",
    };
    let material = generate(&provider, &place);
    assert_eq!(provider.open(&cell, &material.0), Err(ProviderError::DoesNotOpen));
    // As long as material, so that only its kind gives it away.
    let sealed = Material(provider.seal(&cell, &SecretBytes::copied(&[0; 32])).unwrap());
    assert_eq!(sealed.0.len(), material.0.len());
    let opened = run(provider.decrypt(place.sealed(&sealed), b"", &[0; 64]));
    assert_eq!(opened, Err(ProviderError::BadMaterial));
}

#[test]
fn a_key_stays_open_until_it_is_forgotten_and_opens_again_from_its_material() {
    let roots = Arc::new(RootKeys::open(&fixture("root-key-file.json"), &key_file()).unwrap());
    let provider = SoftProvider::new(&SOFTWARE, Arc::clone(&roots), Arc::new(SystemRng), 1000);
    let place = Place::numbered(1);
    let material = generate(&provider, &place);
    assert_eq!(roots.memory().keys, 1, "a new key does not stay in memory");

    let body = encrypt(&provider, &place, &material);
    encrypt(&provider, &place, &material);
    assert_eq!(roots.memory().keys, 2, "a used key stays");
    run(provider.destroy(&place.binding())).unwrap();
    assert_eq!(roots.memory().keys, 1, "a forgotten key is gone");

    let opened = run(provider.decrypt(place.sealed(&material), b"additional", &body)).unwrap();
    assert_eq!(opened.expose(), b"plaintext");
    assert_eq!(roots.memory().keys, 2);
}

#[test]
fn more_keys_than_the_cache_holds_all_work() {
    let roots = Arc::new(RootKeys::open(&fixture("root-key-file.json"), &key_file()).unwrap());
    let provider = SoftProvider::new(&SOFTWARE, Arc::clone(&roots), Arc::new(SystemRng), 50);
    let keys: Vec<_> = (0..500)
        .map(|number| {
            let place = Place::numbered(number);
            let material = generate(&provider, &place);
            let body = encrypt(&provider, &place, &material);
            (place, material, body)
        })
        .collect();
    for (place, material, body) in &keys {
        let opened = run(provider.decrypt(place.sealed(material), b"additional", body)).unwrap();
        assert_eq!(opened.expose(), b"plaintext");
        assert!(
            roots.memory().keys <= 51,
            "{} keys in memory",
            roots.memory().keys
        );
    }
}

/// Material that was wrapped anew, as a rotation of the root key does, replaces what the cache holds.
#[test]
fn rewrapped_material_of_the_same_key_works_at_once() {
    let provider = provider_of("root-two-versions.json");
    let place = Place::golden();
    let body = encrypt(&provider, &place, &golden_material(0));
    let material = golden_material(1);
    let opened = run(provider.decrypt(place.sealed(&material), b"additional", &body)).unwrap();
    assert_eq!(opened.expose(), b"plaintext");
}

#[test]
fn keys_that_are_not_in_the_table_are_not_used() {
    let provider = provider_of("root-key-file.json");
    let (place, material) = (Place::golden(), golden_material(0));
    let mut sealed = place.sealed(&material);
    sealed.binding.spec = KeySpec::Sm4;
    let opened = run(provider.decrypt(sealed, b"", &[0; 64]));
    assert_eq!(opened, Err(ProviderError::Incapable));
    let mut sealed = place.sealed(&material);
    sealed.binding.protection = ProtectionLevel::Hsm;
    let opened = run(provider.decrypt(sealed, b"", &[0; 64]));
    assert_eq!(opened, Err(ProviderError::Incapable));
}

#[test]
fn without_randomness_nothing_is_made_and_the_buffer_stays() {
    let roots = Arc::new(RootKeys::open(&fixture("root-key-file.json"), &key_file()).unwrap());
    let provider = |draws| {
        SoftProvider::new(
            &SOFTWARE,
            Arc::clone(&roots),
            Arc::new(FailingRng::after(draws)),
            10,
        )
    };
    let (place, material) = (Place::golden(), golden_material(0));
    for draws in 0..2 {
        let made = run(provider(draws).generate(&place.binding()));
        assert_eq!(made, Err(ProviderError::Random));
    }
    let mut out = b"before".to_vec();
    let done = run(provider(0).encrypt(place.sealed(&material), b"", b"plaintext", &mut out));
    assert_eq!(
        (done, out.as_slice()),
        (Err(ProviderError::Random), b"before".as_slice())
    );
    assert_eq!(run(provider(0).random(16)), Err(ProviderError::Random));
    let cell = Cell {
        table: "t",
        column: "c",
        row: "r",
    };
    let sealed = provider(0).seal(&cell, &SecretBytes::copied(b"secret"));
    assert_eq!(sealed, Err(ProviderError::Random));
}

#[test]
fn debug_holds_no_key() {
    let provider = provider_of("root-two-versions.json");
    let place = Place::golden();
    let material = golden_material(0);
    encrypt(&provider, &place, &material);
    assert_eq!(
        format!("{provider:?}"),
        "SoftProvider { roots: RootKeys(newest 2, 1 older), .. }"
    );
    assert_eq!(
        format!("{:?}", place.sealed(&material).material),
        "Material(77 bytes)"
    );
}

/// Many threads use one provider at once; every one gets its own key's answers.
#[test]
fn threads_share_a_provider() {
    let roots = Arc::new(RootKeys::open(&fixture("root-key-file.json"), &key_file()).unwrap());
    let provider = SoftProvider::new(&SOFTWARE, roots, Arc::new(SystemRng), 4);
    let keys: Vec<_> = (0..8)
        .map(|number| {
            let place = Place::numbered(number);
            let material = generate(&provider, &place);
            (place, material)
        })
        .collect();
    std::thread::scope(|scope| {
        for turn in 0..4 {
            let (provider, keys) = (&provider, &keys);
            scope.spawn(move || {
                for round in 0..500 {
                    let (place, material) = &keys[(turn + round) % keys.len()];
                    let body = encrypt(provider, place, material);
                    if round % 7 == 0 {
                        run(provider.destroy(&place.binding())).unwrap();
                    }
                    let opened = run(provider.decrypt(place.sealed(material), b"additional", &body)).unwrap();
                    assert_eq!(opened.expose(), b"plaintext");
                }
            });
        }
    });
}
