//! The core's refusals in the words of key management.
//!
//! SOURCE: KMS API reference, the error tables of the operations (read 2026-11-21). What they leave open is decided
//! here and listed in docs/alibaba.md.

use claviger_model::{
    Action, CertificateStatus, Denial, Error, Field, Missing, Quota, Refusal, StateKind, Unsupported,
};
use claviger_service::ResourceName;
use http::StatusCode;

use super::{WireError, ram};
use crate::api::Api;
use crate::ops::status_name;

/// The core's refusal in the words of key management.
pub(crate) fn wire(action: Action, error: &Error) -> WireError {
    match error {
        Error::NotFound(missing) => not_found(action, *missing),
        Error::AliasExists => WireError::bad("AliasAlreadyExists", "AliasName Already Exists."),
        Error::ReservedAlias => WireError::invalid("AliasName"),
        Error::Refused(refusal) => refused(action, *refusal),
        Error::Invalid(field) => WireError::invalid(parameter(action, *field)),
        // Nobody asks for a protection level there: it is the kind of key pair that cannot be had.
        Error::Unsupported(Unsupported::Protection) if action == Action::CreateCertificate => {
            unsupported(Unsupported::Spec)
        }
        Error::Unsupported(what) => unsupported(*what),
        Error::Quota(quota) => exceeded(action, *quota),
        Error::ImportToken | Error::ImportTokenOfOther => {
            WireError::bad("InvalidImportToken", "import token is invalid.")
        }
        Error::ImportTokenExpired => WireError::bad("ExpiredImportToken", "import token is expired."),
        Error::KeyMaterial(_) => wrong_material(),
        Error::DryRun => WireError::bad("DryRunOperationError", "The request would have succeeded."),
        Error::AlreadyOpen => WireError::bad("Forbidden.Opened", "Your kms service has been opened."),
        Error::Malformed(field, fault) => malformed(parameter(action, *field), fault),
        Error::Document(fault) => malformed("Policy", fault),
        Error::Denied(denial) => denied(denial),
        Error::Throttled(wait) => WireError::throttled(Api::Kms).after(*wait),
        Error::Unavailable => WireError::unavailable(Api::Kms),
        Error::Overloaded => WireError::throttled(Api::Kms),
        Error::Internal => WireError::internal(Api::Kms),
        // Nothing of key management says these.
        Error::Exists(_) | Error::InUse(_) | Error::Credentials => ram::wire(Api::Kms, action, error),
    }
}

/// A text that is not what it has to be. The first sentence is the published one.
fn malformed(parameter: &str, fault: &str) -> WireError {
    let first = WireError::invalid(parameter);
    let message = format!("{} {fault}.", first.message);
    WireError {
        message: message.into(),
        ..first
    }
}

pub(super) fn not_found(action: Action, missing: Missing) -> WireError {
    // The operations over many resources call whatever they do not find a resource.
    let over_many = matches!(
        action,
        Action::TagResources | Action::UntagResources | Action::ListTagResources
    );
    let (code, message) = match missing {
        Missing::Key if over_many => return not_found(action, Missing::Tagged),
        Missing::Key => ("Forbidden.KeyNotFound", "The specified Key is not found."),
        Missing::Alias => ("Forbidden.AliasNotFound", "The specified Alias is not found."),
        Missing::Version => (
            "Forbidden.KeyVersionNotFound",
            "The specified Key version is not found.",
        ),
        Missing::Certificate => ("Certificate.NotFound", "The specified certificate is not found."),
        Missing::Tagged => (
            "InvalidResourceId.NotFound",
            "The specified ResourceId is not found.",
        ),
        Missing::Account
        | Missing::User
        | Missing::Group
        | Missing::Role
        | Missing::Policy
        | Missing::PolicyVersion
        | Missing::Attachment
        | Missing::Member
        | Missing::AccessKey
        | Missing::Service
        | Missing::Grant
        | Missing::Tag
        | Missing::KeyStore
        | Missing::Project
        | Missing::Token => return ram::not_found(action, missing),
    };
    WireError::new(StatusCode::NOT_FOUND, code, message)
}

