//! Requests that nobody made: what they are supposed to be like, told by condition keys.

use std::net::IpAddr;

use claviger_model::{EncryptionAlgorithm, HashAlgorithm, Tags, Timestamp};

use super::conditions::read_value;
use super::ram::algorithm_name;
use super::{Fault, Place, PolicyError, iam, ram};
use crate::context::Key;
use crate::subject::Facts;
use crate::value::{parse_bool, parse_time};

/// What a request is supposed to be like.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assumed {
    now: Option<Timestamp>,
    source: Option<IpAddr>,
    secure: Option<bool>,
    mfa: Option<bool>,
    tags: Vec<(String, String)>,
    tag_keys: Vec<String>,
    /// As [`Facts`] has it: none is that of a symmetric key.
    algorithm: Option<EncryptionAlgorithm>,
    external_id: Option<String>,
    resource_tags: Tags,
    further: Vec<(String, Vec<String>)>,
}

/// All algorithms that have a name.
const ALGORITHMS: [EncryptionAlgorithm; 7] = [
    EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1),
    EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256),
    EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha384),
    EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha512),
    EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sm3),
    EncryptionAlgorithm::RsaPkcs1,
    EncryptionAlgorithm::Sm2Pke,
];

impl Assumed {
    /// Takes condition keys of any language with their values, such as `acs:SourceIp` with an address.
    ///
    /// # Errors
    /// For what cannot be a key or its value, for several values of a key that has one, and for the name of who asks: it
    /// is not for the request to say.
    pub fn read(conditions: &[(String, Vec<String>)]) -> Result<Self, PolicyError> {
        let mut assumed = Self::default();
        for (key, values) in conditions {
            let place = Place::default().member(key);
            let known = read_key(&place, key)?;
            assumed.take(&place, known, values)?;
        }
        Ok(assumed)
    }

    fn take(&mut self, place: &Place, key: Key, values: &[String]) -> Result<(), PolicyError> {
        let (yes, date) = ("`true` or `false`", "a date such as `2030-01-01T00:00:00Z`");
        let only = || match values {
            [value] => Ok(value.as_str()),
            [] => Err(place.fault(Fault::Empty)),
            _ => Err(place.fault(Fault::Kind("one value"))),
        };
        match key {
            Key::CurrentTime => self.now = Some(read_value(place, only()?, date, parse_time)?),
            Key::SourceAddress => {
                self.source = Some(read_value(place, only()?, "an address", |text| {
                    text.parse().ok()
                })?);
            }
            Key::SecureTransport => self.secure = Some(read_value(place, only()?, yes, parse_bool)?),
            Key::MfaPresent => self.mfa = Some(read_value(place, only()?, yes, parse_bool)?),
            Key::RequestTag(name) => self.tags.push((name.into(), only()?.into())),
            Key::ResourceTag(name) | Key::KeyTag(name) => {
                let set = self.resource_tags.set(name.into(), only()?.into());
                set.map_err(|_| place.fault(Fault::Kind("one of 20 tags at the most")))?;
            }
            Key::TagKeys => self.tag_keys.extend_from_slice(values),
            Key::EncryptionAlgorithm => {
                let expected = "an algorithm such as `SYMMETRIC_DEFAULT`";
                let pairs = ALGORITHMS.into_iter().map(Some);
                let mut all = std::iter::once(None).chain(pairs);
                let name = only()?;
                let named = all.find(|one| algorithm_name(*one).eq_ignore_ascii_case(name));
                self.algorithm = named.ok_or_else(|| place.value(name, expected))?;
            }
            Key::ExternalId => self.external_id = Some(only()?.into()),
            // Nor are the thing itself and where it is.
            Key::Principal
            | Key::AccountName
            | Key::UserId
            | Key::UserName
            | Key::Urn
            | Key::Region
            | Key::Service
            | Key::KeyOrigin
            | Key::KeySpec
            | Key::KeyUsage
            | Key::Fixed(_) => return Err(place.fault(Fault::Kind("left to who asks"))),
            Key::Further(name) => self.further.push((name.into(), values.to_vec())),
        }
        Ok(())
    }

    /// The tags that the resource is supposed to have; none where it has those that it has.
    pub fn resource_tags(&self) -> Option<&Tags> {
        (!self.resource_tags.is_empty()).then_some(&self.resource_tags)
    }

    /// Hands over the circumstances; what was not told is as in `present`.
    pub fn with<R>(&self, present: Facts<'_>, look: impl FnOnce(&Facts<'_>) -> R) -> R {
        let tags: Vec<_> = self.tags.iter().map(|(key, value)| (&**key, &**value)).collect();
        let of_tags = tags.iter().map(|(key, _)| *key);
        let tag_keys: Vec<_> = of_tags.chain(self.tag_keys.iter().map(String::as_str)).collect();
        let values = self.further.iter().map(|(_, values)| values.iter());
        let values: Vec<Vec<_>> = values.map(|all| all.map(String::as_str).collect()).collect();
        let names = self.further.iter().map(|(name, _)| name.as_str());
        let further: Vec<_> = names.zip(values.iter().map(Vec::as_slice)).collect();
        look(&Facts {
            now: self.now.unwrap_or(present.now),
            source: self.source.or(present.source),
            secure: self.secure.unwrap_or(present.secure),
            mfa: self.mfa.or(present.mfa),
            tags: &tags,
            tag_keys: &tag_keys,
            algorithm: self.algorithm,
            external_id: self.external_id.as_deref(),
            kind: present.kind,
            further: &further,
        })
    }
}

/// The languages' keys do not meet: only one of them knows a key by its name. Another's is kept by name, but for the
/// global ones, which are all known.
fn read_key(place: &Place, text: &str) -> Result<Key, PolicyError> {
    let global = text
        .split_once(':')
        .is_some_and(|(service, _)| service.eq_ignore_ascii_case("g"));
    match iam::read_key(place, text) {
        Ok(Key::Further(_)) | Err(_) if !global => ram::read_key(place, text),
        found => found,
    }
}
