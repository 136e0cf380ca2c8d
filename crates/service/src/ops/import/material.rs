//! Bring key material.

use claviger_audit::record::Fields;
use claviger_model::{
    Action, Change, Error, Field, Fingerprint, Import, Key, KeyState, KeyVersion, KeyVersionId, Material,
    MaterialFault, Refusal, StateKind, Timestamp,
};
use claviger_provider::{ImportFault, Imported, ProviderError, Wrapped, WrappedPair};
use claviger_store::{HeldMaterial, VersionChange};

use super::{check_takes, wrapping};
use crate::call::{KeyRef, Need, Note};
use crate::envelope::from_provider;
use crate::import_token::ImportToken;
use crate::ops::{binding, describe_key, one_key, own_key};
use crate::pipeline::{Context, Operation, Permitted};

/// How often to begin anew where another caller brought the first material meanwhile, which can be the first only once, or
/// gave it up.
const ATTEMPTS: usize = 4;

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

/// What a key had when it was looked at. A change of it while material comes in may mean that what came in is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    /// The version, and what material it takes.
    import: Option<(KeyVersionId, Fingerprint)>,
    /// Whether the material of that version is there.
    material: bool,
}

impl Known {
    fn of(key: &Key) -> Self {
        Self {
            import: key.import.map(|import| (import.version, import.fingerprint)),
            material: key.primary.is_some(),
        }
    }

    fn version(self) -> Option<KeyVersionId> {
        self.import.map(|(version, _)| version)
    }
}

/// What was brought.
struct Brought {
    fingerprint: Fingerprint,
    /// None where it is what is there already.
    material: Option<Material>,
}

impl From<Imported> for Brought {
    fn from(imported: Imported) -> Self {
        Self {
            fingerprint: imported.fingerprint,
            material: Some(imported.material),
        }
    }
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
        let mut known = Known::of(key);
        for _ in 0..ATTEMPTS {
            let version = match known.version() {
                Some(version) => version,
                None => cx.service.draw_version(now)?,
            };
            let brought = self.bring(cx, key, (known, version), &token).await?;
            let is_made = brought.material.is_some();
            let kept = self.keep(cx, key, (known, version), brought, note).await;
            if is_made && !matches!(kept, Ok(None)) {
                cx.service.abandon(&binding(key, version)).await;
            }
            match kept? {
                None => return Ok(()),
                Some(other) => known = other,
            }
        }
        Err(Error::Unavailable)
    }
}

impl ImportKeyMaterial {
    /// Takes material in. In a provider that keeps keys, what is there under a version must not be touched by material
    /// that may be another: that is found out under a version that nothing else has.
    async fn bring(
        &self,
        cx: &Context<'_>,
        key: &Key,
        (known, version): (Known, KeyVersionId),
        token: &ImportToken,
    ) -> Result<Brought, Error> {
        let (service, place) = (cx.service, binding(key, version));
        let provider = service.providers.of(&place)?;
        if let Some((_, right)) = known.import
            && provider.capability().keeps_keys
        {
            let trial = service.draw_version(cx.call.time)?;
            let fingerprint = self.unwrap(cx, key, trial, token).await?.fingerprint;
            service.abandon(&binding(key, trial)).await;
            if fingerprint != right {
                return Err(Refusal::OtherMaterial.into());
            }
            if known.material {
                return Ok(Brought {
                    fingerprint,
                    material: None,
                });
            }
        }
        if key.protection == HeldMaterial::PROTECTION {
            // The end of what was there before must not be the end of what comes now.
            if known.import.is_some() && !known.material {
                // Material past its expiry is there until somebody gives it up, and an import that broke off may have left some.
                service.expire(&key.scope, key.id, cx.call.time).await?;
                service.clear(&place).await?;
            } else {
                service.finish_destruction(version).await?;
            }
        }
        self.unwrap(cx, key, version, token).await.map(Brought::from)
    }

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
        let place = binding(key, version);
        let provider = cx.service.providers.of(&place)?;
        cx.service.expect_material(&place).await?;
        let imported = provider.import(wrapped, &place).await;
        if imported.is_err() {
            cx.service.abandon(&place).await;
        }
        imported.map_err(|error| match error {
            ProviderError::BadImport(fault) => Error::KeyMaterial(fault_of(fault)),
            ProviderError::DoesNotOpen | ProviderError::BadInput => Error::KeyMaterial(MaterialFault::Unwrap),
            other => from_provider(other),
        })
    }

    /// Writes material of a version. Gives what is known now where that is not what was known when the material came in,
    /// and nothing was written.
    async fn keep(
        &self,
        cx: &Context<'_>,
        key: &Key,
        (known, version): (Known, KeyVersionId),
        brought: Brought,
        note: &mut Note,
    ) -> Result<Option<Known>, Error> {
        let (id, scope, now) = (key.id, key.scope.clone(), cx.call.time);
        let import = Import {
            fingerprint: brought.fingerprint,
            version,
            expires: self.expires,
        };
        let change = match (known.version(), brought.material) {
            (_, None) => None,
            (Some(version), Some(material)) => Some(VersionChange::Fill(version, material)),
            (None, material) => Some(VersionChange::Add {
                version: KeyVersion {
                    id: version,
                    key: id,
                    scope: scope.clone(),
                    created: now,
                    material,
                },
                quota: 1,
            }),
        };
        let only_pending = self.only_pending;
        let bring = move |key: Key| {
            let key = key.settle(now);
            if Known::of(&key) != known {
                return Ok(Change::AlreadySo(key));
            }
            check_takes(&key, only_pending)?;
            key.bring(import, now)
        };
        let (store, draft) = (cx.store(), cx.draft(note));
        let write = async move {
            let bring = Box::new(bring);
            match change {
                Some(change) => store.update_version(&scope, id, change, draft, bring).await,
                None => store.update_key(&scope, id, draft, bring).await,
            }
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
            Change::AlreadySo(key) => Ok(Some(Known::of(&key.value.settle(now)))),
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
