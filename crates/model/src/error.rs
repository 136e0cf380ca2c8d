//! Why the core said no. Dialects map each case, with the action, to their own codes and words.

use crate::{Action, CertificateStatus, KeyKind, Resource, SignedDuration, StateKind};

/// A thing that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// A key.
    Key,
    /// An alias.
    Alias,
    /// A version of a key.
    Version,
    /// A certificate.
    Certificate,
    /// A resource whose tags are asked for.
    Tagged,
    /// An account.
    Account,
    /// A user.
    User,
    /// A group.
    Group,
    /// A role.
    Role,
    /// A policy.
    Policy,
    /// A version of a policy.
    PolicyVersion,
    /// A policy on an identity.
    Attachment,
    /// A user in a group.
    Member,
    /// An access key of a user or service.
    AccessKey,
    /// A service.
    Service,
    /// A grant.
    Grant,
    /// A tag on a key.
    Tag,
    /// A store of keys of the caller's own.
    KeyStore,
    /// A project, or a region that has one.
    Project,
    /// A token.
    Token,
}

/// A thing that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// A user of that name.
    User,
    /// A group of that name.
    Group,
    /// A role of that name.
    Role,
    /// A policy of that name.
    Policy,
    /// The policy on that identity.
    Attachment,
    /// The user in that group.
    Member,
    /// A service of that name.
    Service,
    /// A key with that display name.
    Title,
}

/// What keeps a thing from being deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InUse {
    /// The user has access keys.
    UserKeys,
    /// The user is in groups.
    UserGroups,
    /// Policies are attached to the user.
    UserPolicies,
    /// Users are in the group.
    GroupUsers,
    /// Policies are attached to the group.
    GroupPolicies,
    /// Policies are attached to the role.
    RolePolicies,
    /// The policy is attached to a user.
    PolicyOfUser,
    /// The policy is attached to a group.
    PolicyOfGroup,
    /// The policy is attached to a role.
    PolicyOfRole,
    /// The policy has further versions.
    PolicyVersions,
    /// The version is the one that counts.
    DefaultVersion,
    /// The account has users, groups, roles, policies, services, keys, certificates or aliases.
    Account,
    /// The account is the one that runs the deployment.
    FirstAccount,
}

/// A part of the request whose value only the core can judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The ciphertext does not have the form of one of ours.
    Ciphertext,
    /// The ciphertext does not open: damaged, or under another context. Which of the two is not told.
    CiphertextOrContext,
    /// The usage does not fit the spec.
    Usage,
    /// The algorithm does not fit the key.
    Algorithm,
    /// The digest does not have the length of the algorithm's hash.
    Digest,
    /// The plaintext is too long for the key.
    Plaintext,
    /// The public key cannot be read, or is not of the kind that was named.
    PublicKey,
    /// The certificate cannot be read, or is for another key.
    Certificate,
    /// The chain of a certificate cannot be read, or does not lead from it upwards.
    CertificateChain,
    /// The subject of a signing request is not one.
    Subject,
    /// An alternative name of a signing request is not one, or there are too many.
    AlternativeNames,
    /// The expiry is in the past.
    Expiry,
    /// Too many tags.
    Tags,
    /// The policy is too long.
    Policy,
    /// The life of a session is out of the bounds of its role.
    SessionDuration,
    /// Nobody can be meant by the grantee, or by who may give a grant up.
    Grantee,
    /// What a grant allows is nothing, or nothing but to pass it on, or more than its maker holds.
    GrantedActions,
    /// The password is too weak or not one.
    Password,
    /// The display name is kept for the keys of services.
    Title,
}

/// Something that is bounded per account and region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    /// Keys.
    Keys,
    /// Aliases.
    Aliases,
    /// Versions of one key.
    Versions,
    /// Tags of one resource.
    Tags,
    /// Certificates.
    Certificates,
    /// Users of an account.
    Users,
    /// Groups of an account.
    Groups,
    /// Roles of an account.
    Roles,
    /// Policies that an account wrote.
    Policies,
    /// Versions of one policy.
    PolicyVersions,
    /// Access keys of one user, of a service or of the root of an account.
    AccessKeys,
    /// Policies on one identity.
    Attachments,
    /// Groups that one user is in.
    Memberships,
    /// Grants of one key.
    Grants,
    /// Aliases of one key.
    AliasesOfKey,
}

/// A wish that is well-formed but not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// No provider here makes keys of that spec.
    Spec,
    /// No provider here serves that protection level.
    Protection,
    /// Material from outside is not taken for that key.
    Origin,
}

