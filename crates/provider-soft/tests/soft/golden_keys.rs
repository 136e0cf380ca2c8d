//! What `keys.json` holds opens and works: keys of every spec as they were stored once.

use claviger_model::{
    EncryptionAlgorithm, Fingerprint, HashAlgorithm, KeySpec, Material, SignatureAlgorithm,
};
use claviger_provider::{Provider, ProviderError, Wrapped};
use serde_json::Value;

use crate::fixtures::{Place, cut_blob, golden_keys, hex, provider_of, run, spec, text};

const ROOTS: [&str; 2] = ["root-key-file.json", "root-two-versions.json"];

fn list(value: &Value, name: &str) -> Vec<Value> {
    let list = value[name].as_array().unwrap().clone();
    assert!(!list.is_empty(), "no {name}");
    list
}

fn material(key: &Value) -> Material {
    Material(hex(key, "/material").into_boxed_slice())
}

#[test]
fn golden_ciphertexts_of_the_shorter_keys_open() {
    let provider = provider_of("root-two-versions.json");
    for cipher in list(&golden_keys(), "ciphers") {
        let place = Place::golden().of(spec(&cipher, "/spec"));
        let material = material(&cipher);
        let (additional, body) = cut_blob(&cipher["ciphertext"]);
        let format = provider.capability().envelope(place.spec).unwrap();
        assert_eq!(additional[36], format.byte());
        let opened = run(provider.decrypt(place.sealed(&material), &additional, &body)).unwrap();
        assert_eq!(opened.expose(), text(&cipher, "/ciphertext/plaintext").as_bytes());
    }
}

#[test]
fn golden_codes_are_made_again() {
    let provider = provider_of("root-two-versions.json");
    for mac in list(&golden_keys(), "macs") {
        let place = Place::golden().of(spec(&mac, "/spec"));
        let material = material(&mac);
        let message = text(&mac, "/message");
        let code = run(provider.mac(place.sealed(&material), message.as_bytes())).unwrap();
        assert_eq!(code, hex(&mac, "/code"), "{:?}", place.spec);
    }
}

#[test]
fn golden_pairs_verify_and_decrypt() {
    let provider = provider_of("root-two-versions.json");
    for pair in list(&golden_keys(), "pairs") {
        let place = Place::golden().of(spec(&pair, "/spec"));
        let material = material(&pair);
        let sealed = place.sealed(&material);
        let public = run(provider.public_key(sealed)).unwrap();
        assert_eq!(public, hex(&pair, "/public_key"), "{:?}", place.spec);
        let oaep = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256);
        let algorithm = if oaep.fits(place.spec) {
            let opened = run(provider.decrypt_from(sealed, oaep, &hex(&pair, "/ciphertext"))).unwrap();
            assert_eq!(opened.expose(), text(&pair, "/plaintext").as_bytes());
            SignatureAlgorithm::RsaPss(HashAlgorithm::Sha256)
        } else {
            SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256)
        };
        let (digest, signature) = (hex(&pair, "/digest"), hex(&pair, "/signature"));
        assert_eq!(
            run(provider.verify(sealed, algorithm, &digest, &signature)),
            Ok(true)
        );
    }
}

/// Fingerprints are compared over years: a root key that has been rotated makes the same ones.
#[test]
fn golden_imports_have_the_golden_fingerprint_under_every_root_version() {
    let import = &golden_keys()["import"];
    let algorithms = [
        ("pkcs1", EncryptionAlgorithm::RsaPkcs1),
        ("oaep-sha1", EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1)),
        ("oaep-sha256", EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256)),
    ];
    let place = Place::golden();
    let (additional, body) = cut_blob(&crate::fixtures::golden()["ciphertext"]);
    for (roots, sealed) in [(ROOTS[0], 0), (ROOTS[1], 0), (ROOTS[1], 1)] {
        let provider = provider_of(roots);
        let private = hex(import, &format!("/sealed/{sealed}"));
        for (name, algorithm) in algorithms {
            let bytes = hex(import, &format!("/wrapped/{name}"));
            let wrapped = Wrapped {
                wrapping: place.wrapping(),
                private: &private,
                algorithm,
                bytes: &bytes,
                pair: None,
            };
            let imported = run(provider.import(wrapped, &place.binding())).unwrap();
            let expected: [u8; 32] = hex(import, "/fingerprint").try_into().unwrap();
            assert!(imported.fingerprint == Fingerprint(expected), "{roots} {name}");
            // The secret is the raw key of the golden ciphertext, so that opens.
            run(provider.decrypt(place.sealed(&imported.material), &additional, &body)).unwrap();
        }
    }
}

/// Sealed bytes of one kind never pass for another, even where place and length would fit.
#[test]
fn a_wrapping_key_is_no_material_and_material_no_wrapping_key() {
    let provider = provider_of("root-two-versions.json");
    let keys = golden_keys();
    let import = &keys["import"];
    let place = Place::golden().of(KeySpec::Rsa2048);
    let wrapping_key = Material(hex(import, "/sealed/0").into_boxed_slice());
    let shown = run(provider.public_key(place.sealed(&wrapping_key)));
    assert_eq!(shown, Err(ProviderError::BadMaterial));

    let pair = hex(&keys["pairs"][0], "/material");
    let bytes = hex(import, "/wrapped/oaep-sha256");
    let wrapped = Wrapped {
        wrapping: place.wrapping(),
        private: &pair,
        algorithm: EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256),
        bytes: &bytes,
        pair: None,
    };
    let imported = run(provider.import(wrapped, &Place::golden().binding()));
    assert_eq!(imported.unwrap_err(), ProviderError::DoesNotOpen);
}
