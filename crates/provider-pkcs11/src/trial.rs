//! Tries what a token says that it can. Lists of mechanisms tell neither hashes nor curves, and some tell too much.

use claviger_crypto::digest::{sha256, sha384, sha512};
use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, SignatureAlgorithm};
use claviger_provider::ProviderError;
use cryptoki::object::ObjectHandle;

use crate::measure::{self, Measure, Parcel};
use crate::public::Public;
use crate::seat::Seat;
use crate::template::{self, Duty, Stay};
use crate::trouble::{self, Fault};
use crate::{encrypt, import, mac, pair, sign};

const SAMPLE: &[u8] = b"sample";

/// Whether it was done. A failure of a token that is whole is an inability.
fn tried(seat: &Seat, result: Result<bool, Fault>) -> Result<bool, Fault> {
    match result {
        Err(Fault::Away) if !seat.is_whole() => Err(Fault::Away),
        done => Ok(done.unwrap_or(false)),
    }
}

/// AES-256-GCM with our nonces and with additional data.
pub(crate) fn gcm(seat: &mut Seat) -> Result<bool, Fault> {
    let result = secret(seat, KeySpec::Aes256).and_then(|key| {
        let works = seal_and_open(seat, key);
        seat.drop_object(key);
        works
    });
    tried(seat, result)
}

fn seal_and_open(seat: &mut Seat, key: ObjectHandle) -> Result<bool, Fault> {
    let body = encrypt::seal(seat, key, b"place", SAMPLE)?;
    let right = encrypt::unseal(seat, key, b"place", &body)?.expose() == SAMPLE;
    let elsewhere = encrypt::unseal(seat, key, b"another place", &body);
    Ok(right && elsewhere.err() == Some(Fault::Is(ProviderError::DoesNotOpen)))
}

/// Codes of this spec.
pub(crate) fn mac(seat: &Seat, spec: KeySpec) -> Result<bool, Fault> {
    let result = secret(seat, spec).and_then(|key| {
        let code = mac::code(seat, key, spec, SAMPLE);
        seat.drop_object(key);
        code.map(|_| true)
    });
    tried(seat, result)
}

/// ECDSA on this curve.
pub(crate) fn curve(seat: &Seat, spec: KeySpec) -> Result<bool, Fault> {
    let made = pair::generate(seat, &Stay::Session, spec, Duty::Use);
    let result = made.and_then(|(key, public)| {
        let algorithm = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha512);
        let digest = sha512(SAMPLE);
        let signature = pair::sign(seat, key, spec, algorithm, &digest);
        seat.drop_object(key);
        Ok(public.key.verify(algorithm, &digest, &signature?)?)
    });
    tried(seat, result)
}

fn secret(seat: &Seat, spec: KeySpec) -> Result<ObjectHandle, Fault> {
    let template = template::secret(&Stay::Session, spec).ok_or(ProviderError::Incapable)?;
    let mechanism = template::secret_mechanism(spec);
    trouble::checked(seat.session.generate_key(&mechanism, &template))
}

/// A pair that everything with RSA is tried with.
pub(crate) struct Rsa {
    key: ObjectHandle,
    public: Public,
}

impl Rsa {
    const SPEC: KeySpec = KeySpec::Rsa2048;

    /// Makes it. Nothing if the token makes no such pairs.
    pub(crate) fn begin(seat: &Seat) -> Result<Option<Self>, Fault> {
        match pair::generate(seat, &Stay::Session, Self::SPEC, Duty::Everything) {
            Ok((key, public)) => Ok(Some(Self { key, public })),
            Err(fault) => tried(seat, Err(fault)).map(|_| None),
        }
    }

    /// Removes it.
    pub(crate) fn end(self, seat: &Seat) {
        seat.drop_object(self.key);
    }

    /// Signatures that the library takes.
    pub(crate) fn signs(&self, seat: &Seat, algorithm: SignatureAlgorithm) -> Result<bool, Fault> {
        let digest = match algorithm.hash() {
            HashAlgorithm::Sha256 => sha256(SAMPLE).to_vec(),
            HashAlgorithm::Sha384 => sha384(SAMPLE).to_vec(),
            HashAlgorithm::Sha512 => sha512(SAMPLE).to_vec(),
            HashAlgorithm::Sha1 | HashAlgorithm::Sm3 => return Ok(false),
        };
        let signature = pair::sign(seat, self.key, Self::SPEC, algorithm, &digest);
        let result =
            signature.and_then(|signature| Ok(self.public.key.verify(algorithm, &digest, &signature)?));
        tried(seat, result)
    }

    /// Ciphertexts of the library that the token opens.
    pub(crate) fn decrypts(&self, seat: &Seat, algorithm: EncryptionAlgorithm) -> Result<bool, Fault> {
        let ciphertext = self.public.key.encrypt(algorithm, SAMPLE)?;
        let opened = sign::decrypt(seat, self.key, algorithm, &ciphertext);
        tried(seat, opened.map(|opened| opened.expose() == SAMPLE))
    }

    /// Keys of this spec, and of no other length.
    pub(crate) fn takes(
        &self,
        seat: &Seat,
        algorithm: EncryptionAlgorithm,
        spec: KeySpec,
        measure: Measure,
    ) -> Result<bool, Fault> {
        let len = spec.secret_len().unwrap_or_default();
        let lens = [len, len + 1, len.saturating_sub(1), 16, 24, 32, 64];
        for tried in lens {
            let taken = self.takes_len(seat, algorithm, spec, measure, tried)?;
            if taken != (tried == len) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn takes_len(
        &self,
        seat: &Seat,
        algorithm: EncryptionAlgorithm,
        spec: KeySpec,
        measure: Measure,
        len: usize,
    ) -> Result<bool, Fault> {
        let bytes = self.public.key.encrypt(algorithm, &vec![0x5a; len])?;
        let parcel = Parcel {
            unwrapping: self.key,
            algorithm,
            bytes: &bytes,
            spec,
        };
        let taken = measure::unwrap(seat, parcel, measure, &Stay::Session).and_then(|key| {
            let print = measure::print(seat, key, spec, &[7; 32]);
            seat.drop_object(key);
            print.map(|_| true)
        });
        match taken {
            Err(fault) if import::is_refusal(fault) => Ok(false),
            done => tried(seat, done),
        }
    }
}