/// A key said no because of what or how it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The key may not be used or changed in this state.
    #[error("the key is {0}")]
    NotUsable(StateKind),
    /// The state cannot change as asked from this state.
    #[error("no such transition from {0}")]
    Transition(StateKind),
    /// The key is of another kind than the purpose needs; what it is.
    #[error("the key does not serve this purpose")]
    KeyKind(KeyKind),
    /// Its owner protected it from deletion.
    #[error("the key is protected from deletion")]
    Protected,
    /// Its material does not come from where the request supposes.
    #[error("the key has another origin")]
    Origin,
    /// The material is not the one that was imported first.
    #[error("the material differs from what was imported first")]
    OtherMaterial,
    /// The newest version is too young for another.
    #[error("the newest version is too young")]
    TooSoon,
    /// The key belongs to a service; its account may use it and no more.
    #[error("the key belongs to a service")]
    OfService,
    /// The certificate may not be used like that in this status.
    #[error("the certificate is {0}")]
    CertificateUse(CertificateStatus),
    /// The status of the certificate cannot change as asked from this one.
    #[error("no such transition of a certificate from {0}")]
    CertificateTransition(CertificateStatus),
    /// The state is as asked already, and whoever asks does not take that for granted ([`crate::Again::Refused`]).
    #[error("the key is {0} already")]
    AlreadySo(StateKind),
    /// It rotates by itself already.
    #[error("the key rotates already")]
    RotationOn,
    /// It does not rotate by itself.
    #[error("the key does not rotate")]
    RotationOff,
    /// The grant is of another key.
    #[error("the grant is of another key")]
    GrantOfOther,
    /// The version encrypts no more messages: one more could use a nonce twice. Another version may.
    #[error("the version of the key has encrypted as many messages as it may")]
    MessageLimit,
}

/// What is wrong with key material that was brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaterialFault {
    /// It does not unwrap; with padding of PKCS #1 version 1.5 this stands for every fault.
    Unwrap,
    /// It unwraps, to another length than the key's.
    Length,
    /// The temporary key that wraps a private key has a length that no key of that kind has.
    TemporaryKey,
    /// The private key does not unwrap, cannot be read, is inconsistent or of another kind than the key.
    PrivateKey,
    /// The key is a pair, and no private key was brought.
    NoPrivateKey,
}

/// Permission was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// What the caller may not do.
    pub action: Action,
    /// What the caller may not touch.
    pub resource: Resource,
    /// Whether a statement forbids it, or merely none allows it.
    pub explicit: bool,
    /// The kind of policies that forbids it, or that would have to allow it.
    pub policy: DenyingPolicy,
}

/// A kind of policies, as far as a denied caller may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DenyingPolicy {
    /// Those of the caller: of the user and its groups, or of the role.
    Identity,
    /// The one that the session was narrowed to.
    Session,
    /// The one on the resource.
    Resource,
    /// The trust policy of the role.
    Trust,
}

/// Every reason for which the core refuses or fails. One enum leaves the core.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Something is not there.
    #[error("{0:?} not found")]
    NotFound(Missing),
    /// An alias of that name is there already.
    #[error("the alias exists")]
    AliasExists,
    /// The name is kept for the service's own use.
    #[error("the name is reserved")]
    ReservedAlias,
    /// The key refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A thing of that name is there already.
    #[error("{0:?} exists")]
    Exists(Existing),
    /// Something has to go before.
    #[error("in use: {0:?}")]
    InUse(InUse),
    /// A policy document is not one. The text says what is wrong and where.
    #[error("malformed policy: {0}")]
    Document(Box<str>),
    /// A text of the request is not what it has to be. The second text says what is wrong, and where if it can.
    #[error("malformed {0:?}: {1}")]
    Malformed(Field, Box<str>),
    /// The caller asks more often than it may. Trying again after this while helps.
    #[error("too many calls")]
    Throttled(SignedDuration),
    /// A value that only the core can judge is wrong.
    #[error("{0:?} is not valid")]
    Invalid(Field),
    /// Not served here.
    #[error("{0:?} is not supported")]
    Unsupported(Unsupported),
    /// There are as many as there may be.
    #[error("too many {0:?}")]
    Quota(Quota),
    /// The import token is not one of ours.
    #[error("the import token is not valid")]
    ImportToken,
    /// The import token was valid for too long ago a time.
    #[error("the import token has expired")]
    ImportTokenExpired,
    /// The import token is for another key.
    #[error("the import token is for another key")]
    ImportTokenOfOther,
    /// The wrapped material is not what it has to be.
    #[error("the key material is not valid")]
    KeyMaterial(MaterialFault),
    /// The name and password, or the secret, that were shown inside the request are wrong. Which of them is not told.
    #[error("wrong credentials")]
    Credentials,
    /// The caller only asked whether the call would work. It would.
    #[error("dry run: the call would have worked")]
    DryRun,
    /// The account has the service already.
    #[error("the service is open already")]
    AlreadyOpen,
    /// No permission.
    #[error("permission denied")]
    Denied(Denial),
    /// The store, the audit log or a provider cannot serve at the moment; trying later may help.
    #[error("temporarily unavailable")]
    Unavailable,
    /// More work is waiting than the server takes on.
    #[error("overloaded")]
    Overloaded,
    /// The server is at fault. Details are in its log, under the request id.
    #[error("internal error")]
    Internal,
}

