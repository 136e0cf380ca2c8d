//! Bring key material.

use claviger_audit::record::Fields;
use claviger_model::{
    Action, Change, Error, Field, Import, Key, KeyState, KeyVersion, KeyVersionId, MaterialFault, Refusal,
    StateKind, Timestamp,
};
use claviger_provider::{ImportFault, Imported, ProviderError, Wrapped, WrappedPair};
use claviger_store::VersionChange;

use super::{check_takes, wrapping};
use crate::call::{KeyRef, Need, Note};
use crate::envelope::from_provider;
use crate::import_token::ImportToken;
use crate::ops::{binding, describe_key, one_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// How often to begin anew where another caller brought the first material meanwhile. It can be the first only once.
const ATTEMPTS: usize = 2;

/// Brings key material. The first puts the key into use; later on the same material may come again, after it was given
/// up or to change its expiry.
///
/// Refused with [`Field::Expiry`] for a moment that has passed, [`Error::ImportToken`], [`Error::ImportTokenOfOther`] and
/// [`Error::ImportTokenExpired`] for the token, [`Error::KeyMaterial`] for whatever is wrong with the wrapped bytes,
/// [`Refusal::OtherMaterial`] where it is not what came first, [`Refusal::Transition`] where only keys that wait for their
/// material are served.
#[derive(Debug)]
pub struct ImportKeyMaterial {
    /// The key.
    pub key: KeyRef,
    /// The wrapped material; for a key pair the temporary key, wrapped.
    pub wrapped: Vec<u8>,
    /// For a key pair what the temporary key wraps. Passed over for other keys.
    pub pair: Option<PairMaterial>,
    /// The token that came with the public key.
    pub token: Vec<u8>,
    /// When the material is to be given up by itself; `None` is never.
    pub expires: Option<Timestamp>,
    /// Whether a key that has its material already is refused. Clouds differ.
    pub only_pending: bool,
}

/// A key pair on its way in.
#[derive(Debug)]
pub struct PairMaterial {
    /// Its private key (PKCS #8) under the temporary key (RFC 5649).
    pub wrapped: Vec<u8>,
    /// How many bytes the temporary key must have; `None` is as many as any AES key. Clouds differ.
    pub temporary_key: Option<usize>,
}

impl Operation for ImportKeyMaterial {
    const ACTION: Action = Action::ImportKeyMaterial;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        request.number("wrapped_bytes", self.wrapped.len() as u64);
        if let Some(pair) = &self.pair {
            request.number("private_key_bytes", pair.wrapped.len() as u64);
        }
        if let Some(expires) = self.expires {
            request.text("expires", &expires.to_string());
        }
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<(), Error> {
        let now = cx.call.time;
        let key = own_key(&permit, 0)?;
        if self.expires.is_some_and(|expires| expires <= now) {
            return Err(Error::Invalid(Field::Expiry));
        }
        check_takes(key, self.only_pending)?;
        if let KeyState::PendingDeletion { .. } = key.state {
            return Err(Refusal::Transition(StateKind::PendingDeletion).into());
        }
        let token = ImportToken::open(cx.service.keeper.as_ref(), key.id, &self.token, now)?;
        note.response.key("key", key.id);
        let mut known = key.import.as_ref().map(|import| import.version);
        for _ in 0..ATTEMPTS {
            let version = match known {
                Some(version) => version,
                None => cx.service.draw_version(now)?,
            };
            let imported = self.unwrap(cx, key, version, &token).await?;
            match self.keep(cx, key, (known, version), imported, note).await? {
                None => return Ok(()),
                first => known = first,
            }
        }
        Err(Error::Unavailable)
    }
}

impl ImportKeyMaterial {
    async fn unwrap(
        &self,
        cx: &Context<'_>,
        key: &Key,
        version: KeyVersionId,
        token: &ImportToken,
    ) -> Result<Imported, Error> {
        let pair = self.pair.as_ref().filter(|_| key.spec.is_asymmetric());
        let wrapped = Wrapped {
            wrapping: wrapping(key, token.spec),
            private: &token.private,
            algorithm: token.algorithm,
            bytes: &self.wrapped,
            pair: pair.map(|pair| WrappedPair {
                bytes: &pair.wrapped,
                temporary_key: pair.temporary_key,
            }),
        };
        let imported = cx.service.provider.import(wrapped, &binding(key, version)).await;
        imported.map_err(|error| match error {
            ProviderError::BadImport(fault) => Error::KeyMaterial(fault_of(fault)),
            ProviderError::DoesNotOpen | ProviderError::BadInput => Error::KeyMaterial(MaterialFault::Unwrap),
            other => from_provider(other),
        })
    }

    /// Writes material of a version, `known` where the key had that version when it was looked at. Gives the version to
    /// begin anew with where that is no longer so, and nothing was written.
    async fn keep(
        &self,
        cx: &Context<'_>,
        key: &Key,
        (known, version): (Option<KeyVersionId>, KeyVersionId),
        imported: Imported,
        note: &mut Note,
    ) -> Result<Option<KeyVersionId>, Error> {
        let (id, scope, now) = (key.id, key.scope.clone(), cx.call.time);
        let import = Import {
            fingerprint: imported.fingerprint,
            version,
            expires: self.expires,
        };
        let change = match known {
            Some(version) => VersionChange::Fill(version, imported.material),
            None => VersionChange::Add {
                version: KeyVersion {
                    id: version,
                    key: id,
                    scope: scope.clone(),
                    created: now,
                    material: Some(imported.material),
                },
                quota: 1,
            },
        };
        let only_pending = self.only_pending;
        let bring = move |key: Key| {
            if key.import.as_ref().map(|import| import.version) != known {
                return Ok(Change::AlreadySo(key));
            }
            let key = key.settle(now);
            check_takes(&key, only_pending)?;
            key.bring(import, now)
        };
        let (store, draft) = (cx.store(), cx.draft(note));
        let write = async move {
            store
                .update_version(&scope, id, change, draft, Box::new(bring))
                .await
        };
        let forget = move |keys: &crate::cache::Keys| {
            keys.forget_key(id);
            keys.forget_version(version);
        };
        match cx.make(write, forget).await? {
            Change::Changed(_) => {
                note.outboxed = true;
                Ok(None)
            }
            Change::AlreadySo(key) => Ok(key.value.import.map(|import| import.version)),
        }
    }
}

fn fault_of(fault: ImportFault) -> MaterialFault {
    match fault {
        ImportFault::Unwrap => MaterialFault::Unwrap,
        ImportFault::Length => MaterialFault::Length,
        ImportFault::TemporaryKey => MaterialFault::TemporaryKey,
        ImportFault::PrivateKey => MaterialFault::PrivateKey,
        ImportFault::NoPrivateKey => MaterialFault::NoPrivateKey,
    }
}
