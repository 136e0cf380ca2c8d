//! Keys that services make for accounts, at their first use.
//!
//! A service names the key it wants as `acs/<its name>` of an account, or as [`KeyName::OfService`]. Where that leads
//! nowhere, the key and the alias are made in the name of the system, in this order: a crash in between leaves a key
//! without an alias, which the next first use takes up. On one node first uses of the same key wait for each other; among
//! nodes a lease keeps them apart.
//!
//! By [`KeyName::OfService`] callers of the account begin a key, too, once their rights allow what they want of it.

use std::sync::Arc;

use claviger_audit::record::Fields;
use claviger_model::{
    Action, Alias, AliasName, Creator, Error, Identity, Key, KeyFilter, KeyId, KeyMatch, KeySpec, KeyState,
    KeyVersion, Order, Origin, Page, ProtectionLevel, Scope, ServiceName, SignedDuration, StateKind, Tags,
    Timestamp, Usage,
};
use claviger_store::Draft;

use crate::call::{Call, KeyName, KeyRef, Need, Target};
use crate::ops::binding;
use crate::pipeline::from_store;
use crate::service::Service;

/// How long a node that went away in the middle keeps the others waiting.
const LEASE_TIME: SignedDuration = SignedDuration::from_secs(5);
/// Keys of one service in one scope that are looked at for one without an alias. There is one, unless crashes helped.
const LOOKED_AT: u32 = 100;

/// The alias that a service's key has in every account.
///
/// SOURCE: Alibaba Cloud KMS, "Overview of aliases": service keys are named `alias/acs/<service>`.
pub(crate) fn alias_text(service: &ServiceName) -> String {
    format!("acs/{service}")
}

/// The same as a name, if it can be one.
pub(crate) fn alias_of(service: &ServiceName) -> Option<AliasName> {
    alias_text(service).parse().ok()
}

/// The actions that make the key where there is none: those that need it to work with, and a service may look at its own
/// before it does. Whoever may only read makes nothing.
fn begins(action: Action, identity: &Identity) -> bool {
    match action {
        Action::Encrypt
        | Action::EncryptDataKey
        | Action::GenerateDataKey
        | Action::GenerateDataKeyWithoutPlaintext => true,
        Action::DescribeKey => matches!(identity, Identity::Service(_)),
        _ => false,
    }
}

/// A key that a call begins where it is not there.
struct Wanted<'a> {
    scope: &'a Scope,
    service: &'a ServiceName,
    alias: AliasName,
}

/// The key that a need begins, if it is one. A service begins only its own.
fn wanted<'a>(call: &'a Call<'_>, need: &'a Need) -> Option<Wanted<'a>> {
    let Target::Key(KeyRef { scope, name }) = &need.target else {
        return None;
    };
    let service = match (&call.caller().identity, name) {
        (Identity::Service(own), KeyName::Alias(alias)) if alias_of(own).as_ref() == Some(alias) => own,
        (Identity::Service(own), KeyName::OfService(service)) if own == service => own,
        (Identity::Root | Identity::User { .. } | Identity::Session { .. }, KeyName::OfService(service)) => {
            service
        }
        _ => return None,
    };
    begins(need.action, &call.caller().identity).then_some(Wanted {
        scope,
        service,
        alias: alias_of(service)?,
    })
}

impl Service {
    /// Makes the key that a service wants at its first use; nothing for all other calls.
    ///
    /// # Errors
    /// When it cannot be made at the moment, or the call only asks whether it would work. An account or a region that is
    /// not there is none: the name then leads nowhere.
    pub(crate) async fn prepare_service_key(&self, call: &Call<'_>, need: &Need) -> Result<(), Error> {
        match wanted(call, need) {
            Some(wanted) => self.begin_key(call, &wanted).await.map(drop),
            None => Ok(()),
        }
    }

    /// Makes the keys of services that somebody wants who may have what it wants of them. Whether there are such keys
    /// now, so that looking again is worth while.
    ///
    /// # Errors
    /// As [`Self::prepare_service_key`].
    pub(crate) async fn begin_service_keys(&self, call: &Call<'_>, needs: &[Need]) -> Result<bool, Error> {
        let mut begun = false;
        for wanted in needs.iter().filter_map(|need| wanted(call, need)) {
            begun |= self.begin_key(call, &wanted).await?;
        }
        Ok(begun)
    }

    /// Whether the key is there now.
    async fn begin_key(&self, call: &Call<'_>, wanted: &Wanted<'_>) -> Result<bool, Error> {
        let Wanted {
            scope,
            service,
            alias,
        } = wanted;
        if self.is_named(scope, alias).await? {
            return Ok(true);
        }
        if !self.is_served(scope).await? {
            return Ok(false);
        }
        if call.dry_run {
            return Err(Error::DryRun);
        }
        if !self.audit_is_healthy() {
            return Err(Error::Unavailable);
        }
        let _alone = self.first_uses.lock().await;
        if !self.is_named(scope, alias).await? {
            self.make_service_key(scope, service, alias, call.time).await?;
        }
        Ok(true)
    }