impl Error {
    /// A short stable word for logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound(Missing::Key) => "key_not_found",
            Self::NotFound(Missing::Alias) => "alias_not_found",
            Self::NotFound(Missing::Version) => "version_not_found",
            Self::NotFound(Missing::Certificate) => "certificate_not_found",
            Self::NotFound(Missing::Tagged) => "resource_not_found",
            Self::NotFound(Missing::Account) => "account_not_found",
            Self::NotFound(Missing::User) => "user_not_found",
            Self::NotFound(Missing::Group) => "group_not_found",
            Self::NotFound(Missing::Role) => "role_not_found",
            Self::NotFound(Missing::Policy) => "policy_not_found",
            Self::NotFound(Missing::PolicyVersion) => "policy_version_not_found",
            Self::NotFound(Missing::Attachment) => "attachment_not_found",
            Self::NotFound(Missing::Member) => "member_not_found",
            Self::NotFound(Missing::AccessKey) => "access_key_not_found",
            Self::NotFound(Missing::Service) => "service_not_found",
            Self::NotFound(Missing::Grant) => "grant_not_found",
            Self::NotFound(Missing::Tag) => "tag_not_found",
            Self::NotFound(Missing::KeyStore) => "key_store_not_found",
            Self::NotFound(Missing::Project) => "project_not_found",
            Self::NotFound(Missing::Token) => "token_not_found",
            Self::Exists(_) => "exists",
            Self::InUse(_) => "in_use",
            Self::Document(_) => "policy_document",
            Self::Throttled(_) => "throttled",
            Self::AliasExists => "alias_exists",
            Self::ReservedAlias => "alias_reserved",
            Self::Refused(Refusal::NotUsable(_)) => "state",
            Self::Refused(Refusal::Transition(_)) => "transition",
            Self::Refused(Refusal::KeyKind(_)) => "key_kind",
            Self::Refused(Refusal::Protected) => "protected",
            Self::Refused(Refusal::Origin) => "origin",
            Self::Refused(Refusal::OtherMaterial) => "other_material",
            Self::Refused(Refusal::TooSoon) => "too_soon",
            Self::Refused(Refusal::OfService) => "of_service",
            Self::Refused(Refusal::CertificateUse(_)) => "certificate_status",
            Self::Refused(Refusal::CertificateTransition(_)) => "certificate_transition",
            Self::Refused(Refusal::AlreadySo(_)) => "already_so",
            Self::Refused(Refusal::RotationOn) => "rotation_on",
            Self::Refused(Refusal::RotationOff) => "rotation_off",
            Self::Refused(Refusal::GrantOfOther) => "grant_of_other",
            Self::Refused(Refusal::MessageLimit) => "message_limit",
            Self::Quota(_) => "quota",
            Self::ImportToken => "import_token",
            Self::ImportTokenExpired => "import_token_expired",
            Self::ImportTokenOfOther => "import_token_of_other",
            Self::KeyMaterial(_) => "key_material",
            Self::Credentials => "credentials",
            Self::Invalid(_) | Self::Malformed(..) => "invalid",
            Self::Unsupported(_) => "unsupported",
            Self::DryRun => "dry_run",
            Self::AlreadyOpen => "already_open",
            Self::Denied(_) => "denied",
            Self::Unavailable => "unavailable",
            Self::Overloaded => "overloaded",
            Self::Internal => "internal",
        }
    }

    /// Whether the fault is on the side of the server.
    pub fn is_fault(&self) -> bool {
        matches!(self, Self::Unavailable | Self::Overloaded | Self::Internal)
    }
}
