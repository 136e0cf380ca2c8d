//! Imports that fail for want of something here.

use std::fs;
use std::sync::Arc;

use claviger_model::{EncryptionAlgorithm, HashAlgorithm};
use claviger_provider::{ImportFault, Provider, ProviderError, Wrapped};
use claviger_provider_soft::{RootKeys, SOFTWARE, SoftProvider};
use serde_json::Value;

use crate::fixtures::{FailingRng, Place, file, fixture, golden_keys, hex, key_file, provider_with, run};

const OAEP: EncryptionAlgorithm = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256);

/// Imports the golden material, or bytes that do not open.
fn import(provider: &SoftProvider, private: &[u8], opens: bool) -> Result<(), ProviderError> {
    let place = Place::golden();
    let keys = golden_keys();
    let bytes = if opens {
        hex(&keys, "/import/wrapped/oaep-sha256")
    } else {
        vec![1; 256]
    };
    let wrapped = Wrapped {
        wrapping: place.wrapping(),
        private,
        algorithm: OAEP,
        bytes: &bytes,
        pair: None,
    };
    run(provider.import(wrapped, &place.binding())).map(drop)
}

/// What does not open takes the same way as what does: it needs as much randomness.
#[test]
fn without_randomness_nothing_comes_in_whether_it_opens_or_not() {
    let private = hex(&golden_keys(), "/import/sealed/0");
    let roots = Arc::new(RootKeys::open(&fixture("root-key-file.json"), &key_file()).unwrap());
    let provider = |draws| {
        SoftProvider::new(
            &SOFTWARE,
            Arc::clone(&roots),
            Arc::new(FailingRng::after(draws)),
            10,
        )
    };
    for draws in 0..2 {
        for opens in [true, false] {
            let imported = import(&provider(draws), &private, opens);
            assert_eq!(imported, Err(ProviderError::Random), "{draws} draws, {opens}");
        }
    }
    assert_eq!(import(&provider(2), &private, true), Ok(()));
    assert_eq!(
        import(&provider(2), &private, false),
        Err(ProviderError::BadImport(ImportFault::Unwrap))
    );
    let made = run(provider(0).wrapping_key(&Place::golden().wrapping()));
    assert_eq!(made.map(drop), Err(ProviderError::Random));
}

/// The key of fingerprints comes from root version 1. Another fingerprint for the same material would lock its owner
/// out, so without that version nothing comes in.
#[test]
fn without_the_first_root_version_nothing_comes_in() {
    let mut json: Value =
        serde_json::from_slice(&fs::read(fixture("root-two-versions.json")).unwrap()).unwrap();
    json["versions"].as_array_mut().unwrap().remove(0);
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "root.json", &serde_json::to_vec(&json).unwrap(), 0o600);
    let provider = provider_with(RootKeys::open(&path, &key_file()).unwrap());
    let private = hex(&golden_keys(), "/import/sealed/1");
    assert_eq!(import(&provider, &private, true), Err(ProviderError::BadMaterial));
}