    async fn is_named(&self, scope: &Scope, alias: &AliasName) -> Result<bool, Error> {
        match self.keys.alias(scope, alias).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn is_served(&self, scope: &Scope) -> Result<bool, Error> {
        let account = self.store.account(scope.account).await.map_err(from_store)?;
        Ok(account.is_some() && self.regions.contains(&scope.region))
    }

    /// Makes key and alias, or only the alias where a crash left the key without one.
    async fn make_service_key(
        &self,
        scope: &Scope,
        service: &ServiceName,
        name: &AliasName,
        now: Timestamp,
    ) -> Result<(), Error> {
        let lease = format!("service-key/{}/{}/{service}", scope.account, scope.region);
        let until = now.saturating_add(LEASE_TIME).unwrap_or(Timestamp::MAX);
        let free = self.store.lease(&lease, &self.node, now, until).await;
        if !free.map_err(from_store)? {
            return Err(Error::Unavailable);
        }
        let left_over = self.left_over(scope, service).await?;
        let new = match left_over {
            Some(_) => None,
            None => Some(self.new_service_key(scope, service, now).await?),
        };
        let made = new.as_ref().map(|(key, ..)| key.id);
        let id = left_over.or(made).ok_or(Error::Internal)?;
        let alias = Alias {
            scope: scope.clone(),
            name: name.clone(),
            prefixed: true,
            key: id,
            created: now,
            updated: now,
        };
        let draft = self.alias_draft(&alias, now)?;
        let (store, node) = (Arc::clone(&self.store), self.node.clone());
        let change = async move {
            let made = async {
                if let Some((key, version, draft)) = new {
                    store.create_key(key, Some(version), u32::MAX, draft).await?;
                }
                let admit = Box::new(|_: &Key| Ok(()));
                store.create_alias(alias, u32::MAX, u32::MAX, draft, admit).await
            };
            let made = made.await;
            if let Err(error) = store.lease(&lease, &node, now, now).await {
                tracing::warn!(%error, lease, "a lease stays until it is over");
            }
            made.map(drop)
        };
        let place = (scope.clone(), name.clone());
        match self
            .make(change, move |keys| keys.forget_alias(&place.0, &place.1))
            .await
        {
            // Another node was faster, after its lease was over.
            Err(Error::AliasExists) => Ok(()),
            made => made,
        }
    }

    /// The key of a service that a crash left without an alias.
    async fn left_over(&self, scope: &Scope, service: &ServiceName) -> Result<Option<KeyId>, Error> {
        let filter = KeyFilter {
            all_of: vec![
                vec![KeyMatch::Creator(Creator::Service(service.clone()))],
                vec![KeyMatch::State(StateKind::Enabled)],
                vec![KeyMatch::Spec(KeySpec::Aes256)],
            ],
        };
        let page = Page {
            skip: 0,
            take: LOOKED_AT,
        };
        let found = self
            .store
            .keys(scope, &filter, Order::OldestFirst, page)
            .await
            .map_err(from_store)?;
        for id in found.items {
            let one = Page { skip: 0, take: 1 };
            let aliases = self.store.aliases(scope, Some(id), one).await;
            if aliases.map_err(from_store)?.total == 0 {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    async fn new_service_key(
        &self,
        scope: &Scope,
        service: &ServiceName,
        now: Timestamp,
    ) -> Result<(Key, KeyVersion, Draft), Error> {
        let version = self.draw_version(now)?;
        let key = Key {
            id: self.draw_key(now)?,
            scope: scope.clone(),
            spec: KeySpec::Aes256,
            usage: Usage::EncryptDecrypt,
            origin: Origin::Generated,
            protection: ProtectionLevel::Software,
            creator: Creator::Service(service.clone()),
            created: now,
            state: KeyState::Enabled,
            title: None,
            description: format!("made by the service {service} at its first use"),
            primary: Some(version),
            last_rotated: now,
            rotation: None,
            rotation_from: None,
            rotation_kept: None,
            warned: false,
            import: None,
            deletion_protection: None,
            policy: None,
            tags: Tags::default(),
        };
        let place = binding(&key, version);
        let material = self.generate(&place).await?;
        let mut response = Fields::default();
        response.key("key", key.id);
        response.version("version", version);
        response.text("service", service.as_str());
        let draft = self.system_draft(Action::CreateKey, scope, now, &response)?;
        let version = KeyVersion {
            id: version,
            key: key.id,
            scope: scope.clone(),
            created: now,
            material: Some(material),
        };
        Ok((key, version, draft))
    }

    fn alias_draft(&self, alias: &Alias, now: Timestamp) -> Result<Draft, Error> {
        let mut response = Fields::default();
        response.key("key", alias.key);
        response.text("alias", alias.name.as_str());
        self.system_draft(Action::CreateAlias, &alias.scope, now, &response)
    }
}