fn refused(action: Action, refusal: Refusal) -> WireError {
    let (code, state) = match refusal {
        Refusal::KeyKind(_) => return wrong_kind(action),
        // The other face asks so that these can happen.
        Refusal::AlreadySo(_) | Refusal::RotationOn | Refusal::RotationOff | Refusal::GrantOfOther => {
            return WireError::unsupported_operation();
        }
        Refusal::Transition(_) => {
            let message = "Keystate modified failed.";
            return WireError::new(StatusCode::CONFLICT, "Rejected.StateModifiedFailed", message);
        }
        Refusal::Protected => {
            let message = "The key cannot be deleted because deletion protection is enabled for it.";
            return WireError::bad("UnsupportedOperation", message);
        }
        Refusal::Origin => return unsupported(Unsupported::Origin),
        Refusal::OtherMaterial => return wrong_material(),
        Refusal::TooSoon => {
            let message = "Unsupported operation. The newest key version is less than seven days old.";
            return WireError::bad(UNSUPPORTED, message);
        }
        Refusal::MessageLimit => {
            let message = "The request was rejected because the key version has encrypted as many messages as it may. \
                           Rotate the key, or use another key.";
            return WireError::bad("Rejected.LimitExceeded", message);
        }
        Refusal::OfService => {
            let message = "Unsupported operation. The key belongs to a cloud service.";
            return WireError::bad(UNSUPPORTED, message);
        }
        Refusal::CertificateUse(status) => return wrong_status(status),
        Refusal::CertificateTransition(status) => {
            let message = format!(
                "The status of the certificate cannot be changed from {}.",
                status_name(status)
            );
            return WireError::new(StatusCode::CONFLICT, "Rejected.StateModifiedFailed", message);
        }
        Refusal::NotUsable(StateKind::Disabled) => ("Rejected.Disabled", "Disabled"),
        Refusal::NotUsable(StateKind::PendingDeletion) => ("Rejected.PendingDeletion", "PendingDeletion"),
        Refusal::NotUsable(StateKind::PendingImport) => ("Rejected.PendingImport", "PendingImport"),
        // An enabled key is never refused for its state; the published list has the code all the same.
        Refusal::NotUsable(StateKind::Enabled) => ("Rejected.Enabled", "Enabled"),
    };
    let message = format!("The request was rejected because the key state is {state}.");
    WireError::new(StatusCode::CONFLICT, code, message)
}

/// No codes are published for this: those of keys in the like state are taken.
fn wrong_status(status: CertificateStatus) -> WireError {
    let code = match status {
        CertificateStatus::Pending => "Rejected.PendingImport",
        CertificateStatus::Inactive | CertificateStatus::Revoked => "Rejected.Disabled",
        // An active certificate is never refused for its status.
        CertificateStatus::Active => "Rejected.Enabled",
    };
    let status = status_name(status);
    let message = format!("The request was rejected because the certificate status is {status}.");
    WireError::new(StatusCode::CONFLICT, code, message)
}

/// The code that versions, rotation and asymmetric operations use.
const UNSUPPORTED: &str = "Rejected.UnsupportedOperation";

/// The operations that came with versions and asymmetric keys spell it in another way than the older ones.
fn wrong_kind(action: Action) -> WireError {
    match action {
        Action::CreateKeyVersion
        | Action::UpdateRotationPolicy
        | Action::AsymmetricEncrypt
        | Action::AsymmetricDecrypt
        | Action::AsymmetricSign
        | Action::AsymmetricVerify
        | Action::GetPublicKey
        | Action::CreateCsr
        | Action::GenerateMac
        | Action::VerifyMac => WireError::bad(UNSUPPORTED, "Unsupported operation."),
        _ => WireError::unsupported_operation(),
    }
}

