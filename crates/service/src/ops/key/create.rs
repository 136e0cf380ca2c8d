//! Make a key.

use claviger_audit::record::Fields;
use claviger_model::{
    Action, Creator, Error, Existing, Field, Key, KeySpec, KeyState, KeyVersion, Origin, ProtectionLevel,
    Scope, SignedDuration, Tags, Title, Unsupported, Usage,
};

use super::change::check_title;
use super::policy;
use crate::call::{Asked, Need, Note, Target};
use crate::ops::binding;
use crate::pipeline::{Context, Operation, Permitted};

/// Makes a key. One whose material is generated has its first version and is ready for use; one whose material is
/// brought waits for it.
///
/// Refused with [`claviger_model::Quota::Keys`] where the account has as many as it may, with
/// [`claviger_model::Refusal::KeyKind`] where rotation is asked of a key that does not rotate by itself, with
/// [`Field::Title`] for a display name that is kept for keys of services, and with [`Existing::Title`] where another key
/// has it, one that waits for its deletion too.
#[derive(Debug)]
pub struct CreateKey {
    /// Where.
    pub scope: Scope,
    /// What it is made of.
    pub spec: KeySpec,
    /// What it is for; none is the default of the spec.
    pub usage: Option<Usage>,
    /// Where its material comes from.
    pub origin: Origin,
    /// Where its material is held.
    pub protection: ProtectionLevel,
    /// Its display name.
    pub title: Option<Title>,
    /// Free text.
    pub description: String,
    /// Labels.
    pub tags: Tags,
    /// How often a new version takes over by itself, in whole seconds; none is never.
    pub rotation: Option<SignedDuration>,
    /// The policy on it; none is the default.
    pub policy: Option<String>,
    /// The most keys of the account, where whoever asks has a stricter bound than the deployment.
    pub quota: Option<u32>,
}

impl CreateKey {
    fn check(&self, cx: &Context<'_>) -> Result<Usage, Error> {
        let provider = cx.service.providers.at(self.protection, &self.scope.region);
        let provider = provider.ok_or(Error::Unsupported(Unsupported::Protection))?;
        let capability = provider.capability();
        if !capability.makes(self.spec) {
            return Err(Error::Unsupported(Unsupported::Spec));
        }
        if self.origin == Origin::External && !capability.takes(self.spec) {
            return Err(Error::Unsupported(Unsupported::Origin));
        }
        let usage = self.usage.unwrap_or_else(|| self.spec.default_usage());
        if self.spec.usages().contains(&usage) {
            Ok(usage)
        } else {
            Err(Error::Invalid(Field::Usage))
        }
    }

    /// The key, without a version.
    fn into_key(self, cx: &Context<'_>, usage: Usage) -> Result<Key, Error> {
        let created = cx.call.time;
        let key = Key {
            id: cx.service.draw_key(created)?,
            scope: self.scope,
            spec: self.spec,
            usage,
            origin: self.origin,
            protection: self.protection,
            creator: Creator::Account,
            created,
            state: match self.origin {
                Origin::Generated => KeyState::Enabled,
                Origin::External => KeyState::PendingImport,
            },
            title: self.title,
            description: self.description,
            primary: None,
            last_rotated: created,
            rotation: self.rotation,
            rotation_from: None,
            rotation_kept: None,
            warned: false,
            import: None,
            deletion_protection: None,
            policy: self.policy,
            tags: self.tags,
        };
        if key.rotation.is_some() {
            key.check_rotates()?;
        }
        Ok(key)
    }
}

/// Makes the first version of a key whose material is not brought. A key pair has no primary version: callers name the
/// one they mean.
async fn first_version(cx: &Context<'_>, key: &mut Key) -> Result<Option<KeyVersion>, Error> {
    if key.origin == Origin::External {
        return Ok(None);
    }
    let id = cx.service.draw_version(key.created)?;
    let place = binding(key, id);
    let material = cx.service.generate(&place).await?;
    if !key.spec.is_asymmetric() {
        key.primary = Some(id);
    }
    Ok(Some(KeyVersion {
        id,
        key: key.id,
        scope: key.scope.clone(),
        created: key.created,
        material: Some(material),
    }))
}

impl Operation for CreateKey {
    const ACTION: Action = Action::CreateKey;
    type Output = Key;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        self.policy.as_deref().map_or(Ok(()), policy::check)?;
        self.title.as_ref().map_or(Ok(()), check_title)?;
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::Keys(self.scope.clone()),
        }])
    }

    fn asked(&self) -> Asked<'_> {
        Asked::tags(self.tags.iter())
    }

    fn describe(&self, request: &mut Fields) {
        request.text("spec", &format!("{:?}", self.spec));
        if let Some(usage) = self.usage {
            request.text("usage", &format!("{usage:?}"));
        }
        request.text("origin", &format!("{:?}", self.origin));
        request.text("protection", &format!("{:?}", self.protection));
        if let Some(title) = &self.title {
            request.text("title", title.as_str());
        }
        request.number("description_bytes", self.description.len() as u64);
        request.number("tags", self.tags.len() as u64);
        if let Some(interval) = self.rotation {
            let seconds = u64::try_from(interval.as_secs()).unwrap_or(0);
            request.number("interval_seconds", seconds);
        }
        if let Some(policy) = &self.policy {
            request.number("policy_bytes", policy.len() as u64);
        }
    }

    async fn run(self, cx: &Context<'_>, _permit: Permitted, note: &mut Note) -> Result<Key, Error> {
        let usage = self.check(cx)?;
        let quota = self.quota.unwrap_or(u32::MAX).min(cx.service.quotas.keys);
        let mut key = self.into_key(cx, usage)?;
        let version = first_version(cx, &mut key).await?;
        note.response.key("key", key.id);
        cx.service
            .name_provider(&mut note.response, key.protection, &key.scope.region);
        if let Some(version) = &version {
            note.response.version("version", version.id);
        }
        let create = || {
            let (store, draft) = (cx.store(), cx.draft(note));
            let (key, version) = (key.clone(), version.clone());
            async move { store.create_key(key, version, quota, draft).await }
        };
        let made = match cx.make(create(), |_| {}).await {
            // Keys past their deletion do not count, and have no name.
            Err(Error::Quota(_) | Error::Exists(Existing::Title)) => {
                cx.service.catch_up(cx.call.time).await;
                cx.make(create(), |_| {}).await
            }
            made => made,
        };
        if let (Err(_), Some(version)) = (&made, &version) {
            cx.service.abandon(&binding(&key, version.id)).await;
        }
        made?;
        note.outboxed = true;
        Ok(key)
    }
}
