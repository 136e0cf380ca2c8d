//! Message authentication codes.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, Field, KeyId, MacAlgorithm, Purpose};
use claviger_provider::Sealed;
use claviger_secret::SecretBytes;

use super::{ready_primary, words};
use crate::call::{KeyRef, Need, Note};
use crate::envelope::from_provider;
use crate::ops::{describe_key, key, one_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Makes the message authentication code of a message.
///
/// Refused with [`Field::Algorithm`] where the algorithm is not that of the key.
#[derive(Debug)]
pub struct GenerateMac {
    /// The key.
    pub key: KeyRef,
    /// How; `None` is the algorithm of the key.
    pub algorithm: Option<MacAlgorithm>,
    /// What to authenticate.
    pub message: SecretBytes,
}

/// Checks the message authentication code of a message.
///
/// Refused like making one. A wrong code is an answer and no refusal.
#[derive(Debug)]
pub struct VerifyMac {
    /// The key.
    pub key: KeyRef,
    /// How the code was made; `None` is the algorithm of the key.
    pub algorithm: Option<MacAlgorithm>,
    /// What was authenticated.
    pub message: SecretBytes,
    /// The code, whole.
    pub code: Vec<u8>,
}

/// A message authentication code.
#[derive(Debug)]
pub struct MacOutput {
    /// The key.
    pub key: KeyId,
    /// How it was made.
    pub algorithm: MacAlgorithm,
    /// The code, as long as the output of the hash.
    pub code: Vec<u8>,
}

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MacVerified {
    /// The key.
    pub key: KeyId,
    /// How it was checked.
    pub algorithm: MacAlgorithm,
    /// Whether the code is that of the message under this key.
    pub valid: bool,
}

fn describe(request: &mut Fields, key: &KeyRef, algorithm: Option<MacAlgorithm>, message: &SecretBytes) {
    describe_key(request, key);
    if let Some(algorithm) = algorithm {
        request.text("algorithm", words::mac(algorithm));
    }
    request.number("message_bytes", message.len() as u64);
}

/// The version to work with and its algorithm, which must be the one that was asked for.
fn ready<'a>(
    permit: &'a Permitted,
    asked: Option<MacAlgorithm>,
    note: &mut Note,
) -> Result<(Sealed<'a>, MacAlgorithm), Error> {
    let sealed = ready_primary(key(permit, 0)?, Purpose::Mac)?;
    let algorithm = MacAlgorithm::of(sealed.binding.spec).ok_or(Error::Internal)?;
    if asked.is_some_and(|asked| asked != algorithm) {
        return Err(Error::Invalid(Field::Algorithm));
    }
    note.response.key("key", sealed.binding.key);
    note.response.version("version", sealed.binding.version);
    note.response.text("algorithm", words::mac(algorithm));
    Ok((sealed, algorithm))
}

impl Operation for GenerateMac {
    const ACTION: Action = Action::GenerateMac;
    type Output = MacOutput;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe(request, &self.key, self.algorithm, &self.message);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<MacOutput, Error> {
        let (sealed, algorithm) = ready(&permit, self.algorithm, note)?;
        let code = cx
            .service
            .providers
            .of(&sealed.binding)?
            .mac(sealed, self.message.expose())
            .await
            .map_err(from_provider)?;
        Ok(MacOutput {
            key: sealed.binding.key,
            algorithm,
            code,
        })
    }
}

impl Operation for VerifyMac {
    const ACTION: Action = Action::VerifyMac;
    type Output = MacVerified;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe(request, &self.key, self.algorithm, &self.message);
        request.number("code_bytes", self.code.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<MacVerified, Error> {
        let (sealed, algorithm) = ready(&permit, self.algorithm, note)?;
        let valid = cx
            .service
            .providers
            .of(&sealed.binding)?
            .verify_mac(sealed, self.message.expose(), &self.code)
            .await
            .map_err(from_provider)?;
        note.response.flag("valid", valid);
        Ok(MacVerified {
            key: sealed.binding.key,
            algorithm,
            valid,
        })
    }
}
