//! The nouns of a key management service and their laws.
//!
//! Everything here is a plain value: no I/O, no async, no serialisation. Dialects build these values from wire
//! text, stores build them from rows, and both convert by hand. The crate must never know a vendor's words, a
//! table or a provider.
//!
//! To add a state, a spec or an error, change it here first: the exhaustive matches of the other crates then
//! name every place that has to decide about it.

mod action;
mod algorithm;
mod alias;
mod caller;
mod certificate;
mod clock;
mod context;
mod error;
mod grant;
mod id;
mod identity;
mod key;
mod messages;
mod page;
mod resource;
mod spec;
mod tag;

pub use action::Action;
pub use algorithm::{EncryptionAlgorithm, HashAlgorithm, MacAlgorithm, SignatureAlgorithm};
pub use alias::{Alias, AliasName};
pub use caller::{AccessKeyId, AccessKeyStatus, Account, Caller, Identity};
pub use certificate::{Certificate, CertificateStatus, CertificateUse, Issued};
pub use clock::{Clock, Random, RandomError, SystemClock};
pub use context::EncryptionContext;
pub use error::{
    Denial, DenyingPolicy, Error, Existing, Field, InUse, MaterialFault, Missing, Quota, Refusal, Unsupported,
};
pub use grant::{GRANTABLE, Grant, GrantId, GrantedActions, Party};
pub use id::{
    AccountId, CertificateId, DomainId, IdentityHex, KeyId, KeyVersionId, ParseIdError, ProjectId, Region,
    RequestId, Scope,
};
pub use identity::{
    Attachment, CustomPolicy, Extent, Group, GroupId, GroupName, Holder, KeyOwner, Language, Login,
    LoginOwner, NamePage, Named, POLICY_VERSIONS, PolicyId, PolicyName, PolicyRef, PolicyVersion, Role,
    RoleId, RoleName, SESSION_DEFAULT, SESSION_LONGEST, SESSION_SHORTEST, ServiceIdentity, ServiceName,
    SessionName, User, UserId, UserName,
};
pub use key::{
    Again, Change, Creator, Fingerprint, Import, Key, KeyKind, KeyState, KeyVersion, Material, Origin,
    ROTATION_LONGEST, ROTATION_SHORTEST, ReadyKey, Resume, RotationStatus, StateKind, Title, VERSION_REST,
};
pub use messages::{Allowance, MessageLimit};
pub use page::{KeyFilter, KeyMatch, Order, Page, Paged};
pub use resource::{IdentityResource, Resource};
pub use spec::{Family, KeySpec, ProtectionLevel, Purpose, Usage};
pub use tag::{TAG_LIMIT, Tags, TooManyTags};

/// Points and spans of time, as every crate here writes them.
pub use jiff::{SignedDuration, Timestamp};
