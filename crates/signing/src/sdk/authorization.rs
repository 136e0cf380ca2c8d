//! The `Authorization` header.

use std::fmt;

use super::Refusal;
use crate::authorization::{self, filled};
use crate::hash::Hash;
use crate::signed_headers::SignedHeaders;

/// Signature algorithm that we offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// `SDK-HMAC-SHA256` or `SDK-HMAC-SM3`: the secret is the key.
    Plain(Hash),
    /// `SDK-HMAC-SHA256` with a scope: the key is chained for a day, a region and a service. Sent by clients of 2019.
    Scoped,
    /// `V11-HMAC-SHA256`: the key is derived with HKDF for a day, a region and a service.
    V11,
}

const SHA256: &str = "SDK-HMAC-SHA256";
const SM3: &str = "SDK-HMAC-SM3";
const V11: &str = "V11-HMAC-SHA256";
/// The word at the end of a credential of the scoped form, and of the chain of its key.
pub(super) const TERMINATOR: &str = "sdk_request";
/// Length of the longest name.
pub(super) const LABEL: usize = V11.len();

impl Algorithm {
    /// Its name on the wire. The plain and the scoped form share one.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Plain(Hash::Sha256) | Self::Scoped => SHA256,
            Self::Plain(Hash::Sm3) => SM3,
            Self::V11 => V11,
        }
    }

    /// The hash for body, canonical request and MAC.
    pub const fn hash(self) -> Hash {
        match self {
            Self::Plain(hash) => hash,
            Self::Scoped | Self::V11 => Hash::Sha256,
        }
    }

    /// What follows the scope, in the credential and in the string to sign.
    pub(super) const fn terminator(self) -> [&'static str; 2] {
        match self {
            Self::Scoped => ["/", TERMINATOR],
            Self::Plain(_) | Self::V11 => ["", ""],
        }
    }

    /// The algorithms of this name: the one without a scope, and the one with.
    fn parse(label: &str) -> Result<(Option<Self>, Option<Self>), Refusal> {
        match label {
            SHA256 => Ok((Some(Self::Plain(Hash::Sha256)), Some(Self::Scoped))),
            SM3 => Ok((Some(Self::Plain(Hash::Sm3)), None)),
            V11 => Ok((None, Some(Self::V11))),
            "SDK-ECDSA-P256-SHA256" | "SDK-SM2-SM3" => Err(Refusal::KeyPairAlgorithm(label.to_owned())),
            _ => Err(Refusal::UnknownAlgorithm(label.to_owned())),
        }
    }
}

/// What a key is derived for. `Display` writes `day/region/service`.
///
/// Region and service are at most [`Scope::LONGEST`] bytes each, and may be empty: one client leaves both out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope<'a> {
    date: &'a str,
    region: &'a str,
    service: &'a str,
}

impl<'a> Scope<'a> {
    /// Most bytes of a region or service. Clients send a dozen.
    pub const LONGEST: usize = 64;

    /// A scope of a day in UTC, `yyyymmdd`. Nothing if a part cannot stand in a credential.
    pub fn new(date: &'a str, region: &'a str, service: &'a str) -> Option<Self> {
        let is_name = |text: &str| text.len() <= Self::LONGEST && is_plain(text);
        let is_day = date.len() == DAY && date.bytes().all(|byte| byte.is_ascii_digit());
        (is_day && is_name(region) && is_name(service)).then_some(Self {
            date,
            region,
            service,
        })
    }

    /// Day in UTC, `yyyymmdd`.
    pub fn date(&self) -> &'a str {
        self.date
    }

    /// Region the client is set to. Nothing to rely on.
    pub fn region(&self) -> &'a str {
        self.region
    }

    /// Service, such as `kms`. Nothing to rely on.
    pub fn service(&self) -> &'a str {
        self.service
    }

    /// The pieces of its text.
    pub(super) fn pieces(&self) -> [&'a str; 5] {
        [self.date, "/", self.region, "/", self.service]
    }

    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split('/');
        let scope = Self::new(parts.next()?, parts.next()?, parts.next()?);
        scope.filter(|_| parts.next().is_none())
    }
}

/// Length of a day, and of the longest scope.
pub(super) const DAY: usize = 8;
pub(super) const SCOPE: usize = DAY + 2 * (1 + Scope::LONGEST) + 1 + TERMINATOR.len();

