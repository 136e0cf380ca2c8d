//! Rotation by hand, and how a key rotates.

use claviger_audit::record::Fields;
use claviger_model::{
    Action, Change, Error, Key, KeyId, KeyVersion, KeyVersionId, Page, Refusal, SignedDuration, Timestamp,
};
use claviger_store::VersionChange;

use crate::call::{KeyRef, Need, Note};
use crate::ops::{binding, describe_key, one_key, own_key};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Versions that a key may have for another to be made by hand. Those that it makes by itself are not bounded.
///
/// SOURCE: Huawei Cloud KMS, ShowKeyRotationStatus: `number_of_rotations` is 0 to 1000.
const MOST_VERSIONS: u32 = 1001;

/// Lets a new version of a key take over now. Where the key rotates by itself, the next period runs from now on.
///
/// Refused with [`claviger_model::Quota::Versions`] where the key has as many as may be made by hand.
#[derive(Debug)]
pub struct RotateOnDemand {
    /// The key.
    pub key: KeyRef,
}

/// Tells how a key rotates, and how often it did.
#[derive(Debug)]
pub struct GetRotationStatus {
    /// The key.
    pub key: KeyRef,
}

/// How a key rotates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationView {
    /// The key.
    pub key: KeyId,
    /// Whether it does so by itself, as soon as its state lets it.
    pub on: bool,
    /// How often; while it does not, the interval that counted last. None where none ever did.
    pub interval: Option<SignedDuration>,
    /// When it did last, by itself or by hand; none where it never did.
    pub last: Option<Timestamp>,
    /// How often it did.
    pub count: u64,
}

/// What kind of key it is comes before its state.
fn rotate(key: Key, version: KeyVersionId, now: Timestamp) -> Result<Change<Key>, Refusal> {
    key.check_rotates()?;
    key.rotate(version, now)
}

impl Operation for RotateOnDemand {
    const ACTION: Action = Action::RotateOnDemand;
    type Output = KeyVersionId;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<KeyVersionId, Error> {
        let key = own_key(&permit, 0)?;
        let (id, scope, now) = (key.id, key.scope.clone(), cx.call.time);
        let version = cx.service.draw_version(now)?;
        rotate(key.clone(), version, now)?;
        let place = binding(key, version);
        let material = cx.service.generate(&place).await?;
        let add = VersionChange::Add {
            version: KeyVersion {
                id: version,
                key: id,
                scope: scope.clone(),
                created: now,
                material: Some(material),
            },
            quota: MOST_VERSIONS,
        };
        note.response.key("key", id);
        note.response.version("version", version);
        let (store, draft) = (cx.store(), cx.draft(note));
        let change = async move {
            let take_over = Box::new(move |key: Key| rotate(key, version, now));
            store.update_version(&scope, id, add, draft, take_over).await
        };
        let made = cx.make(change, move |keys| keys.forget_key(id)).await;
        if made.is_err() {
            cx.service.abandon(&place).await;
        }
        made?;
        note.outboxed = true;
        Ok(version)
    }
}

impl Operation for GetRotationStatus {
    const ACTION: Action = Action::GetRotationStatus;
    type Output = RotationView;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<RotationView, Error> {
        let key = own_key(&permit, 0)?;
        key.check_rotates()?;
        let first = Page { skip: 0, take: 1 };
        let versions = cx.service.store.key_versions(&key.scope, key.id, first).await;
        let count = versions.map_err(from_store)?.total.saturating_sub(1);
        note.response.key("key", key.id);
        Ok(RotationView {
            key: key.id,
            on: key.rotation.is_some(),
            interval: key.rotation.or(key.rotation_kept),
            last: (count > 0).then_some(key.last_rotated),
            count,
        })
    }
}
