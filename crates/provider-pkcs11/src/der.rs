//! The few encodings that tokens leave to their users.
//!
//! SOURCE: ITU-T X.690 (02/2021), sections 8.3, 8.9 and 10.1; RFC 5280, section 4.1; RFC 3279, sections 2.2.3 and 2.3.1;
//! RFC 5480, section 2; RFC 8017, section 9.2, notes, for `DigestInfo`.

use claviger_model::{HashAlgorithm, KeySpec};

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const NULL: [u8; 2] = [5, 0];

/// Contents of `rsaEncryption`, 1.2.840.113549.1.1.1.
const RSA_ENCRYPTION: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
/// Contents of `id-ecPublicKey`, 1.2.840.10045.2.1.
const EC_PUBLIC_KEY: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];

/// The object identifier of a curve, whole: what tokens call `CKA_EC_PARAMS`.
pub(crate) fn curve(spec: KeySpec) -> Option<Vec<u8>> {
    let contents: &[u8] = match spec {
        KeySpec::EcP256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
        KeySpec::EcP256k => &[0x2b, 0x81, 4, 0, 0x0a],
        KeySpec::EcP384 => &[0x2b, 0x81, 4, 0, 0x22],
        KeySpec::EcP521 => &[0x2b, 0x81, 4, 0, 0x23],
        _ => return None,
    };
    Some(write(OBJECT_IDENTIFIER, contents))
}

/// `SubjectPublicKeyInfo` of an RSA key.
pub(crate) fn rsa_spki(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let algorithm = [write(OBJECT_IDENTIFIER, &RSA_ENCRYPTION), NULL.to_vec()].concat();
    let key = write(SEQUENCE, &[integer(modulus), integer(exponent)].concat());
    spki(&algorithm, &key)
}

/// `SubjectPublicKeyInfo` of a point, which tokens give in an octet string, or bare.
pub(crate) fn ec_spki(spec: KeySpec, point: &[u8]) -> Option<Vec<u8>> {
    let size = field_len(spec)?;
    let bare = 1 + 2 * size;
    let at = point.len().checked_sub(bare)?;
    let (front, bare) = point.split_at_checked(at)?;
    let framed = front.is_empty() || write(OCTET_STRING, bare) == point;
    let algorithm = [write(OBJECT_IDENTIFIER, &EC_PUBLIC_KEY), curve(spec)?].concat();
    (framed && bare.first() == Some(&4)).then(|| spki(&algorithm, bare))
}

fn spki(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    let parts = [
        write(SEQUENCE, algorithm),
        write(BIT_STRING, &[&[0], key].concat()),
    ];
    write(SEQUENCE, &parts.concat())
}

/// Bytes of a coordinate, and of each half of a signature.
pub(crate) fn field_len(spec: KeySpec) -> Option<usize> {
    match spec {
        KeySpec::EcP256 | KeySpec::EcP256k => Some(32),
        KeySpec::EcP384 => Some(48),
        KeySpec::EcP521 => Some(66),
        _ => None,
    }
}

/// The signature as everybody else writes it: tokens give the two numbers in their full length.
pub(crate) fn ecdsa_signature(spec: KeySpec, raw: &[u8]) -> Option<Vec<u8>> {
    let size = field_len(spec)?;
    let (r, s) = raw.split_at_checked(size)?;
    (s.len() == size).then(|| write(SEQUENCE, &[integer(r), integer(s)].concat()))
}

/// What RSASSA-PKCS1-v1_5 pads: the digest, with the hash that it is of.
pub(crate) fn digest_info(hash: HashAlgorithm, digest: &[u8]) -> Option<Vec<u8>> {
    let last = match hash {
        HashAlgorithm::Sha256 => 1,
        HashAlgorithm::Sha384 => 2,
        HashAlgorithm::Sha512 => 3,
        HashAlgorithm::Sha1 | HashAlgorithm::Sm3 => return None,
    };
    let identifier = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, last];
    let algorithm = [write(OBJECT_IDENTIFIER, &identifier), NULL.to_vec()].concat();
    let parts = [write(SEQUENCE, &algorithm), write(OCTET_STRING, digest)];
    Some(write(SEQUENCE, &parts.concat()))
}

/// A number that is not negative, from its bytes in any length.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let number = bytes.get(zeros..).unwrap_or_default();
    let sign = number.first().is_none_or(|first| *first > 0x7f);
    let front: &[u8] = if sign { &[0] } else { &[] };
    write(INTEGER, &[front, number].concat())
}

/// One element. Contents of up to 65535 bytes.
fn write(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match contents.len().to_be_bytes() {
        [.., 0, len @ 0..=0x7f] => out.push(len),
        [.., 0, len] => out.extend([0x81, len]),
        [.., high, low] => out.extend([0x82, high, low]),
    }
    out.extend(contents);
    out
}

#[cfg(test)]
mod tests {
    use claviger_crypto::ec::{Curve, EcPrivateKey, EcPublicKey};
    use claviger_crypto::rsa::{RsaPrivateKey, RsaPublicKey, RsaSize};

    use super::*;

    #[test]
    fn numbers_have_their_shortest_form_and_no_sign() {
        assert_eq!(integer(&[0, 0, 1]), [2, 1, 1]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[0, 0]), [2, 1, 0]);
        assert_eq!(integer(&[]), [2, 1, 0]);
        let signature = ecdsa_signature(KeySpec::EcP256, &[[0xff; 32], [1; 32]].concat());
        let signature = signature.unwrap();
        assert_eq!(signature.len(), 2 + 2 + 33 + 2 + 32);
        assert_eq!(ecdsa_signature(KeySpec::EcP256, &[1; 63]), None);
        assert_eq!(ecdsa_signature(KeySpec::EcP256, &[1; 65]), None);
        assert_eq!(ecdsa_signature(KeySpec::Rsa2048, &[1; 64]), None);
    }

    /// The library reads one encoding of a key only.
    #[test]
    fn public_keys_are_those_that_the_library_writes() {
        for (spec, curve) in [
            (KeySpec::EcP256, Curve::P256),
            (KeySpec::EcP256k, Curve::P256K),
            (KeySpec::EcP384, Curve::P384),
            (KeySpec::EcP521, Curve::P521),
        ] {
            let right = EcPrivateKey::generate(curve).unwrap().public_key_der();
            let size = 1 + 2 * field_len(spec).unwrap();
            let bare = &right[right.len() - size..];
            assert_eq!(ec_spki(spec, bare).unwrap(), right);
            assert_eq!(ec_spki(spec, &write(OCTET_STRING, bare)).unwrap(), right);
            assert_eq!(ec_spki(spec, &[[9].as_slice(), bare].concat()), None);
            assert_eq!(ec_spki(spec, &bare[1..]), None);
            assert!(EcPublicKey::from_spki(&right).is_ok());
        }
        let right = RsaPrivateKey::generate(RsaSize::R2048).unwrap().public_key_der();
        let start = right.len() - 256 - 5;
        let (modulus, exponent) = (&right[start..start + 256], &right[right.len() - 3..]);
        assert_eq!(rsa_spki(modulus, exponent), right);
        assert!(RsaPublicKey::from_spki(&right).is_ok());
    }
}
