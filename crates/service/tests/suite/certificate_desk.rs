//! Certificates of a world, and what can be asked of them.

use claviger_model::{
    Certificate, CertificateStatus, Change, EncryptionAlgorithm, Error, HashAlgorithm, KeySpec, Missing,
    ProtectionLevel, SignatureAlgorithm,
};
use claviger_secret::SecretBytes;
use claviger_service::ops::certificate::{
    CertificatePrivateKeyDecrypt, CertificatePrivateKeySign, CertificatePublicKeyEncrypt,
    CertificatePublicKeyVerify, CreateCertificate, IssuedChain, UpdateCertificateStatus, UploadCertificate,
};
use claviger_service::ops::crypto::Message;
use claviger_service::{CertificateName, CertificateRef, Service};
use claviger_testkit::Authority;

use crate::calls::Root;

pub(crate) const PKCS1: SignatureAlgorithm = SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha256);
pub(crate) const PSS: SignatureAlgorithm = SignatureAlgorithm::RsaPss(HashAlgorithm::Sha256);
pub(crate) const ECDSA: SignatureAlgorithm = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256);
pub(crate) const OAEP: EncryptionAlgorithm = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256);
pub(crate) const MISSING: Error = Error::NotFound(Missing::Certificate);
pub(crate) const MESSAGE: &[u8] = b"a release";

pub(crate) fn create(root: &Root, spec: KeySpec) -> CreateCertificate {
    CreateCertificate {
        scope: root.scope.clone(),
        spec,
        protection: match spec {
            KeySpec::Sm2 => ProtectionLevel::Hsm,
            _ => ProtectionLevel::Software,
        },
        exportable: false,
        subject: "CN=www.example.com,OU=kms,O=Example\\, Inc.,C=CN".into(),
        alternative_names: vec!["www.example.com".into(), "192.0.2.1".into()],
    }
}

pub(crate) async fn made(root: &Root, service: &Service, spec: KeySpec) -> Certificate {
    root.calls(service, create(root, spec)).await.unwrap()
}

/// One that an authority has issued.
pub(crate) async fn issued(root: &Root, service: &Service, spec: KeySpec) -> (Certificate, Authority) {
    let (certificate, authority) = (made(root, service, spec).await, Authority::new());
    let leaf = authority.issue(&certificate.csr);
    let upload = upload(root, &certificate, &leaf, Some(&authority.chain())).unwrap();
    root.calls(service, upload).await.unwrap();
    (certificate, authority)
}

pub(crate) fn named(root: &Root, certificate: &Certificate) -> CertificateRef {
    CertificateRef {
        scope: root.scope.clone(),
        name: CertificateName::Id(certificate.id),
    }
}

pub(crate) fn upload(
    root: &Root,
    certificate: &Certificate,
    leaf: &str,
    chain: Option<&str>,
) -> Result<UploadCertificate, Error> {
    Ok(UploadCertificate {
        certificate: named(root, certificate),
        issued: IssuedChain::parse(leaf, chain)?,
    })
}

pub(crate) fn raw(message: &[u8]) -> Message {
    Message::Raw(SecretBytes::copied(message))
}

pub(crate) fn digest(message: &[u8]) -> Message {
    Message::Digest(claviger_crypto::digest::sha256(message).to_vec())
}

pub(crate) async fn sign(
    root: &Root,
    service: &Service,
    certificate: &Certificate,
    algorithm: SignatureAlgorithm,
    message: Message,
) -> Result<Vec<u8>, Error> {
    let sign = CertificatePrivateKeySign {
        certificate: named(root, certificate),
        algorithm,
        message,
    };
    let output = root.calls(service, sign).await?;
    assert_eq!(output.certificate, certificate.id);
    Ok(output.bytes)
}

pub(crate) async fn verify(
    root: &Root,
    service: &Service,
    certificate: &Certificate,
    algorithm: SignatureAlgorithm,
    message: Message,
    signature: &[u8],
) -> Result<bool, Error> {
    let verify = CertificatePublicKeyVerify {
        certificate: named(root, certificate),
        algorithm,
        message,
        signature: signature.to_vec(),
    };
    let output = root.calls(service, verify).await?;
    assert_eq!(output.certificate, certificate.id);
    Ok(output.valid)
}

pub(crate) async fn encrypt(
    root: &Root,
    service: &Service,
    certificate: &Certificate,
    length: usize,
) -> Result<Vec<u8>, Error> {
    let encrypt = CertificatePublicKeyEncrypt {
        certificate: named(root, certificate),
        algorithm: OAEP,
        plaintext: SecretBytes::copied(&vec![7; length]),
    };
    Ok(root.calls(service, encrypt).await?.bytes)
}

pub(crate) async fn decrypt(
    root: &Root,
    service: &Service,
    certificate: &Certificate,
    blob: &[u8],
) -> Result<Vec<u8>, Error> {
    let decrypt = CertificatePrivateKeyDecrypt {
        certificate: named(root, certificate),
        algorithm: OAEP,
        ciphertext: blob.to_vec(),
    };
    let output = root.calls(service, decrypt).await?;
    assert_eq!(output.certificate, certificate.id);
    Ok(output.plaintext.expose().to_vec())
}

pub(crate) async fn set(
    root: &Root,
    service: &Service,
    certificate: &Certificate,
    status: CertificateStatus,
) -> Result<Change<()>, Error> {
    let update = UpdateCertificateStatus {
        certificate: named(root, certificate),
        status,
    };
    root.calls(service, update).await
}
