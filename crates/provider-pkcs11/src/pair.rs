//! Making key pairs, and proving that a public half is that of a key in the token.

use claviger_crypto::digest::sha256;
use claviger_model::{HashAlgorithm, KeySpec, SignatureAlgorithm};
use claviger_provider::ProviderError;
use cryptoki::object::{Attribute, AttributeType, ObjectHandle};

use crate::public::Public;
use crate::seat::Seat;
use crate::template::{self, Duty, Stay};
use crate::trouble::{self, Fault};
use crate::{der, mechanism};

/// What a proof signs. The public key follows.
const PROOF: &[u8] = b"claviger: the private half of this key is here";

/// Makes a pair: its private half, and its public half opened.
pub(crate) fn generate(
    seat: &Seat,
    stay: &Stay,
    spec: KeySpec,
    duty: Duty,
) -> Result<(ObjectHandle, Public), Fault> {
    let template = template::pair(stay, spec, duty).ok_or(ProviderError::Incapable)?;
    let made = seat
        .session
        .generate_key_pair(&template.mechanism, &template.public, &template.private);
    let (public, private) = trouble::checked(made)?;
    let spki = read_public(seat, public, spec)?;
    seat.drop_object(public);
    let opened = spki.and_then(|spki| Public::open(spec, &spki));
    // A token that shows no public key, or one of another spec, does not do what it said.
    Ok((private, opened.ok_or(ProviderError::Incapable)?))
}

fn read_public(seat: &Seat, public: ObjectHandle, spec: KeySpec) -> Result<Option<Vec<u8>>, Fault> {
    let wanted: &[AttributeType] = if template::rsa_bits(spec).is_some() {
        &[AttributeType::Modulus, AttributeType::PublicExponent]
    } else {
        &[AttributeType::EcPoint]
    };
    let attributes = trouble::checked(seat.session.get_attributes(public, wanted))?;
    Ok(match attributes.as_slice() {
        [Attribute::Modulus(modulus), Attribute::PublicExponent(exponent)] => {
            Some(der::rsa_spki(modulus, exponent))
        }
        [Attribute::EcPoint(point)] => der::ec_spki(spec, point),
        _ => None,
    })
}

/// Signs a digest of the right length.
pub(crate) fn sign(
    seat: &Seat,
    key: ObjectHandle,
    spec: KeySpec,
    algorithm: SignatureAlgorithm,
    digest: &[u8],
) -> Result<Vec<u8>, Fault> {
    let (mechanism, data) = mechanism::signature(spec, algorithm, digest).ok_or(ProviderError::Incapable)?;
    let signature = trouble::checked(seat.session.sign(&mechanism, key, &data))?;
    match algorithm {
        SignatureAlgorithm::Ecdsa(_) => {
            der::ecdsa_signature(spec, &signature).ok_or(Fault::Is(ProviderError::Unavailable))
        }
        _ => Ok(signature),
    }
}

/// Whether the key in the token is the private half of this public one. A row of the store could name another.
pub(crate) fn belongs(
    seat: &Seat,
    key: ObjectHandle,
    spec: KeySpec,
    algorithm: SignatureAlgorithm,
    public: &Public,
) -> Result<bool, Fault> {
    let digest = sha256(&[PROOF, &public.spki].concat());
    let signature = sign(seat, key, spec, algorithm, &digest)?;
    Ok(public.key.verify(algorithm, &digest, &signature)?)
}

/// The way to sign that a proof takes, of those that the token has for keys of this spec.
pub(crate) fn proof_of(signatures: &[SignatureAlgorithm], spec: KeySpec) -> Option<SignatureAlgorithm> {
    let of_sha256 =
        |algorithm: &&SignatureAlgorithm| algorithm.fits(spec) && algorithm.hash() == HashAlgorithm::Sha256;
    signatures.iter().find(of_sha256).copied()
}
