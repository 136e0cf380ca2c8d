//! Versions of a key.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error, KeyId, KeyVersion, KeyVersionId, Page, Paged, Timestamp};
use claviger_store::{VersionChange, VersionRow};

use crate::call::{KeyRef, Need, Note, Target};
use crate::ops::{binding, describe_key, key, one_key, own_key};
use crate::pipeline::{Context, Loaded, Operation, Permitted, from_store};

/// Adds a key pair to the versions of an asymmetric key.
#[derive(Debug)]
pub struct CreateKeyVersion {
    /// The key.
    pub key: KeyRef,
}

/// Shows one version of a key.
#[derive(Debug)]
pub struct DescribeKeyVersion {
    /// The key.
    pub key: KeyRef,
    /// The version of it; `None` is text that no version can have as its id, and is not found.
    pub version: Option<KeyVersionId>,
}

/// Lists the versions of a key, newest first.
#[derive(Debug)]
pub struct ListKeyVersions {
    /// The key.
    pub key: KeyRef,
    /// Which part of the list.
    pub page: Page,
}

/// A version of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// The key.
    pub key: KeyId,
    /// Its id.
    pub id: KeyVersionId,
    /// When it was made.
    pub created: Timestamp,
}

/// Versions of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// The key.
    pub key: KeyId,
    /// A part of the list.
    pub page: Paged<VersionRow>,
}

impl Operation for CreateKeyVersion {
    const ACTION: Action = Action::CreateKeyVersion;
    type Output = Version;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Version, Error> {
        let key = own_key(&permit, 0)?;
        let (id, scope, now) = (key.id, key.scope.clone(), cx.call.time);
        // Key pairs are dear: those that would be refused are not made.
        key.clone().add_version(now)?;
        let version = cx.service.draw_version(now)?;
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
            quota: cx.service.quotas.versions,
        };
        note.response.key("key", id);
        note.response.version("version", version);
        let (store, draft) = (cx.store(), cx.draft(note));
        let change = async move {
            let note_it = Box::new(move |key: claviger_model::Key| key.add_version(now));
            store.update_version(&scope, id, add, draft, note_it).await
        };
        let made = cx.make(change, move |keys| keys.forget_key(id)).await;
        if made.is_err() {
            cx.service.abandon(&place).await;
        }
        made?;
        note.outboxed = true;
        Ok(Version {
            key: id,
            id: version,
            created: now,
        })
    }
}

impl Operation for DescribeKeyVersion {
    const ACTION: Action = Action::DescribeKeyVersion;
    type Output = Version;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::VersionOfKey(self.key.clone(), self.version),
        }])
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        if let Some(version) = self.version {
            request.version("version", version);
        }
    }

    async fn run(self, _cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Version, Error> {
        let Some(Loaded::Version(version, _)) = permit.targets().first() else {
            return Err(Error::Internal);
        };
        note.response.key("key", version.key);
        note.response.version("version", version.id);
        Ok(Version {
            key: version.key,
            id: version.id,
            created: version.created,
        })
    }
}

impl Operation for ListKeyVersions {
    const ACTION: Action = Action::ListKeyVersions;
    type Output = Versions;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one_key(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        describe_key(request, &self.key);
        request.number("skip", self.page.skip);
        request.number("take", self.page.take.into());
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Versions, Error> {
        let key = &key(&permit, 0)?.key;
        let store = &cx.service.store;
        let page = store.key_versions(&key.scope, key.id, self.page).await;
        let page = page.map_err(from_store)?;
        note.response.key("key", key.id);
        note.response.number("versions", page.items.len() as u64);
        Ok(Versions { key: key.id, page })
    }
}
