//! Make a key.

use claviger_audit::record::Fields;
use claviger_model::{
    Action, Creator, Error, Field, Key, KeySpec, KeyState, KeyVersion, Origin, ProtectionLevel, Scope, Tags,
    Unsupported, Usage,
};
use claviger_provider::Binding;

use crate::call::{Need, Note, Target};
use crate::envelope::from_provider;
use crate::pipeline::{Context, Operation, Permitted};

/// Makes a key with its first version, ready for use.
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
    /// Free text.
    pub description: String,
    /// Labels.
    pub tags: Tags,
}

impl CreateKey {
    fn check(&self, cx: &Context<'_>) -> Result<Usage, Error> {
        let capability = cx.service.provider.capability();
        if self.protection != capability.protection {
            return Err(Error::Unsupported(Unsupported::Protection));
        }
        if capability.envelope(self.spec).is_none() {
            return Err(Error::Unsupported(Unsupported::Spec));
        }
        if self.origin == Origin::External {
            return Err(Error::Unsupported(Unsupported::Origin));
        }
        let usage = self.usage.unwrap_or_else(|| self.spec.default_usage());
        if self.spec.usages().contains(&usage) {
            Ok(usage)
        } else {
            Err(Error::Invalid(Field::Usage))
        }
    }
}

impl Operation for CreateKey {
    const ACTION: Action = Action::CreateKey;
    type Output = Key;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![Need {
            action: Self::ACTION,
            target: Target::Keys(self.scope.clone()),
        }])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("spec", &format!("{:?}", self.spec));
        request.text("protection", &format!("{:?}", self.protection));
        request.number("description_bytes", self.description.len() as u64);
        request.number("tags", self.tags.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, _permit: Permitted, note: &mut Note) -> Result<Key, Error> {
        let usage = self.check(cx)?;
        let created = cx.call.time;
        let (id, version) = cx.service.draw_key(created)?;
        let binding = Binding {
            account: self.scope.account,
            region: &self.scope.region,
            key: id,
            version,
            spec: self.spec,
            protection: self.protection,
        };
        let material = cx
            .service
            .provider
            .generate(self.spec, &binding)
            .await
            .map_err(from_provider)?;
        let key = Key {
            id,
            scope: self.scope.clone(),
            spec: self.spec,
            usage,
            origin: self.origin,
            protection: self.protection,
            creator: Creator::Account,
            created,
            state: KeyState::Enabled,
            description: self.description,
            primary: Some(version),
            last_rotated: created,
            tags: self.tags,
        };
        let version = KeyVersion {
            id: version,
            key: id,
            scope: self.scope,
            created,
            material,
        };
        note.response.key("key", id);
        note.response.version("version", version.id);
        let (store, draft, made) = (cx.store(), cx.draft(note), key.clone());
        let change = async move { store.create_key(made, Some(version), draft).await };
        cx.make(change, |_| {}).await?;
        note.outboxed = true;
        Ok(key)
    }
}
