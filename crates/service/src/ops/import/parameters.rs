//! Give what is needed to bring key material.

use claviger_audit::record::Fields;
use claviger_model::{Action, EncryptionAlgorithm, Error, Field, KeyId, KeySpec, Timestamp};

use super::wrapping;
use crate::call::{KeyRef, Need, Note};
use crate::envelope::from_provider;
use crate::import_token::{self, ImportToken};
use crate::ops::{describe_key, one_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// Gives a public key to wrap material with, and a token to hand it in with. Both work together only, for this key and
/// this algorithm, any number of times until they expire.
///
/// Refused with [`Field::Algorithm`] where material is not taken in wrapped like that, with
/// [`claviger_model::Refusal::Transition`] where only keys that wait for their material are served.
#[derive(Debug)]
pub struct GetParametersForImport {
    /// The key.
    pub key: KeyRef,
    /// What the public key is to be made of.
    pub spec: KeySpec,
    /// How the material will be wrapped.
    pub algorithm: EncryptionAlgorithm,
    /// Whether a key that has its material already is refused. Clouds differ.
    pub only_pending: bool,
}

/// What is needed to bring key material.
#[derive(Debug)]
pub struct ImportParameters {
    /// The key.
    pub key: KeyId,
    /// The token.
    pub token: Vec<u8>,
    /// The public key, as DER `SubjectPublicKeyInfo`.
    pub public_key: Vec<u8>,
    /// From when on both are worth nothing.
    pub expires: Timestamp,
}

impl Operation for GetParametersForImport {
    const ACTION: Action = Action::GetParametersForImport;
    type Output = ImportParameters;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        if !self.algorithm.fits(self.spec) {
            return Err(Error::Invalid(Field::Algorithm));
        }
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        request.text("wrapping_spec", &format!("{:?}", self.spec));
        request.text("algorithm", &format!("{:?}", self.algorithm));
    }

    async fn run(
        self,
        cx: &Context<'_>,
        permit: Permitted,
        note: &mut Note,
    ) -> Result<ImportParameters, Error> {
        let key = own_key(&permit, 0)?;
        super::check_takes(key, self.only_pending)?;
        let provider = cx.service.providers.at(key.protection, &key.scope.region);
        let provider = provider.ok_or(Error::Unavailable)?;
        if !provider.capability().wraps(self.spec, self.algorithm) {
            return Err(Error::Invalid(Field::Algorithm));
        }
        let made = provider.wrapping_key(&wrapping(key, self.spec)).await;
        let made = made.map_err(from_provider)?;
        let expires = import_token::expiry(cx.call.time);
        let token = ImportToken {
            expires,
            spec: self.spec,
            algorithm: self.algorithm,
            private: made.private,
        };
        note.response.key("key", key.id);
        note.response.text("expires", &expires.to_string());
        Ok(ImportParameters {
            key: key.id,
            token: token.seal(cx.service.keeper.as_ref(), key.id)?,
            public_key: made.public,
            expires,
        })
    }
}
