//! Import tokens: what the server has to remember of a wrapping key, carried by the caller.
//!
//! ```text
//!  1 byte   form of the token: 1
//!  8 bytes  expiry, seconds since 1970, big-endian
//!  1 byte   what the wrapping key is made of
//!  1 byte   how material is wrapped with it
//!  n bytes  the private half, as its provider sealed it
//! ```
//! The whole is sealed for a cell that names the key, so a token opens for no other key and cannot be changed. The 16
//! bytes of the key's id stand in front of it, so that a token of another key can be told from one that is none. Tokens of
//! older servers are without them.

use claviger_model::{EncryptionAlgorithm, Error, HashAlgorithm, KeyId, KeySpec, SignedDuration, Timestamp};
use claviger_provider::{Cell, Keeper, ProviderError};
use claviger_secret::SecretBytes;

use crate::envelope::from_provider;

/// How long a token is good for. SOURCE: Alibaba Cloud KMS, GetParametersForImport.
pub(crate) const LIFE: SignedDuration = SignedDuration::from_hours(24);
const FORM: u8 = 1;

/// Wrapping keys that tokens can tell of. Tokens hold the numbers.
const SPECS: &[(u8, KeySpec)] = &[
    (1, KeySpec::Rsa2048),
    (2, KeySpec::Rsa3072),
    (3, KeySpec::Rsa4096),
    (4, KeySpec::Sm2),
];
/// The same for algorithms.
const ALGORITHMS: &[(u8, EncryptionAlgorithm)] = &[
    (1, EncryptionAlgorithm::RsaPkcs1),
    (2, EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1)),
    (3, EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256)),
    (4, EncryptionAlgorithm::Sm2Pke),
];

/// What a token says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ImportToken {
    /// From this moment on it is worth nothing. Whole seconds.
    pub(crate) expires: Timestamp,
    /// What the wrapping key is made of.
    pub(crate) spec: KeySpec,
    /// How material is wrapped with it.
    pub(crate) algorithm: EncryptionAlgorithm,
    /// The private half of the wrapping key, which only its provider can open.
    pub(crate) private: Box<[u8]>,
}

/// When a token that is made now expires, in whole seconds.
pub(crate) fn expiry(now: Timestamp) -> Timestamp {
    let expires = now.saturating_add(LIFE).unwrap_or(Timestamp::MAX);
    Timestamp::from_second(expires.as_second()).unwrap_or(expires)
}

impl ImportToken {
    /// Makes the token for one key.
    pub(crate) fn seal(&self, keeper: &dyn Keeper, key: KeyId) -> Result<Vec<u8>, Error> {
        let mut inside = vec![FORM];
        inside.extend_from_slice(&self.expires.as_second().to_be_bytes());
        inside.push(number_of(SPECS, &self.spec)?);
        inside.push(number_of(ALGORITHMS, &self.algorithm)?);
        inside.extend_from_slice(&self.private);
        let sealed = keeper.seal(&cell(&key.to_string()), &SecretBytes::from(inside));
        let sealed = sealed.map_err(from_provider)?;
        Ok([key.as_bytes().as_slice(), &sealed].concat())
    }

    /// Reads a token for one key.
    ///
    /// # Errors
    /// [`Error::ImportToken`] unless it was made here, and whole; [`Error::ImportTokenOfOther`] unless for this key;
    /// [`Error::ImportTokenExpired`].
    pub(crate) fn open(keeper: &dyn Keeper, key: KeyId, token: &[u8], now: Timestamp) -> Result<Self, Error> {
        let inside = match of_its_key(keeper, token)? {
            Some((named, inside)) if named == key => inside,
            Some(_) => return Err(Error::ImportTokenOfOther),
            None => unseal(keeper, key, token)?.ok_or(Error::ImportToken)?,
        };
        let token = Self::read(inside.expose()).ok_or(Error::ImportToken)?;
        if token.expires <= now {
            return Err(Error::ImportTokenExpired);
        }
        Ok(token)
    }

    fn read(inside: &[u8]) -> Option<Self> {
        let (&form, rest) = inside.split_first()?;
        let (expires, rest) = rest.split_first_chunk()?;
        let (&[spec, algorithm], private) = rest.split_first_chunk()?;
        (form == FORM).then_some(())?;
        Some(Self {
            expires: Timestamp::from_second(i64::from_be_bytes(*expires)).ok()?,
            spec: named(SPECS, spec)?,
            algorithm: named(ALGORITHMS, algorithm)?,
            private: private.into(),
        })
    }
}

/// The key that a token names, and what it says; `None` where it names none that it was made for.
fn of_its_key(keeper: &dyn Keeper, token: &[u8]) -> Result<Option<(KeyId, SecretBytes)>, Error> {
    let Some((named, sealed)) = token.split_first_chunk() else {
        return Ok(None);
    };
    let named = KeyId::from_bytes(*named);
    Ok(unseal(keeper, named, sealed)?.map(|inside| (named, inside)))
}

fn unseal(keeper: &dyn Keeper, key: KeyId, sealed: &[u8]) -> Result<Option<SecretBytes>, Error> {
    match keeper.open(&cell(&key.to_string()), sealed) {
        Ok(inside) => Ok(Some(inside)),
        Err(ProviderError::DoesNotOpen) => Ok(None),
        Err(other) => Err(from_provider(other)),
    }
}

fn cell(key: &str) -> Cell<'_> {
    Cell {
        table: "import",
        column: "token",
        row: key,
    }
}

fn number_of<T: PartialEq>(table: &[(u8, T)], thing: &T) -> Result<u8, Error> {
    let row = table.iter().find(|(_, known)| known == thing);
    row.map(|(number, _)| *number).ok_or(Error::Internal)
}

fn named<T: Copy>(table: &[(u8, T)], number: u8) -> Option<T> {
    let row = table.iter().find(|(known, _)| *known == number);
    row.map(|(_, thing)| *thing)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens that were given out before an update are good after it.
    const INSIDE: &[u8] = &[1, 0, 0, 0, 0, 0x6b, 0x49, 0xd2, 0x00, 1, 3, 0xaa, 0xbb];

    #[test]
    fn the_inside_of_a_token_is_fixed() {
        let token = ImportToken::read(INSIDE).unwrap();
        assert_eq!(token.expires.to_string(), "2027-01-15T08:00:00Z");
        assert_eq!(
            (token.spec, token.algorithm),
            (
                KeySpec::Rsa2048,
                EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256)
            )
        );
        assert_eq!(*token.private, [0xaa, 0xbb]);
    }

    #[test]
    fn other_insides_are_no_tokens() {
        for end in 0..11 {
            assert_eq!(ImportToken::read(&INSIDE[..end]), None, "cut at {end}");
        }
        for (at, value) in [(0, 0), (0, 2), (1, 0x7f), (9, 0), (9, 5), (10, 0), (10, 5)] {
            let mut wrong = INSIDE.to_vec();
            wrong[at] = value;
            assert_eq!(ImportToken::read(&wrong), None, "{value} at {at}");
        }
    }

    #[test]
    fn tokens_expire_after_a_day_in_whole_seconds() {
        let now = "2026-11-21T12:00:00.999Z".parse().unwrap();
        assert_eq!(expiry(now).to_string(), "2026-11-22T12:00:00Z");
    }
}
