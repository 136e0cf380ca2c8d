//! The core's refusals in the words of key management.
//!
//! SOURCE: Key Management Service API reference, the error tables of the operations, and "Error Codes" (read 2026-11-22). One
//! vendor's code tells the operation and the other the fault, so most cases look at what was asked: see [`Group`].

mod kind;

use claviger_model::{
    Action, Denial, Error, Existing, Field, MaterialFault, Missing, Quota, Refusal, Resource, StateKind,
    Unsupported,
};

use super::WireError;
use super::codes::{self, Code};

/// What an action is about, as far as the codes tell actions apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Enable,
    Disable,
    Schedule,
    Cancel,
    DeleteMaterial,
    /// The wrapping key and the token, and the import itself.
    Import,
    Rotation,
    /// Data keys, made here or brought.
    DataKey,
    /// Data under a symmetric key.
    Data,
    /// Data under a key pair.
    PairData,
    Sign,
    PublicKey,
    Mac,
    Other,
}

fn group(action: Action) -> Group {
    match action {
        Action::EnableKey => Group::Enable,
        Action::DisableKey => Group::Disable,
        Action::ScheduleKeyDeletion => Group::Schedule,
        Action::CancelKeyDeletion => Group::Cancel,
        Action::DeleteKeyMaterial => Group::DeleteMaterial,
        Action::GetParametersForImport | Action::ImportKeyMaterial => Group::Import,
        Action::BeginRotation
        | Action::AlterRotation
        | Action::EndRotation
        | Action::RotateOnDemand
        | Action::GetRotationStatus
        | Action::UpdateRotationPolicy => Group::Rotation,
        Action::GenerateDataKey
        | Action::GenerateDataKeyWithoutPlaintext
        | Action::EncryptDataKey
        | Action::DecryptDataKey => Group::DataKey,
        Action::Encrypt
        | Action::Decrypt
        | Action::ReEncrypt
        | Action::ReEncryptFrom
        | Action::ReEncryptTo => Group::Data,
        Action::AsymmetricEncrypt | Action::AsymmetricDecrypt => Group::PairData,
        Action::AsymmetricSign | Action::AsymmetricVerify => Group::Sign,
        Action::GetPublicKey => Group::PublicKey,
        Action::GenerateMac | Action::VerifyMac => Group::Mac,
        _ => Group::Other,
    }
}

/// The core's refusal in the words of key management. `bound` tells whether the request bound something to a ciphertext.
pub(super) fn wire(bound: bool, action: Action, error: &Error) -> WireError {
    let group = group(action);
    match error {
        Error::NotFound(missing) => not_found(group, *missing).error(),
        Error::AliasExists | Error::Exists(Existing::Title) => codes::K1104.error(),
        Error::ReservedAlias => codes::K1101.breaks(
            "alias",
            "must not begin with `acs`, as names of keys of services do",
        ),
        Error::Refused(Refusal::MessageLimit) => codes::K0308
            .with("the version of the key has encrypted as many messages as it may: rotate the key"),
        Error::Refused(refusal) => refused(group, *refusal).error(),
        Error::Invalid(Field::Title) => codes::K1101.breaks(
            "key_alias",
            "must not end with `/default`, as names of default master keys do",
        ),
        Error::Invalid(Field::Usage) => {
            codes::K1110.breaks("key_usage", "must be one that keys of this `key_spec` have")
        }
        Error::Invalid(field) => invalid(bound, group, *field).error(),
        Error::Malformed(field, fault) => {
            let code = invalid(bound, group, *field);
            code.with(format!("{}: {fault}", code.message))
        }
        Error::Unsupported(what) => unsupported(action, *what),
        Error::Quota(quota) => exceeded(*quota),
        Error::ImportToken => codes::K2605.error(),
        Error::ImportTokenExpired => codes::K2601.error(),
        Error::ImportTokenOfOther => codes::K2603.error(),
        Error::KeyMaterial(fault) => material(*fault).error(),
        Error::Denied(denial) => denied(denial).error(),
        Error::Throttled(wait) => WireError::throttled().after(*wait),
        Error::Overloaded => WireError::throttled(),
        Error::Unavailable => codes::K0104.error(),
        Error::Internal => codes::K0101.error(),
        // Nothing of key management says these.
        Error::Exists(_)
        | Error::InUse(_)
        | Error::Document(_)
        | Error::Credentials
        | Error::DryRun
        | Error::AlreadyOpen => other(error),
    }
}

/// What has no code of its own.
fn other(error: &Error) -> WireError {
    worded(&error.to_string())
}

fn worded(text: &str) -> WireError {
    let code = codes::K0308;
    code.with(format!("{}: {text}", code.message))
}

fn not_found(group: Group, missing: Missing) -> Code {
    match missing {
        // A ciphertext leads to a version that is not there, or to one of another key than the one beside it.
        Missing::Version if matches!(group, Group::Data | Group::DataKey) => codes::K2201,
        Missing::Key | Missing::Alias | Missing::Version | Missing::Tagged => codes::K0207,
        Missing::Grant => codes::K2501,
        Missing::Tag => codes::K0416,
        Missing::KeyStore => codes::K8003,
        Missing::Project => codes::K0321,
        Missing::Certificate
        | Missing::Account
        | Missing::User
        | Missing::Group
        | Missing::Role
        | Missing::Policy
        | Missing::PolicyVersion
        | Missing::Attachment
        | Missing::Member
        | Missing::AccessKey
        | Missing::Service
        | Missing::Token => codes::K0308,
    }
}

