//! What is known about a request when it is judged.

use std::fmt::Write as _;
use std::net::IpAddr;

use claviger_model::{Action, Tags, Timestamp};

use crate::names::Names;
use crate::text::Text;

/// One thing to be judged: may this be done to that?
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Name of the action in the language of the policies, such as `kms:Decrypt`. Not looked at where the action is
    /// known.
    pub action: &'a str,
    /// The action, where it is one that the service knows.
    pub known: Option<Action>,
    /// The resource.
    pub resource: &'a Names<'a>,
    /// All else.
    pub context: &'a RequestContext<'a>,
}

/// Who asks, in the words that policies name them by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal<'a> {
    /// An account, a user, or a session of a role.
    Identity {
        /// Its resource name.
        name: &'a str,
        /// The resource name of the role, where it is a session of one. Policies that name the role mean its sessions.
        role: Option<&'a str>,
    },
    /// A service of the deployment, by its host name.
    Service(&'a str),
    /// Somebody an identity provider vouches for, by the resource name of the provider.
    Federated(&'a str),
}

/// Who asks, as people know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Person<'a> {
    /// The name of the account.
    pub account_name: Option<&'a str>,
    /// The id of the user.
    pub user_id: Option<&'a str>,
    /// The name of the user.
    pub user_name: Option<&'a str>,
    /// The resource name of the user in a language that has no other use for it.
    pub urn: Option<&'a str>,
}

/// The kind of a key, in the words of the policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyWords<'a> {
    /// Where its material comes from.
    pub origin: &'a str,
    /// What it is made of.
    pub spec: &'a str,
    /// What it is for.
    pub usage: &'a str,
}

/// What conditions and principals are compared with. Nothing here is copied when it is looked up.
#[derive(Debug, Clone, Copy)]
pub struct RequestContext<'a> {
    /// Who asks.
    pub principal: Principal<'a>,
    /// The account of who asks, as policies write it. Empty where there is none.
    pub account: &'a str,
    /// The present moment.
    pub now: Timestamp,
    /// Where the request came from.
    pub source: Option<IpAddr>,
    /// Whether it came over TLS.
    pub secure_transport: bool,
    /// Whether who asks has shown a second factor; none where that is not known.
    pub mfa: Option<bool>,
    /// Tags of the resource; none where it has none or is not known.
    pub resource_tags: Option<&'a Tags>,
    /// Tags of the resource again, for actions that consult them under the name of their own service.
    pub key_tags: Option<&'a Tags>,
    /// Keys and values of the tags that the request brings.
    pub request_tags: &'a [(&'a str, &'a str)],
    /// Keys of the tags that the request brings or names.
    pub tag_keys: &'a [&'a str],
    /// The algorithm of an encryption or decryption, in the words of the policies.
    pub encryption_algorithm: Option<&'a str>,
    /// The word that who takes a role brings from the other side.
    pub external_id: Option<&'a str>,
    /// Who asks, for languages that speak of people.
    pub person: Person<'a>,
    /// The region of the resource.
    pub region: Option<&'a str>,
    /// The service that is asked, in the words of the policies.
    pub service: Option<&'a str>,
    /// What kind of key it is about.
    pub key: Option<KeyWords<'a>>,
    /// Further keys with their values, in any order. Names are compared without regard to case; no value is no key.
    pub further: &'a [(&'a str, &'a [&'a str])],
}

impl<'a> RequestContext<'a> {
    /// A context that knows only who asks and when: no address, no TLS, no tags.
    pub fn new(principal: Principal<'a>, account: &'a str, now: Timestamp) -> Self {
        Self {
            principal,
            account,
            now,
            source: None,
            secure_transport: false,
            mfa: None,
            resource_tags: None,
            key_tags: None,
            request_tags: &[],
            tag_keys: &[],
            encryption_algorithm: None,
            external_id: None,
            person: Person::default(),
            region: None,
            service: None,
            key: None,
            further: &[],
        }
    }

