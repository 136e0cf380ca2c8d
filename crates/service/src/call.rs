//! What surrounds an operation: who calls from where, what it needs, and what is noted of it.

use claviger_audit::record::Fields;
pub use claviger_audit::record::Source;
use claviger_model::{
    AccountId, Action, AliasName, Caller, CertificateId, EncryptionAlgorithm, Error, GrantId,
    IdentityResource, KeyId, KeyVersionId, RequestId, Scope, ServiceName, Timestamp,
};

use crate::credential::Credential;

/// Gives the code that a dialect puts on the wire for an error, for the audit record.
pub type WireCode = fn(Action, &Error) -> &'static str;

/// One call of an authenticated caller.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Its id, in the answer and in every trace of it.
    pub id: RequestId,
    /// When it was accepted.
    pub time: Timestamp,
    /// Who calls, and with which rights.
    pub credential: &'a Credential,
    /// Where the call is at home when its parameters name no other place.
    pub scope: &'a Scope,
    /// The front door's name.
    pub dialect: &'static str,
    /// The API behind that door, such as `kms`.
    pub api: &'static str,
    /// What is asked in the words of the wire.
    pub operation: &'a str,
    /// Where it came from.
    pub source: Source<'a>,
    /// How the front door spells errors.
    pub wire_code: WireCode,
    /// Only asks whether the call would work.
    pub dry_run: bool,
}

impl<'a> Call<'a> {
    /// Who calls.
    pub fn caller(&self) -> &'a Caller {
        self.credential.caller()
    }
}

/// What a request brings for the conditions of policies to look at.
#[derive(Debug, Clone, Default)]
pub struct Asked<'a> {
    /// Keys and values of tags that things are to bear.
    pub tags: Vec<(&'a str, &'a str)>,
    /// Keys of the tags that the request brings or names.
    pub tag_keys: Vec<&'a str>,
    /// How a key pair is to encrypt or decrypt. A symmetric key has one way, which need not be told.
    pub algorithm: Option<EncryptionAlgorithm>,
    /// A word between both sides of a role that is taken.
    pub external_id: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// Tags that things are to bear.
    pub fn tags(tags: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let tags: Vec<_> = tags.collect();
        Self {
            tag_keys: tags.iter().map(|(key, _)| *key).collect(),
            tags,
            ..Self::default()
        }
    }

    /// Tags that are named by their keys.
    pub fn tag_keys(keys: impl IntoIterator<Item = &'a String>) -> Self {
        Self {
            tag_keys: keys.into_iter().map(String::as_str).collect(),
            ..Self::default()
        }
    }

    /// The way in which a key pair is to encrypt or decrypt.
    pub fn algorithm(algorithm: EncryptionAlgorithm) -> Self {
        Self {
            algorithm: Some(algorithm),
            ..Self::default()
        }
    }
}

/// How a caller named a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRef {
    /// Where to look.
    pub scope: Scope,
    /// What for.
    pub name: KeyName,
}

/// The name inside a [`KeyRef`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyName {
    /// A key id.
    Id(KeyId),
    /// An alias that leads to the key.
    Alias(AliasName),
    /// A key id, wherever the key lies: here, or else in another region or account. From there only grants lead to it;
    /// to whom none does, it is as good as one that is nowhere.
    Anywhere(KeyId),
    /// The key of a service. What a key is first needed for makes it, for whoever may do that here.
    OfService(ServiceName),
    /// Text that no key can have as its id. It is looked up like any other, and not found.
    Unknown(Box<str>),
}

/// How a caller named a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRef {
    /// Where to look.
    pub scope: Scope,
    /// What for.
    pub name: CertificateName,
}

/// The name inside a [`CertificateRef`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateName {
    /// A certificate id.
    Id(CertificateId),
    /// Text that no certificate can have as its id. It is looked up like any other, and not found.
    Unknown(Box<str>),
}

/// Something an operation touches.
#[derive(Debug, Clone)]
pub enum Target {
    /// A key.
    Key(KeyRef),
    /// A key as one of the things that can bear tags: where it is not there, a resource is missing.
    Tagged(KeyRef),
    /// The key that a ciphertext names by its version.
    Version(KeyVersionId),
    /// The same, where only grants lead to keys that do not lie in this scope.
    VersionWithin(Scope, KeyVersionId),
    /// A key with all its versions, as key pairs are used whose version nobody names.
    Pair(KeyRef),
    /// A grant on a key that is named beside it. The permission is on the key.
    Grant(KeyRef, GrantId),
    /// A version of a key that is named beside it; `None` is text that no version can have as its id. The permission is
    /// on the key.
    VersionOfKey(KeyRef, Option<KeyVersionId>),
    /// An alias by itself, which need not exist.
    Alias(Scope, AliasName),
    /// The key that an alias leads to, in its present position.
    KeyOfAlias(Scope, AliasName),
    /// A certificate.
    Certificate(CertificateRef),
    /// The collection of certificates.
    Certificates(Scope),
    /// The collection of keys.
    Keys(Scope),
    /// The collection of aliases.
    Aliases(Scope),
    /// The service as a whole.
    Service(Scope),
    /// Identities and what belongs to them, by name; they need not exist.
    Identity(AccountId, IdentityResource),
    /// The caller itself as a user of an account; for others than users the collection of users.
    Own(AccountId),
    /// A role with its trust policy, to be taken.
    Role(AccountId, Box<str>),
    /// The accounts and services of the deployment.
    Deployment,
    /// The audit trail of an account.
    Trail(Scope),
}

/// A permission that an operation needs.
#[derive(Debug, Clone)]
pub struct Need {
    /// To do what.
    pub action: Action,
    /// To what.
    pub target: Target,
}

/// What an operation leaves for the audit record of its call.
#[derive(Debug, Default)]
pub struct Note {
    /// What was answered: ids and lengths, never secrets.
    pub response: Fields,
    /// The accounts, other than that of the caller, that own what the call is about.
    pub(crate) owners: Vec<AccountId>,
    /// Whether the record is durable already, as a draft in the store's outbox.
    pub(crate) outboxed: bool,
}
