//! Algorithms as this face spells them.
//!
//! SOURCE: KMS API reference, AsymmetricEncrypt, AsymmetricSign, GenerateMac, GetParametersForImport, ExportDataKey
//! (read 2026-11-21). The vendor signs with SHA-256 and SM3 only; the names with SHA-384 and SHA-512 are ours, for the
//! curves that the vendor does not have and for RSA.

use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, MacAlgorithm, SignatureAlgorithm};

use super::specs::spec;
use crate::error::WireError;
use crate::row::Input;

/// Every signature with its name.
const SIGNATURES: [(SignatureAlgorithm, &str); 10] = [
    (
        SignatureAlgorithm::RsaPss(HashAlgorithm::Sha256),
        "RSA_PSS_SHA_256",
    ),
    (
        SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha256),
        "RSA_PKCS1_SHA_256",
    ),
    (SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256), "ECDSA_SHA_256"),
    (SignatureAlgorithm::Sm2Dsa, "SM2DSA"),
    (
        SignatureAlgorithm::RsaPss(HashAlgorithm::Sha384),
        "RSA_PSS_SHA_384",
    ),
    (
        SignatureAlgorithm::RsaPss(HashAlgorithm::Sha512),
        "RSA_PSS_SHA_512",
    ),
    (
        SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha384),
        "RSA_PKCS1_SHA_384",
    ),
    (
        SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha512),
        "RSA_PKCS1_SHA_512",
    ),
    (SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha384), "ECDSA_SHA_384"),
    (SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha512), "ECDSA_SHA_512"),
];

/// Every encryption to a public key with its name, and whether data may be encrypted like that: the last one wraps
/// imported material and nothing else.
const ENCRYPTIONS: [(EncryptionAlgorithm, &str, bool); 4] = [
    (
        EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256),
        "RSAES_OAEP_SHA_256",
        true,
    ),
    (
        EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1),
        "RSAES_OAEP_SHA_1",
        true,
    ),
    (EncryptionAlgorithm::Sm2Pke, "SM2PKE", true),
    (EncryptionAlgorithm::RsaPkcs1, "RSAES_PKCS1_V1_5", false),
];

/// Every message authentication code with its name.
const MACS: [(MacAlgorithm, &str); 5] = [
    (MacAlgorithm::HmacSm3, "HMAC_SM3"),
    (MacAlgorithm::HmacSha224, "HMAC_SHA_224"),
    (MacAlgorithm::HmacSha256, "HMAC_SHA_256"),
    (MacAlgorithm::HmacSha384, "HMAC_SHA_384"),
    (MacAlgorithm::HmacSha512, "HMAC_SHA_512"),
];

/// Specs of keys that wrap what leaves or enters.
const WRAPPING_SPECS: [KeySpec; 2] = [KeySpec::Rsa2048, KeySpec::Sm2];

/// The parameter Algorithm of a signature.
pub(super) fn signature(input: &Input<'_>) -> Result<SignatureAlgorithm, WireError> {
    let text = input.required("Algorithm")?;
    let found = SIGNATURES.iter().find(|(_, name)| *name == text);
    let (algorithm, _) = found.ok_or_else(|| WireError::invalid("Algorithm"))?;
    Ok(*algorithm)
}

/// How data is encrypted to a public key, from the parameter of that name.
pub(super) fn encryption(input: &Input<'_>, name: &str) -> Result<EncryptionAlgorithm, WireError> {
    match named(input, name)? {
        (algorithm, true) => Ok(algorithm),
        (_, false) => Err(WireError::invalid(name)),
    }
}

fn named(input: &Input<'_>, name: &str) -> Result<(EncryptionAlgorithm, bool), WireError> {
    let text = input.required(name)?;
    let found = ENCRYPTIONS.iter().find(|(_, known, _)| *known == text);
    let (algorithm, _, for_data) = found.ok_or_else(|| WireError::invalid(name))?;
    Ok((*algorithm, *for_data))
}

/// WrappingKeySpec and WrappingAlgorithm of a data key that leaves.
pub(super) fn export_wrapping(input: &Input<'_>) -> Result<(KeySpec, EncryptionAlgorithm), WireError> {
    let algorithm = encryption(input, "WrappingAlgorithm")?;
    Ok((wrapping_spec(input, algorithm)?, algorithm))
}

/// WrappingKeySpec and WrappingAlgorithm of material that enters.
pub(super) fn import_wrapping(input: &Input<'_>) -> Result<(KeySpec, EncryptionAlgorithm), WireError> {
    let (algorithm, _) = named(input, "WrappingAlgorithm")?;
    Ok((wrapping_spec(input, algorithm)?, algorithm))
}

fn wrapping_spec(input: &Input<'_>, algorithm: EncryptionAlgorithm) -> Result<KeySpec, WireError> {
    let found = spec(input.required("WrappingKeySpec")?).filter(|spec| WRAPPING_SPECS.contains(spec));
    let spec = found.ok_or_else(|| WireError::invalid("WrappingKeySpec"))?;
    if algorithm.fits(spec) {
        Ok(spec)
    } else {
        Err(WireError::invalid("WrappingAlgorithm"))
    }
}

/// The parameter Algorithm of a message authentication code.
pub(super) fn mac(input: &Input<'_>) -> Result<MacAlgorithm, WireError> {
    let text = input.required("Algorithm")?;
    let found = MACS.iter().find(|(_, name)| *name == text);
    let (algorithm, _) = found.ok_or_else(|| WireError::invalid("Algorithm"))?;
    Ok(*algorithm)
}

pub(super) fn mac_name(algorithm: MacAlgorithm) -> &'static str {
    let found = MACS.iter().find(|(known, _)| *known == algorithm);
    found.map_or("", |(_, name)| name)
}
