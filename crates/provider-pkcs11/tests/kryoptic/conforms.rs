//! The suite that every provider passes, and what kryoptic leaves out.

use std::collections::HashSet;

use claviger_model::HashAlgorithm::{Sha1, Sha256, Sha384, Sha512};
use claviger_model::SignatureAlgorithm::{Ecdsa, RsaPkcs1, RsaPss};
use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, SignatureAlgorithm};
use claviger_provider::conformance::{Report, check_provider};
use claviger_provider::{EnvelopeFormat, Provider};
use claviger_provider_pkcs11::TokenSealer;
use claviger_provider_soft::{DeviceError, SealingDevice};

use crate::client::Caller;
use crate::sealer;
use crate::world::{alone, alone_without, run};

const RSA: [KeySpec; 3] = [KeySpec::Rsa2048, KeySpec::Rsa3072, KeySpec::Rsa4096];
const CURVES: [KeySpec; 3] = [KeySpec::EcP256, KeySpec::EcP384, KeySpec::EcP521];
const HASHES: [HashAlgorithm; 3] = [Sha256, Sha384, Sha512];

fn signatures(report: &Report) -> HashSet<(KeySpec, SignatureAlgorithm)> {
    report.signatures.iter().copied().collect()
}

#[test]
fn the_provider_conforms() {
    alone("conforms::the_provider_conforms", |world| {
        let world = world.token("suite");
        let provider = world.provider(&["suite"]);
        let report = run(check_provider(&provider, &Caller));
        let skipped = [
            KeySpec::Aes192,
            KeySpec::Aes128,
            KeySpec::Sm4,
            KeySpec::EcP256k,
            KeySpec::Sm2,
            KeySpec::HmacSm3,
        ];
        assert_eq!(report.skipped, skipped);
        assert_eq!(report.passed.len() + report.skipped.len(), KeySpec::ALL.len());

        let mut offered = HashSet::new();
        for hash in HASHES {
            offered.extend(RSA.map(|spec| (spec, RsaPss(hash))));
            offered.extend(RSA.map(|spec| (spec, RsaPkcs1(hash))));
            offered.extend(CURVES.map(|spec| (spec, Ecdsa(hash))));
        }
        assert_eq!(signatures(&report), offered);
        let oaep = RSA.map(|spec| [Sha1, Sha256].map(|hash| (spec, EncryptionAlgorithm::RsaOaep(hash))));
        assert_eq!(report.encryptions, oaep.concat());
    });
}

#[test]
fn the_table_is_what_the_token_can_do() {
    alone("conforms::the_table_is_what_the_token_can_do", |world| {
        let world = world.token("table");
        let provider = world.provider(&["table"]);
        let table = provider.capability();
        assert_eq!(table.name, "pkcs11:table");
        assert!(table.keeps_keys);
        assert_eq!(*table.symmetric, [(KeySpec::Aes256, EnvelopeFormat::Aes256Gcm)]);
        let imports = [
            KeySpec::Aes256,
            KeySpec::HmacSha224,
            KeySpec::HmacSha256,
            KeySpec::HmacSha384,
            KeySpec::HmacSha512,
        ];
        assert_eq!(*table.imports, imports);
        assert!(table.pairs.is_empty());
        for algorithm in [
            EncryptionAlgorithm::RsaPkcs1,
            EncryptionAlgorithm::RsaOaep(Sha1),
            EncryptionAlgorithm::RsaOaep(Sha256),
        ] {
            assert!(table.wraps(KeySpec::Rsa2048, algorithm), "{algorithm:?}");
        }
    });
}

/// A token whose maker or officer switched things off.
#[test]
fn what_a_token_lacks_is_not_in_the_table_and_is_refused() {
    let off = ["CKM_AES_GCM", "CKM_ECDSA", "CKM_RSA_PKCS", "CKM_SHA384_HMAC"];
    alone_without(
        &off,
        "conforms::what_a_token_lacks_is_not_in_the_table_and_is_refused",
        |world| {
            let world = world.token("partial");
            let provider = world.provider(&["partial"]);
            // The suite tries what is skipped, and wants it refused.
            let report = run(check_provider(&provider, &Caller));
            let passed = [
                RSA.as_slice(),
                &[KeySpec::HmacSha224, KeySpec::HmacSha256, KeySpec::HmacSha512],
            ];
            assert_eq!(report.passed, passed.concat());
            let pss = HASHES.map(|hash| RSA.map(|spec| (spec, RsaPss(hash))));
            assert_eq!(signatures(&report), pss.into_iter().flatten().collect());
            let table = provider.capability();
            assert!(!table.takes(KeySpec::Aes256) && table.takes(KeySpec::HmacSha256));
            assert!(!table.wraps(KeySpec::Rsa2048, EncryptionAlgorithm::RsaPkcs1));
            assert!(table.wraps(KeySpec::Rsa2048, EncryptionAlgorithm::RsaOaep(Sha256)));

            let wrapped = TokenSealer::open(sealer::settings(&["partial"], "root"))
                .unwrap()
                .wrap(&sealer::KEY);
            assert!(matches!(wrapped, Err(DeviceError::Refused(_))), "{wrapped:?}");
        },
    );
}