    /// The values under a key.
    pub(crate) fn lookup(&self, key: &Key) -> Found<'a> {
        match key {
            Key::CurrentTime => Found::one(Some(Value::Time(self.now))),
            Key::SourceAddress => Found::one(self.source.map(Value::Address)),
            Key::SecureTransport => Found::one(Some(Value::Bool(self.secure_transport))),
            Key::MfaPresent => Found::one(self.mfa.map(Value::Bool)),
            Key::Principal => Found::text(self.principal.identity()),
            Key::ResourceTag(tag) => Found::text(tag_value(self.resource_tags, tag)),
            Key::KeyTag(tag) => Found::text(tag_value(self.key_tags, tag)),
            Key::RequestTag(tag) => Found::text(value_of(self.request_tags.iter().copied(), tag)),
            Key::TagKeys => Found::Many(self.tag_keys),
            Key::EncryptionAlgorithm => Found::text(self.encryption_algorithm),
            Key::ExternalId => Found::text(self.external_id),
            Key::AccountName => Found::text(self.person.account_name),
            Key::UserId => Found::text(self.person.user_id),
            Key::UserName => Found::text(self.person.user_name),
            Key::Urn => Found::text(self.person.urn),
            Key::Region => Found::text(self.region),
            Key::Service => Found::text(self.service),
            Key::KeyOrigin => Found::text(self.key.map(|key| key.origin)),
            Key::KeySpec => Found::text(self.key.map(|key| key.spec)),
            Key::KeyUsage => Found::text(self.key.map(|key| key.usage)),
            Key::Fixed(text) => Found::text(Some(text)),
            Key::Further(name) => {
                let same = |(other, _): &&(&str, &'a [&'a str])| other.eq_ignore_ascii_case(name);
                let values = self.further.iter().find(same);
                Found::Many(values.map_or(&[], |(_, values)| values))
            }
        }
    }
}

impl<'a> Principal<'a> {
    /// The name that conditions compare: of a session, its role's.
    fn identity(self) -> Option<&'a str> {
        match self {
            Self::Identity { name, role } => Some(role.unwrap_or(name)),
            Self::Service(_) | Self::Federated(_) => None,
        }
    }
}

fn tag_value<'a>(tags: Option<&'a Tags>, key: &str) -> Option<&'a str> {
    value_of(tags?.iter(), key)
}

/// The tag of exactly this key, else one whose key differs in case only.
fn value_of<'a>(tags: impl Iterator<Item = (&'a str, &'a str)>, key: &str) -> Option<&'a str> {
    let mut alike = None;
    for (other, value) in tags {
        if other == key {
            return Some(value);
        }
        if alike.is_none() && same_but_for_case(other, key) {
            alike = Some(value);
        }
    }
    alike
}

fn same_but_for_case(a: &str, b: &str) -> bool {
    fold(a).eq(fold(b))
}

/// The characters of a text without their cases.
pub(crate) fn fold(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// What a condition looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// The present moment.
    CurrentTime,
    /// Where the request came from.
    SourceAddress,
    /// Whether it came over TLS.
    SecureTransport,
    /// Whether who asks has shown a second factor.
    MfaPresent,
    /// Name of who asks; of a session, its role's.
    Principal,
    /// The tag of the resource with this key.
    ResourceTag(Box<str>),
    /// The same under the name of the service.
    KeyTag(Box<str>),
    /// The tag that the request brings with this key.
    RequestTag(Box<str>),
    /// The keys of all tags that the request brings or names.
    TagKeys,
    /// The algorithm of an encryption or decryption.
    EncryptionAlgorithm,
    /// The word between both sides of a role that is taken.
    ExternalId,
    /// The name of the account of who asks.
    AccountName,
    /// The id of the user that asks.
    UserId,
    /// The name of the user that asks.
    UserName,
    /// The resource name of the user that asks: [`Person::urn`].
    Urn,
    /// The region of the resource.
    Region,
    /// The service that is asked.
    Service,
    /// Where the material of the key comes from.
    KeyOrigin,
    /// What the key is made of.
    KeySpec,
    /// What the key is for.
    KeyUsage,
    /// What is the same for every request of this deployment.
    Fixed(&'static str),
    /// Anything else, by name.
    Further(Box<str>),
}

/// One value of a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Bool(bool),
    Time(Timestamp),
    Address(IpAddr),
}

/// The values of a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found<'a> {
    One(Option<Value<'a>>),
    Many(&'a [&'a str]),
}

impl<'a> Found<'a> {
    fn one(value: Option<Value<'a>>) -> Self {
        Self::One(value)
    }

    fn text(text: Option<&'a str>) -> Self {
        Self::One(text.map(Value::Text))
    }

    pub(crate) fn is_missing(self) -> bool {
        match self {
            Self::One(value) => value.is_none(),
            Self::Many(values) => values.is_empty(),
        }
    }

    pub(crate) fn values(self) -> impl Iterator<Item = Value<'a>> {
        let (one, many) = match self {
            Self::One(value) => (value, &[][..]),
            Self::Many(values) => (None, values),
        };
        one.into_iter().chain(many.iter().map(|text| Value::Text(text)))
    }
}

impl Value<'_> {
    /// Hands the value over as text: times in UTC as of RFC 3339, addresses in canonical form.
    pub(crate) fn with_text<R>(self, look: impl FnOnce(&str) -> R) -> R {
        let mut short = Text::<64>::default();
        // INVARIANT: text takes every write.
        let written = match self {
            Self::Text(text) => return look(text),
            Self::Bool(value) => write!(short, "{value}"),
            Self::Time(time) => write!(short, "{time}"),
            Self::Address(address) => write!(short, "{}", address.to_canonical()),
        };
        look(written.map_or("", |()| short.as_str()))
    }
}
