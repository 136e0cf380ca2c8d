//! The `Authorization` header.

use std::fmt;

use crate::authorization::{self, filled};
use crate::hash::Hash;
use crate::refusal::Refusal;
use crate::signed_headers::SignedHeaders;

/// Signature algorithm of an ACS request that we offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// `ACS3-HMAC-SHA256`, `ACS3-HMAC-SM3`: the secret is the key.
    Acs3(Hash),
    /// `ACS4-HMAC-SHA256`, `ACS4-HMAC-SM3`: the key is derived for a day, a region and a product.
    Acs4(Hash),
}

impl Algorithm {
    /// Its name on the wire.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Acs3(Hash::Sha256) => "ACS3-HMAC-SHA256",
            Self::Acs3(Hash::Sm3) => "ACS3-HMAC-SM3",
            Self::Acs4(Hash::Sha256) => "ACS4-HMAC-SHA256",
            Self::Acs4(Hash::Sm3) => "ACS4-HMAC-SM3",
        }
    }

    /// The hash for body, canonical request and MAC.
    pub const fn hash(self) -> Hash {
        match self {
            Self::Acs3(hash) | Self::Acs4(hash) => hash,
        }
    }

    fn parse(label: &str) -> Result<Self, Refusal> {
        let offered = [
            Self::Acs3(Hash::Sha256),
            Self::Acs3(Hash::Sm3),
            Self::Acs4(Hash::Sha256),
            Self::Acs4(Hash::Sm3),
        ];
        match offered.into_iter().find(|algorithm| algorithm.label() == label) {
            Some(algorithm) => Ok(algorithm),
            None if matches!(label, "ACS3-RSA-SHA256" | "ACS4-RSA-SHA256") => {
                Err(Refusal::KeyPairAlgorithm(label.to_owned()))
            }
            None => Err(Refusal::UnknownAlgorithm(label.to_owned())),
        }
    }
}

/// What an ACS4 key is derived for. `Display` writes it as it stands in the credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope<'a> {
    /// Day in UTC, `yyyymmdd`.
    pub date: &'a str,
    /// Region the client is set to, or what it took from the host name, or `center`.
    pub region: &'a str,
    /// Product, such as `Kms`.
    pub product: &'a str,
}

impl<'a> Scope<'a> {
    pub(crate) const TERMINATOR: &'static str = "aliyun_v4_request";

    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split('/');
        let scope = Self {
            date: parts.next()?,
            region: parts.next()?,
            product: parts.next()?,
        };
        (parts.next() == Some(Self::TERMINATOR) && parts.next().is_none() && scope.is_valid())
            .then_some(scope)
    }

    fn is_valid(&self) -> bool {
        let name =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
        self.date.len() == 8
            && self.date.bytes().all(|byte| byte.is_ascii_digit())
            && name(self.region)
            && name(self.product)
    }
}

impl fmt::Display for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}/{}/{}",
            self.date,
            self.region,
            self.product,
            Self::TERMINATOR
        )
    }
}

/// A parsed `Authorization` header; `Display` writes it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// How it is signed.
    pub algorithm: Algorithm,
    /// Who signed it; not empty.
    pub access_key_id: &'a str,
    /// What the key is derived for: `Some` with ACS4, `None` with ACS3.
    pub scope: Option<Scope<'a>>,
    /// Which headers are signed, and in which order.
    pub signed_headers: SignedHeaders<'a>,
    /// Lower-case hex; not empty.
    pub signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Parses the value of the header.
    ///
    /// Parts may come in any order, each exactly once; blanks around commas do not matter.
    ///
    /// # Errors
    /// [`Refusal::KeyPairAlgorithm`], [`Refusal::UnknownAlgorithm`], or [`Refusal::Malformed`] with the part that is
    /// wrong.
    pub fn parse(value: &'a [u8]) -> Result<Self, Refusal> {
        let (label, rest) = authorization::split(value)?;
        let algorithm = Algorithm::parse(label)?;
        let names = ["Credential", "SignedHeaders", "Signature"];
        let [credential, signed_headers, signature] = authorization::parts(rest, names)?;
        let (access_key_id, scope) = parse_credential(algorithm, filled("Credential", credential)?)?;
        Ok(Self {
            algorithm,
            access_key_id,
            scope,
            signed_headers: authorization::signed_headers(signed_headers)?,
            signature: filled("Signature", signature)?,
        })
    }

    /// An authorization to be signed.
    pub(super) fn unsigned(
        algorithm: Algorithm,
        access_key_id: &'a str,
        scope: Option<Scope<'a>>,
        signed_headers: &'a str,
    ) -> Result<Self, Refusal> {
        let scope_fits = match (algorithm, scope) {
            (Algorithm::Acs3(_), None) => true,
            (Algorithm::Acs4(_), Some(scope)) => scope.is_valid(),
            _ => false,
        };
        if access_key_id.is_empty() || !scope_fits {
            return Err(Refusal::Malformed("Credential"));
        }
        Ok(Self {
            algorithm,
            access_key_id,
            scope,
            signed_headers: authorization::signed_headers(Some(signed_headers))?,
            signature: "",
        })
    }
}

impl fmt::Display for Authorization<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} Credential={}", self.algorithm.label(), self.access_key_id)?;
        if let Some(scope) = self.scope {
            write!(f, "/{scope}")?;
        }
        write!(
            f,
            ",SignedHeaders={},Signature={}",
            self.signed_headers.as_str(),
            self.signature
        )
    }
}

/// Access key id and scope. Ids hold no `/`, so the first one ends the id.
fn parse_credential(algorithm: Algorithm, credential: &str) -> Result<(&str, Option<Scope<'_>>), Refusal> {
    let (id, scope) = match algorithm {
        Algorithm::Acs3(_) => (Some(credential), None),
        Algorithm::Acs4(_) => match credential.split_once('/') {
            Some((id, rest)) => (Scope::parse(rest).map(|_| id), Scope::parse(rest)),
            None => (None, None),
        },
    };
    let id = id
        .filter(|id| !id.is_empty())
        .ok_or(Refusal::Malformed("Credential"))?;
    Ok((id, scope))
}
