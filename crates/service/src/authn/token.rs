//! Whom a token stands for, and whom the secret of an access key does that is shown for one.

use std::sync::Arc;

use claviger_crypto::digest::sha256;
use claviger_model::{AccessKeyStatus, Timestamp};
use claviger_secret::SecretBytes;

use super::{Authenticator, AuthnError};
use crate::credential::Credential;
use crate::token::Token;

impl Authenticator {
    /// See [`crate::Service::authenticate_token`].
    pub(crate) async fn authenticate_token(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Arc<Credential>, AuthnError> {
        let place = sha256(token.as_bytes());
        let credential = if let Some(known) = self.tokens.get(&place) {
            known
        } else {
            let opened = Token::open(self.keeper.as_ref(), token).map_err(AuthnError::from)?;
            let opened = opened.ok_or(AuthnError::TokenMalformed)?;
            if opened.facts.expires <= now {
                return Err(AuthnError::TokenExpired);
            }
            self.known(&self.tokens, &place, self.load_token(opened)).await?
        };
        if credential.expires().is_some_and(|end| end <= now) {
            return Err(AuthnError::TokenExpired);
        }
        Ok(credential)
    }

    /// The credential of an access key that lasts, for who shows its secret.
    ///
    /// # Errors
    /// [`AuthnError::Credentials`], whatever of the two is wrong; [`AuthnError::InactiveKey`]; [`AuthnError::Disabled`].
    pub(crate) async fn by_secret(
        &self,
        access_key: &str,
        secret: &SecretBytes,
        now: Timestamp,
    ) -> Result<Arc<Credential>, AuthnError> {
        let id = access_key.parse().map_err(|_| AuthnError::Credentials)?;
        let found = self.known(&self.credentials, &id, self.load(&id)).await;
        let credential = match found {
            Err(AuthnError::UnknownKey) => Err(AuthnError::Credentials),
            other => other,
        }?;
        // A session in memory has more to show than its secret.
        if credential.is_session() || !credential.has_secret(secret) {
            return Err(AuthnError::Credentials);
        }
        if credential.status == AccessKeyStatus::Inactive {
            return Err(AuthnError::InactiveKey);
        }
        if !credential.enabled {
            return Err(AuthnError::Disabled);
        }
        self.uses.note(&credential, now);
        Ok(credential)
    }
}
