//! Sealed data objects.
//!
//! SOURCE: TCG TPM 2.0 Library, Part 1, sections 19 "Authorizations and Acknowledgments" and 21 "Session-based
//! encryption"; Part 3, sections 12.1 "TPM2_Create", 12.7 "TPM2_Unseal", 23.7 "TPM2_PolicyPCR"; TCG EK Credential
//! Profile 2.x for the storage key's template; read 2026-11-22.

use std::fmt;

use claviger_provider_soft::{DeviceError, SealingDevice};
use claviger_secret::SecretBytes;
use tss_esapi::attributes::ObjectAttributesBuilder;
use tss_esapi::constants::SessionType;
use tss_esapi::constants::response_code::Tss2ResponseCodeKind as Code;
use tss_esapi::interface_types::algorithm::{HashingAlgorithm, PublicAlgorithm};
use tss_esapi::structures::{
    Digest, KeyedHashScheme, Private, Public, PublicBuilder, PublicKeyedHashParameters, SensitiveData,
};
use tss_esapi::tcti_ldr::TctiNameConf;
use tss_esapi::traits::{Marshall, UnMarshall};

use crate::blob::Blob;
use crate::session::{Connection, failed};
use crate::{KIND, TpmSettings};

/// A TPM that seals. It is connected only while it works, so that other programs get their turn.
pub struct TpmSealer {
    tcti: TctiNameConf,
    settings: TpmSettings,
    pcrs: Vec<u8>,
}

impl TpmSealer {
    /// Checks the settings, and that there is a TPM.
    ///
    /// # Errors
    /// [`DeviceError::Refused`] for settings that make no sense, [`DeviceError::Unavailable`] if no TPM answers.
    pub fn open(settings: &TpmSettings) -> Result<Self, DeviceError> {
        let tcti = settings.tcti.parse().map_err(|_| {
            DeviceError::Refused(format!("`{}` does not say how to reach a TPM", settings.tcti))
        })?;
        let sealer = Self {
            tcti,
            settings: settings.clone(),
            pcrs: settings.check()?,
        };
        sealer.connect()?;
        Ok(sealer)
    }

    fn connect(&self) -> Result<Connection, DeviceError> {
        Connection::open(&self.tcti, self.settings.parent)
    }
}

impl SealingDevice for TpmSealer {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn wrap(&self, key: &[u8; 32]) -> Result<Vec<u8>, DeviceError> {
        let mut tpm = self.connect()?;
        let policy = match self.pcrs.as_slice() {
            [] => Digest::default(),
            pcrs => {
                tpm.require(pcrs)?;
                let trial = tpm.policy_session(SessionType::Trial, pcrs)?;
                let digest = tpm.context.policy_get_digest(trial);
                digest.map_err(|error| failed("compute the policy", error))?
            }
        };
        let public = sealed_object(policy).map_err(|error| failed("describe the object", error))?;
        let session = tpm.auth_session()?;
        let parent = tpm.parent;
        let data = SensitiveData::try_from(key.as_slice()).map_err(|error| failed("seal", error))?;
        let made = tpm.context.execute_with_session(Some(session), |context| {
            context.create(parent, public, None, Some(data), None, None)
        });
        let made = made.map_err(|error| failed("seal", error))?;
        let blob = Blob {
            pcrs: self.pcrs.clone(),
            parent: tpm.parent_name()?,
            public: made
                .out_public
                .marshall()
                .map_err(|error| failed("seal", error))?,
            private: made.out_private.value().to_vec(),
        };
        blob.to_bytes()
            .ok_or_else(|| DeviceError::Refused("the TPM made an object that is too large".to_owned()))
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<SecretBytes, DeviceError> {
        let damaged = || DeviceError::Refused("the sealed object is damaged".to_owned());
        let other =
            || DeviceError::Refused("another TPM sealed it, or this one was cleared since".to_owned());
        let blob = Blob::from_bytes(wrapped).ok_or_else(damaged)?;
        let public = Public::unmarshall(&blob.public).map_err(|_| damaged())?;
        let private = Private::try_from(blob.private).map_err(|_| damaged())?;
        let mut tpm = self.connect()?;
        if tpm.parent_name()? != blob.parent {
            return Err(other());
        }
        let session = tpm.auth_session()?;
        let parent = tpm.parent;
        let loaded = tpm
            .context
            .execute_with_session(Some(session), |context| context.load(parent, private, public));
        let object = loaded.map_err(|error| match code(error) {
            Some(Code::Integrity) => damaged(),
            _ => failed("load the sealed object", error),
        })?;
        let session = match blob.pcrs.as_slice() {
            [] => session,
            pcrs => tpm.policy_session(SessionType::Policy, pcrs)?.into(),
        };
        let opened = tpm
            .context
            .execute_with_session(Some(session), |context| context.unseal(object.into()));
        let opened = opened.map_err(|error| match code(error) {
            Some(Code::PolicyFail | Code::PcrChanged) => DeviceError::Refused(format!(
                "the PCRs {:?} have other values than when it was sealed",
                blob.pcrs
            )),
            _ => failed("unseal", error),
        })?;
        Ok(SecretBytes::copied(opened.value()))
    }
}

/// A data object that nobody can duplicate to another TPM; with a policy, nothing but the policy opens it.
fn sealed_object(policy: Digest) -> tss_esapi::Result<Public> {
    let attributes = ObjectAttributesBuilder::new()
        .with_fixed_tpm(true)
        .with_fixed_parent(true)
        // A wrong guess is impossible here, so it need not count against the dictionary attack limit.
        .with_no_da(true)
        .with_user_with_auth(policy.is_empty())
        .build()?;
    PublicBuilder::new()
        .with_public_algorithm(PublicAlgorithm::KeyedHash)
        .with_name_hashing_algorithm(HashingAlgorithm::Sha256)
        .with_object_attributes(attributes)
        .with_auth_policy(policy)
        .with_keyed_hash_parameters(PublicKeyedHashParameters::new(KeyedHashScheme::Null))
        .with_keyed_hash_unique_identifier(Digest::default())
        .build()
}

/// What the TPM itself answered.
fn code(error: tss_esapi::Error) -> Option<Code> {
    match error {
        tss_esapi::Error::Tss2Error(code) => code.kind(),
        tss_esapi::Error::WrapperError(_) => None,
    }
}

impl fmt::Debug for TpmSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TpmSealer({}, PCRs {:?})", self.settings.tcti, self.pcrs)
    }
}
