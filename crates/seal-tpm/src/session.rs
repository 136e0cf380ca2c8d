//! A connection to a TPM: its storage key, and sessions whose parameters are encrypted, so that whoever listens
//! on the bus between processor and TPM does not hear the key.
//!
//! Sessions are salted by the storage key: their keys cannot be computed from what is heard.

use claviger_provider_soft::DeviceError;
use tss_esapi::Context;
use tss_esapi::attributes::{ObjectAttributesBuilder, SessionAttributesBuilder};
use tss_esapi::constants::SessionType;
use tss_esapi::constants::response_code::Tss2ResponseCode;
use tss_esapi::handles::{KeyHandle, ObjectHandle, PersistentTpmHandle, TpmHandle};
use tss_esapi::interface_types::algorithm::{HashingAlgorithm, PublicAlgorithm};
use tss_esapi::interface_types::ecc::EccCurve;
use tss_esapi::interface_types::resource_handles::Hierarchy;
use tss_esapi::interface_types::session_handles::{AuthSession, PolicySession};
use tss_esapi::structures::{
    Digest, EccPoint, PcrSelectionList, PcrSlot, Public, PublicBuilder, PublicEccParametersBuilder,
    SymmetricDefinition, SymmetricDefinitionObject,
};
use tss_esapi::tcti_ldr::TctiNameConf;

/// An open connection. All that it made in the TPM is flushed when it is dropped.
pub(crate) struct Connection {
    pub(crate) context: Context,
    /// The storage key.
    pub(crate) parent: KeyHandle,
}

impl Connection {
    pub(crate) fn open(tcti: &TctiNameConf, parent: Option<u32>) -> Result<Self, DeviceError> {
        let mut context = Context::new(tcti.clone())
            .map_err(|error| DeviceError::Unavailable(format!("no TPM answers: {error}")))?;
        let parent = match parent {
            Some(handle) => persistent(&mut context, handle),
            None => derived(&mut context),
        };
        let parent = parent.map_err(|error| failed("use the storage key", error))?;
        Ok(Self { context, parent })
    }

    /// The name that the storage key has in its TPM.
    pub(crate) fn parent_name(&mut self) -> Result<Vec<u8>, DeviceError> {
        let name = self.context.tr_get_name(self.parent.into());
        Ok(name
            .map_err(|error| failed("name the storage key", error))?
            .value()
            .to_vec())
    }

    /// A session that authorizes the use of what has no password.
    pub(crate) fn auth_session(&mut self) -> Result<AuthSession, DeviceError> {
        self.session(SessionType::Hmac)
    }

    /// A session in which the PCRs were shown as they are now.
    pub(crate) fn policy_session(
        &mut self,
        kind: SessionType,
        pcrs: &[u8],
    ) -> Result<PolicySession, DeviceError> {
        let session = self.session(kind)?;
        let session =
            PolicySession::try_from(session).map_err(|error| failed("open a policy session", error))?;
        let shown =
            selection(pcrs).and_then(|list| self.context.policy_pcr(session, Digest::default(), list));
        shown.map_err(|error| failed("show the PCRs", error))?;
        Ok(session)
    }

    /// A bank that the TPM does not have would bind to nothing, so each PCR must have a value.
    pub(crate) fn require(&mut self, pcrs: &[u8]) -> Result<(), DeviceError> {
        for pcr in pcrs {
            let read = selection(&[*pcr]).and_then(|list| self.context.pcr_read(list));
            let (_, _, values) = read.map_err(|error| failed("read the PCRs", error))?;
            if values.len() != 1 {
                return Err(DeviceError::Refused(format!(
                    "the TPM has no PCR {pcr} in its SHA-256 bank"
                )));
            }
        }
        Ok(())
    }

    fn session(&mut self, kind: SessionType) -> Result<AuthSession, DeviceError> {
        let what = "open a session";
        let session = self.context.start_auth_session(
            Some(self.parent),
            None,
            None,
            kind,
            SymmetricDefinition::AES_128_CFB,
            HashingAlgorithm::Sha256,
        );
        let session = session
            .map_err(|error| failed(what, error))?
            .ok_or_else(|| DeviceError::Unavailable("the TPM opened no session".to_owned()))?;
        if kind != SessionType::Trial {
            let (attributes, mask) = SessionAttributesBuilder::new()
                .with_decrypt(true)
                .with_encrypt(true)
                .build();
            self.context
                .tr_sess_set_attributes(session, attributes, mask)
                .map_err(|error| failed(what, error))?;
        }
        Ok(session)
    }
}

/// An error of the TPM or of the way to it, in words.
pub(crate) fn failed(what: &str, error: tss_esapi::Error) -> DeviceError {
    let text = format!("cannot {what}: {error}");
    match error {
        // The TPM read the command and would not do it. What has the other format says that it, or the way to it,
        // is in no state to answer.
        tss_esapi::Error::Tss2Error(Tss2ResponseCode::FormatOne(_)) => DeviceError::Refused(text),
        _ => DeviceError::Unavailable(text),
    }
}

/// A key that is in the TPM already.
fn persistent(context: &mut Context, handle: u32) -> tss_esapi::Result<KeyHandle> {
    let handle = TpmHandle::Persistent(PersistentTpmHandle::new(handle)?);
    let object: ObjectHandle =
        context.execute_without_session(|context| context.tr_from_tpm_public(handle))?;
    Ok(object.into())
}

/// The storage key that the owner hierarchy gives for the template; the same each time, until the TPM is cleared.
fn derived(context: &mut Context) -> tss_esapi::Result<KeyHandle> {
    let template = storage_key()?;
    let made = context.execute_with_session(Some(AuthSession::Password), |context| {
        context.create_primary(Hierarchy::Owner, template, None, None, None, None)
    });
    Ok(made?.key_handle)
}

/// SOURCE: TCG TPM v2.0 Provisioning Guidance, section 7.5.1 "Storage Primary Key (SRK) Templates", P-256 variant.
fn storage_key() -> tss_esapi::Result<Public> {
    let attributes = ObjectAttributesBuilder::new()
        .with_fixed_tpm(true)
        .with_fixed_parent(true)
        .with_sensitive_data_origin(true)
        .with_user_with_auth(true)
        .with_no_da(true)
        .with_restricted(true)
        .with_decrypt(true)
        .build()?;
    let curve = PublicEccParametersBuilder::new_restricted_decryption_key(
        SymmetricDefinitionObject::AES_128_CFB,
        EccCurve::NistP256,
    )
    .build()?;
    PublicBuilder::new()
        .with_public_algorithm(PublicAlgorithm::Ecc)
        .with_name_hashing_algorithm(HashingAlgorithm::Sha256)
        .with_object_attributes(attributes)
        .with_ecc_parameters(curve)
        .with_ecc_unique_identifier(EccPoint::default())
        .build()
}

fn selection(pcrs: &[u8]) -> tss_esapi::Result<PcrSelectionList> {
    let slots = pcrs
        .iter()
        .map(|pcr| PcrSlot::try_from(1u32.checked_shl((*pcr).into()).unwrap_or(0)))
        .collect::<tss_esapi::Result<Vec<_>>>()?;
    PcrSelectionList::builder()
        .with_selection(HashingAlgorithm::Sha256, &slots)
        .build()
}