fn wrong_material() -> WireError {
    WireError::bad("InvalidKeyMaterial", "key material is invalid.")
}

/// Codes for a damaged ciphertext are not published; a wrong context and a bad tag are not told apart.
fn parameter(action: Action, field: Field) -> &'static str {
    match (field, action) {
        // A plaintext that was decrypted here is known to the caller as its ciphertext.
        (Field::Ciphertext, _) | (Field::Plaintext, Action::ExportDataKey | Action::ReEncrypt) => {
            "CiphertextBlob"
        }
        (Field::CiphertextOrContext, Action::ReEncrypt) => "SourceEncryptionContext",
        (Field::CiphertextOrContext, _) => "EncryptionContext",
        (Field::Usage, _) => "KeyUsage",
        (Field::Algorithm, Action::ReEncrypt) => "SourceEncryptionAlgorithm",
        (
            Field::Algorithm,
            Action::GetParametersForImport | Action::GenerateAndExportDataKey | Action::ExportDataKey,
        ) => "WrappingAlgorithm",
        (Field::Algorithm, _) => "Algorithm",
        (Field::Digest, Action::CertificatePrivateKeySign | Action::CertificatePublicKeyVerify) => "Message",
        (Field::Digest, _) => "Digest",
        // A data key that is too long for the public key it goes to.
        (Field::Plaintext, Action::GenerateAndExportDataKey) => "NumberOfBytes",
        (Field::Plaintext, _) => "Plaintext",
        (Field::PublicKey, _) => "PublicKeyBlob",
        (Field::Certificate, _) => "Certificate",
        (Field::CertificateChain, _) => "CertificateChain",
        (Field::Subject, _) => "Subject",
        (Field::AlternativeNames, _) => "SubjectAlternativeNames",
        (Field::Policy, _) => "Policy",
        (Field::Expiry, _) => "KeyMaterialExpireUnix",
        (Field::Tags, Action::TagResources) => "Tag",
        (Field::Tags, _) => "Tags",
        (Field::SessionDuration, _) => "DurationSeconds",
        (Field::Password, _) => "Password",
        (Field::Grantee, _) => "Grantee",
        (Field::GrantedActions, _) => "Actions",
        (Field::Title, _) => "Title",
    }
}

fn unsupported(what: Unsupported) -> WireError {
    match what {
        Unsupported::Protection => WireError::bad(
            "Unsupported.ProtectionLevel",
            "This protection level is not valid for this region",
        ),
        Unsupported::Origin => {
            WireError::bad("Unsupported.Origin", "This key origin is not valid for this api.")
        }
        Unsupported::Spec => WireError::unsupported_operation(),
    }
}

/// One code for all; the message says what there is too much of.
pub(super) fn exceeded(action: Action, quota: Quota) -> WireError {
    let what = match quota {
        Quota::Keys => "keys",
        Quota::Aliases => "aliases",
        Quota::Versions => "key versions",
        Quota::Tags => "tags",
        Quota::Certificates => "certificates",
        Quota::Grants => "grants",
        Quota::AliasesOfKey => "aliases of the key",
        Quota::Users
        | Quota::Groups
        | Quota::Roles
        | Quota::Policies
        | Quota::PolicyVersions
        | Quota::AccessKeys
        | Quota::Attachments
        | Quota::Memberships => return ram::exceeded(action, quota),
    };
    let text = "The request was rejected because user create resource limit was exceeded";
    WireError::bad("Rejected.LimitExceeded", format!("{text}: {what}."))
}

fn denied(denial: &Denial) -> WireError {
    let arn = ResourceName(&denial.resource);
    let message = format!("This operation for {arn} is forbidden by permission system.");
    WireError::new(StatusCode::FORBIDDEN, "Forbidden.NoPermission", message)
}