fn refused(group: Group, refusal: Refusal) -> Code {
    match refusal {
        Refusal::NotUsable(state) => unusable(state),
        Refusal::Transition(state) | Refusal::AlreadySo(state) => stays(group, state),
        Refusal::KeyKind(kind) => kind::wrong(group, kind),
        Refusal::Origin if group == Group::Rotation => codes::K0312,
        Refusal::Origin => codes::K0309,
        Refusal::OtherMaterial => codes::K2606,
        Refusal::OfService => codes::K0211,
        Refusal::RotationOn => codes::K2901,
        Refusal::RotationOff => codes::K0313,
        Refusal::GrantOfOther => codes::K2502,
        Refusal::Protected
        | Refusal::MessageLimit
        | Refusal::TooSoon
        | Refusal::CertificateUse(_)
        | Refusal::CertificateTransition(_) => codes::K0308,
    }
}

/// A state that keeps a key from being used. No code is published for keys that wait for material.
fn unusable(state: StateKind) -> Code {
    match state {
        StateKind::PendingDeletion => codes::K0210,
        StateKind::Disabled | StateKind::PendingImport | StateKind::Enabled => codes::K0209,
    }
}

/// A state that does not change as asked.
fn stays(group: Group, state: StateKind) -> Code {
    let ends = state == StateKind::PendingDeletion;
    match group {
        Group::Schedule => codes::K1402,
        Group::Cancel => codes::K1501,
        Group::DeleteMaterial => codes::K2701,
        Group::Enable | Group::Disable | Group::Import if ends => codes::K0210,
        Group::Enable => codes::K1201,
        Group::Disable => codes::K1301,
        Group::Import => codes::K0310,
        Group::Rotation
        | Group::DataKey
        | Group::Data
        | Group::PairData
        | Group::Sign
        | Group::PublicKey
        | Group::Mac
        | Group::Other => unusable(state),
    }
}

fn invalid(bound: bool, group: Group, field: Field) -> Code {
    match (field, group) {
        (Field::Usage, _) => codes::K1110,
        (Field::Algorithm, Group::Sign) => codes::K0332,
        (Field::Algorithm, Group::Data) => codes::K2105,
        (Field::Algorithm, Group::PairData) => codes::K2106,
        (Field::Digest, Group::DataKey) => codes::K2103,
        (Field::Digest, _) => codes::K0329,
        (Field::Plaintext, Group::PairData) => codes::K2108,
        (Field::Plaintext, Group::DataKey) => codes::K2204,
        (Field::CiphertextOrContext, _) if bound => codes::K0208,
        (Field::Ciphertext | Field::CiphertextOrContext, _) => codes::K2201,
        (Field::Expiry, _) => codes::K2602,
        (Field::Grantee, _) => codes::K2402,
        // What is right in itself and still not granted is more than the caller holds.
        (Field::GrantedActions, _) => codes::K0306,
        (Field::Title, _) => codes::K1101,
        (Field::Tags, _) => codes::K0407,
        (
            Field::Algorithm
            | Field::Plaintext
            | Field::PublicKey
            | Field::Certificate
            | Field::CertificateChain
            | Field::Subject
            | Field::AlternativeNames
            | Field::Policy
            | Field::SessionDuration
            | Field::Password,
            _,
        ) => codes::K0308,
    }
}

fn unsupported(action: Action, what: Unsupported) -> WireError {
    let spec = |rule| codes::K1110.breaks("key_spec", rule);
    match what {
        Unsupported::Spec => spec("must be a kind of key that is made here"),
        // Callers cannot name a protection level: it follows from the kind of key.
        Unsupported::Protection if action == Action::CreateKey => {
            spec("must be a kind of key that needs no HSM: there is none in this region")
        }
        Unsupported::Protection => codes::K0340.error(),
        Unsupported::Origin => codes::K0308.error(),
    }
}

fn exceeded(quota: Quota) -> WireError {
    match quota {
        Quota::Keys => codes::K1105.error(),
        Quota::Grants => codes::K2404.error(),
        Quota::Tags => codes::K0409.error(),
        Quota::Aliases => worded("too many aliases"),
        Quota::AliasesOfKey => worded("too many aliases of this key"),
        Quota::Versions
        | Quota::Certificates
        | Quota::Users
        | Quota::Groups
        | Quota::Roles
        | Quota::Policies
        | Quota::PolicyVersions
        | Quota::AccessKeys
        | Quota::Attachments
        | Quota::Memberships => other(&Error::Quota(quota)),
    }
}

fn material(fault: MaterialFault) -> Code {
    match fault {
        MaterialFault::Unwrap => codes::K0311,
        MaterialFault::Length => codes::K2604,
        MaterialFault::TemporaryKey => codes::K2610,
        MaterialFault::PrivateKey => codes::K2609,
        MaterialFault::NoPrivateKey => codes::K2608,
    }
}

/// Of the codes for this, those two are in every edition.
fn denied(denial: &Denial) -> Code {
    match denial.resource {
        Resource::Key(..) | Resource::UnknownKey(..) => codes::K0306,
        Resource::Alias(..)
        | Resource::Keys(_)
        | Resource::Aliases(_)
        | Resource::Certificate(..)
        | Resource::UnknownCertificate(..)
        | Resource::Certificates(_)
        | Resource::Service(_)
        | Resource::Identity(..)
        | Resource::Deployment(_)
        | Resource::Trail(_) => codes::K0307,
    }
}

#[cfg(test)]
mod tests;
