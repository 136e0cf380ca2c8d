//! The suite that every provider passes, and what SoftHSM2 leaves out.

use std::collections::HashSet;

use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, SignatureAlgorithm};
use claviger_provider::conformance::check_provider;
use claviger_provider::{EnvelopeFormat, Provider};

use crate::client::Caller;
use crate::world::{alone, run};

const RSA: [KeySpec; 3] = [KeySpec::Rsa2048, KeySpec::Rsa3072, KeySpec::Rsa4096];
const CURVES: [KeySpec; 4] = [
    KeySpec::EcP256,
    KeySpec::EcP256k,
    KeySpec::EcP384,
    KeySpec::EcP521,
];

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
            KeySpec::Sm2,
            KeySpec::HmacSm3,
        ];
        assert_eq!(report.skipped, skipped);
        assert_eq!(report.passed.len() + report.skipped.len(), KeySpec::ALL.len());

        let mut signatures = HashSet::new();
        for hash in [
            HashAlgorithm::Sha256,
            HashAlgorithm::Sha384,
            HashAlgorithm::Sha512,
        ] {
            signatures.extend(RSA.map(|spec| (spec, SignatureAlgorithm::RsaPss(hash))));
            signatures.extend(RSA.map(|spec| (spec, SignatureAlgorithm::RsaPkcs1(hash))));
            signatures.extend(CURVES.map(|spec| (spec, SignatureAlgorithm::Ecdsa(hash))));
        }
        assert_eq!(report.signatures.into_iter().collect::<HashSet<_>>(), signatures);
        // SoftHSM2 has no OAEP with SHA-256.
        let oaep = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1);
        assert_eq!(report.encryptions, RSA.map(|spec| (spec, oaep)));
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
        // Of 28 bytes, SoftHSM2 cannot tell whether they are 29.
        let imports = [
            KeySpec::Aes256,
            KeySpec::HmacSha256,
            KeySpec::HmacSha384,
            KeySpec::HmacSha512,
        ];
        assert_eq!(*table.imports, imports);
        assert!(table.pairs.is_empty());
        let rsa = KeySpec::Rsa2048;
        let oaep = EncryptionAlgorithm::RsaOaep;
        assert!(table.wraps(rsa, EncryptionAlgorithm::RsaPkcs1));
        assert!(table.wraps(rsa, oaep(HashAlgorithm::Sha1)));
        assert!(!table.wraps(rsa, oaep(HashAlgorithm::Sha256)));
    });
}
