//! The suite that every provider passes.

use std::collections::HashSet;
use std::sync::Arc;

use claviger_crypto::SystemRng;
use claviger_crypto::ec::{Curve, EcPrivateKey, EcPublicKey, EcdsaHash};
use claviger_crypto::rsa::{RsaEncryption, RsaPrivateKey, RsaPublicKey, RsaSignature};
use claviger_crypto::sm2::{Sm2PrivateKey, Sm2PublicKey};
use claviger_crypto::{AesKey, kwp};
use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, SignatureAlgorithm};
use claviger_provider::Capability;
use claviger_provider::conformance::{Client, ClientPair, Report, check_keeper, check_provider};
use claviger_provider_managed::MANAGED;
use claviger_provider_soft::{RootKeys, SOFTWARE, SoftProvider};

use crate::fixtures::{fixture, key_file, run};

/// A caller with the same library.
pub(crate) struct Caller;

impl Client for Caller {
    fn encrypt(&self, public_key: &[u8], algorithm: EncryptionAlgorithm, plaintext: &[u8]) -> Vec<u8> {
        let padding = match algorithm {
            EncryptionAlgorithm::RsaPkcs1 => RsaEncryption::Pkcs1V15,
            EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1) => RsaEncryption::OaepSha1,
            EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256) => RsaEncryption::OaepSha256,
            EncryptionAlgorithm::Sm2Pke => {
                let key = Sm2PublicKey::from_spki(public_key).unwrap();
                return key.encrypt(plaintext).unwrap();
            }
            EncryptionAlgorithm::RsaOaep(other) => unreachable!("OAEP with {other:?} is not in the table"),
        };
        RsaPublicKey::from_spki(public_key)
            .unwrap()
            .encrypt(padding, plaintext)
            .unwrap()
    }

    fn verify(
        &self,
        public_key: &[u8],
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> bool {
        use HashAlgorithm::{Sha256, Sha384, Sha512};
        use SignatureAlgorithm::{Ecdsa, RsaPkcs1, RsaPss, Sm2Dsa};
        let ecdsa = |hash| {
            EcPublicKey::from_spki(public_key)
                .unwrap()
                .verify_digest(hash, digest, signature)
        };
        let rsa = |scheme| {
            RsaPublicKey::from_spki(public_key)
                .unwrap()
                .verify_digest(scheme, digest, signature)
        };
        match algorithm {
            Ecdsa(Sha256) => ecdsa(EcdsaHash::Sha256),
            Ecdsa(Sha384) => ecdsa(EcdsaHash::Sha384),
            Ecdsa(Sha512) => ecdsa(EcdsaHash::Sha512),
            RsaPss(Sha256) => rsa(RsaSignature::PssSha256),
            RsaPss(Sha384) => rsa(RsaSignature::PssSha384),
            RsaPss(Sha512) => rsa(RsaSignature::PssSha512),
            RsaPkcs1(Sha256) => rsa(RsaSignature::Pkcs1Sha256),
            RsaPkcs1(Sha384) => rsa(RsaSignature::Pkcs1Sha384),
            RsaPkcs1(Sha512) => rsa(RsaSignature::Pkcs1Sha512),
            Sm2Dsa => Sm2PublicKey::from_spki(public_key)
                .unwrap()
                .verify_digest(digest, signature),
            other => unreachable!("{other:?} is not in the table"),
        }
    }

    /// RSA keys take long to make, so those are the same each time.
    fn pair(&self, spec: KeySpec) -> ClientPair {
        let rsa = |der: &[u8]| {
            (
                der.to_vec(),
                RsaPrivateKey::from_pkcs8(der).unwrap().public_key_der(),
            )
        };
        let ec = |curve| {
            let pair = EcPrivateKey::generate(curve).unwrap();
            (pair.to_pkcs8().expose().to_vec(), pair.public_key_der())
        };
        let (private, public) = match spec {
            KeySpec::Rsa2048 => rsa(include_bytes!("../../../crypto/tests/keys/rsa-2048.p8")),
            KeySpec::Rsa3072 => rsa(include_bytes!("../../../crypto/tests/keys/rsa-3072.p8")),
            KeySpec::Rsa4096 => rsa(include_bytes!("../../../crypto/tests/keys/rsa-4096.p8")),
            KeySpec::EcP256 => ec(Curve::P256),
            KeySpec::EcP256k => ec(Curve::P256K),
            KeySpec::EcP384 => ec(Curve::P384),
            KeySpec::EcP521 => ec(Curve::P521),
            KeySpec::Sm2 => {
                let pair = Sm2PrivateKey::generate().unwrap();
                (pair.to_pkcs8().expose().to_vec(), pair.public_key_der())
            }
            other => unreachable!("{other:?} is not in the table"),
        };
        ClientPair { private, public }
    }

    fn wrap_key(&self, key: &[u8], plaintext: &[u8]) -> Vec<u8> {
        kwp::wrap_padded(AesKey::try_from(key).unwrap(), plaintext).unwrap()
    }
}

/// Runs the suite with a table and a cache of that size.
fn check(table: &'static Capability, capacity: usize) -> Report {
    let roots = RootKeys::open(&fixture("root-two-versions.json"), &key_file()).unwrap();
    let provider = SoftProvider::new(table, Arc::new(roots), Arc::new(SystemRng), capacity);
    let report = run(check_provider(&provider, &Caller));
    assert_eq!(report.passed.len() + report.skipped.len(), KeySpec::ALL.len());
    check_keeper(&provider);
    report
}

const RSA: [KeySpec; 3] = [KeySpec::Rsa2048, KeySpec::Rsa3072, KeySpec::Rsa4096];
const CURVES: [KeySpec; 4] = [
    KeySpec::EcP256,
    KeySpec::EcP256k,
    KeySpec::EcP384,
    KeySpec::EcP521,
];

/// How key pairs sign under every table.
fn signatures() -> HashSet<(KeySpec, SignatureAlgorithm)> {
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
    signatures
}

/// How key pairs are encrypted to under every table.
fn encryptions() -> HashSet<(KeySpec, EncryptionAlgorithm)> {
    let hashes = [HashAlgorithm::Sha1, HashAlgorithm::Sha256];
    let of_hash = |hash| RSA.map(|spec| (spec, EncryptionAlgorithm::RsaOaep(hash)));
    hashes.into_iter().flat_map(of_hash).collect()
}

/// The software table has no SM2 and no SM4.
fn software(capacity: usize) {
    let report = check(&SOFTWARE, capacity);
    assert_eq!(report.skipped, [KeySpec::Sm4, KeySpec::Sm2]);
    assert_eq!(
        report.signatures.into_iter().collect::<HashSet<_>>(),
        signatures()
    );
    assert_eq!(
        report.encryptions.into_iter().collect::<HashSet<_>>(),
        encryptions()
    );
}

#[test]
fn the_provider_conforms() {
    software(10_000);
}

#[test]
fn the_provider_conforms_if_it_keeps_no_key_open() {
    software(0);
}

#[test]
fn the_engine_of_a_module_conforms_and_leaves_nothing_out() {
    let report = check(&MANAGED, 10_000);
    assert_eq!(report.skipped, []);
    let (mut signatures, mut encryptions) = (signatures(), encryptions());
    signatures.insert((KeySpec::Sm2, SignatureAlgorithm::Sm2Dsa));
    encryptions.insert((KeySpec::Sm2, EncryptionAlgorithm::Sm2Pke));
    assert_eq!(report.signatures.into_iter().collect::<HashSet<_>>(), signatures);
    assert_eq!(
        report.encryptions.into_iter().collect::<HashSet<_>>(),
        encryptions
    );
}