/// Whether text can be a part of a credential.
fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'/' | b','))
}

impl fmt::Display for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces().into_iter().try_for_each(|piece| f.write_str(piece))
    }
}

/// A parsed `Authorization` header. `Display` writes it as the vendor's clients do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// How it is signed.
    pub algorithm: Algorithm,
    /// Access key; not empty.
    pub access_key_id: &'a str,
    /// What the key is derived for; none for the plain algorithms.
    pub scope: Option<Scope<'a>>,
    /// Which headers are signed, and in which order.
    pub signed_headers: SignedHeaders<'a>,
    /// Lower-case hex; not empty.
    pub signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Parses the value of the header.
    ///
    /// Parts may come in any order, each at most once; blanks around commas do not matter. There is either `Access` or
    /// `Credential`.
    ///
    /// # Errors
    /// [`Refusal::KeyPairAlgorithm`], [`Refusal::UnknownAlgorithm`], or [`Refusal::Malformed`] with the part that is
    /// wrong.
    pub fn parse(value: &'a [u8]) -> Result<Self, Refusal> {
        let (label, rest) = authorization::split(value)?;
        let (plain, scoped) = Algorithm::parse(label)?;
        let names = [ACCESS, CREDENTIAL, "SignedHeaders", "Signature"];
        let [access, credential, signed_headers, signature] = authorization::parts(rest, names)?;
        let (algorithm, access_key_id, scope) = match (plain, access, scoped, credential) {
            (Some(algorithm), Some(id), _, None) => (algorithm, id, None),
            (_, None, Some(algorithm), Some(credential)) => {
                let (id, scope) =
                    parse_credential(algorithm, credential).ok_or(Refusal::Malformed(CREDENTIAL))?;
                (algorithm, id, Some(scope))
            }
            (Some(_), None, _, None) | (None, Some(_), ..) => return Err(Refusal::Malformed(ACCESS)),
            _ => return Err(Refusal::Malformed(CREDENTIAL)),
        };
        Self {
            algorithm,
            access_key_id,
            scope,
            signed_headers: authorization::signed_headers(signed_headers)?,
            signature: filled("Signature", signature)?,
        }
        .checked()
    }

    /// An authorization to be signed.
    pub(super) fn unsigned(
        algorithm: Algorithm,
        access_key_id: &'a str,
        scope: Option<Scope<'a>>,
        signed_headers: &'a str,
    ) -> Result<Self, Refusal> {
        Self {
            algorithm,
            access_key_id,
            scope,
            signed_headers: authorization::signed_headers(Some(signed_headers))?,
            signature: "",
        }
        .checked()
    }

    /// Checks the access key, and that there is a scope where one belongs.
    fn checked(self) -> Result<Self, Refusal> {
        let part = match self.algorithm {
            Algorithm::Plain(_) => ACCESS,
            Algorithm::Scoped | Algorithm::V11 => CREDENTIAL,
        };
        let id = self.access_key_id;
        if id.is_empty() || !is_plain(id) || self.scope.is_some() != (part == CREDENTIAL) {
            return Err(Refusal::Malformed(part));
        }
        Ok(self)
    }
}

const ACCESS: &str = "Access";
const CREDENTIAL: &str = "Credential";

impl fmt::Display for Authorization<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (label, id) = (self.algorithm.label(), self.access_key_id);
        match self.scope {
            None => write!(f, "{label} {ACCESS}={id}")?,
            Some(scope) => {
                let [slash, word] = self.algorithm.terminator();
                write!(f, "{label} {CREDENTIAL}={id}/{scope}{slash}{word}")?;
            }
        }
        let (names, signature) = (self.signed_headers.as_str(), self.signature);
        write!(f, ", SignedHeaders={names}, Signature={signature}")
    }
}

/// Access key id and scope. Ids hold no `/`, so the first one ends the id.
fn parse_credential(algorithm: Algorithm, credential: &str) -> Option<(&str, Scope<'_>)> {
    let (id, rest) = credential.split_once('/')?;
    let [slash, word] = algorithm.terminator();
    let scope = rest.strip_suffix(word)?.strip_suffix(slash)?;
    Some((id, Scope::parse(scope)?))
}
