//! A caller of its own library.

use claviger_crypto::ec::{EcPublicKey, EcdsaHash};
use claviger_crypto::rsa::{RsaEncryption, RsaPublicKey, RsaSignature};
use claviger_crypto::{AesKey, kwp};
use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, SignatureAlgorithm};
use claviger_provider::conformance::{Client, ClientPair};

pub(crate) struct Caller;

impl Client for Caller {
    fn encrypt(&self, public_key: &[u8], algorithm: EncryptionAlgorithm, plaintext: &[u8]) -> Vec<u8> {
        let padding = match algorithm {
            EncryptionAlgorithm::RsaPkcs1 => RsaEncryption::Pkcs1V15,
            EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1) => RsaEncryption::OaepSha1,
            EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256) => RsaEncryption::OaepSha256,
            other => unreachable!("{other:?} is not in the table"),
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
        use SignatureAlgorithm::{Ecdsa, RsaPkcs1, RsaPss};
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
            other => unreachable!("{other:?} is not in the table"),
        }
    }

    fn pair(&self, spec: KeySpec) -> ClientPair {
        unreachable!("tokens take no pairs of {spec:?}")
    }

    fn wrap_key(&self, key: &[u8], plaintext: &[u8]) -> Vec<u8> {
        kwp::wrap_padded(AesKey::try_from(key).unwrap(), plaintext).unwrap()
    }
}
