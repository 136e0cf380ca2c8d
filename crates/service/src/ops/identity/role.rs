//! Roles of an account.

use claviger_audit::record::Fields;
use claviger_authz::languages::ram::{Kind, TRUST_LIMIT};
use claviger_model::{
    AccountId, Action, Error, Field, IdentityResource, NamePage, Named, Role, RoleId, RoleName,
    SESSION_DEFAULT, SESSION_LONGEST, SignedDuration, Tags, Timestamp,
};

use super::{check, describe_document, describe_page, find_role, length, make, need, new_length, of_role};
use crate::call::{Need, Note};
use crate::pipeline::{Context, Operation, Permitted, from_store};

/// Makes a role. Its sessions may do nothing until it gets policies.
///
/// Refused with [`Error::Document`], [`Field::SessionDuration`], [`claviger_model::Existing::Role`] and
/// [`claviger_model::Quota::Roles`].
#[derive(Debug)]
pub struct CreateRole {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: RoleName,
    /// Free text.
    pub description: String,
    /// Who may take it: a document of the kind [`Kind::Trust`].
    pub trust: String,
    /// The longest life of its sessions, in whole seconds; none is [`SESSION_DEFAULT`].
    pub max_session: Option<SignedDuration>,
    /// Labels.
    pub tags: Tags,
}

/// Shows a role.
#[derive(Debug)]
pub struct GetRole {
    /// The account.
    pub account: AccountId,
    /// Which.
    pub name: RoleName,
}

/// Changes a role. What is `None` stays. Sessions that run keep their end.
#[derive(Debug)]
pub struct UpdateRole {
    /// The account.
    pub account: AccountId,
    /// Which.
    pub name: RoleName,
    /// Who may take it from now on.
    pub trust: Option<String>,
    /// The longest life of sessions that begin from now on, in whole seconds.
    pub max_session: Option<SignedDuration>,
    /// Free text.
    pub description: Option<String>,
}

/// Deletes a role, whose policies must be gone ([`claviger_model::InUse::RolePolicies`]). Its sessions end.
#[derive(Debug)]
pub struct DeleteRole {
    /// The account.
    pub account: AccountId,
    /// Which.
    pub name: RoleName,
}

/// Lists the roles of an account by name.
#[derive(Debug)]
pub struct ListRoles {
    /// The account.
    pub account: AccountId,
    /// Which part of the list.
    pub page: NamePage,
}

/// SOURCE: RAM, CreateRole, MaxSessionDuration: 3600 to 43200 seconds.
fn check_longest(life: Option<SignedDuration>) -> Result<(), Error> {
    let fits = |life| (SESSION_DEFAULT..=SESSION_LONGEST).contains(&life) && life.subsec_nanos() == 0;
    if life.is_none_or(fits) {
        Ok(())
    } else {
        Err(Error::Invalid(Field::SessionDuration))
    }
}

fn describe_longest(request: &mut Fields, life: Option<SignedDuration>) {
    if let Some(life) = life {
        let seconds = u64::try_from(life.as_secs()).unwrap_or(0);
        request.number("max_session_seconds", seconds);
    }
}

impl Operation for CreateRole {
    const ACTION: Action = Action::CreateRole;
    type Output = Role;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        check(&self.trust, Kind::Trust, TRUST_LIMIT)?;
        check_longest(self.max_session)?;
        Ok(vec![need(Self::ACTION, self.account, IdentityResource::Roles)])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("role", self.name.as_str());
        length(request, "description_bytes", &self.description);
        describe_document(request, &self.trust);
        describe_longest(request, self.max_session);
        request.number("tags", self.tags.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Role, Error> {
        let role = Role {
            account: self.account,
            id: cx.service.draw(RoleId::draw)?,
            name: self.name,
            description: self.description,
            trust: self.trust,
            max_session: self.max_session.unwrap_or(SESSION_DEFAULT),
            tags: self.tags,
            created: cx.call.time,
            updated: cx.call.time,
        };
        note.response.text("role_id", &role.id.to_string());
        let (made, quota) = (role.clone(), cx.service.quotas.roles);
        make(cx, role.account, note, |store, draft| async move {
            store.create_role(made, quota, draft).await
        })
        .await?;
        Ok(role)
    }
}

impl Operation for GetRole {
    const ACTION: Action = Action::GetRole;
    type Output = Role;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, of_role(&self.name))])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("role", self.name.as_str());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, _: &mut Note) -> Result<Role, Error> {
        find_role(cx, self.account, &self.name).await
    }
}

impl UpdateRole {
    fn apply(&self, mut role: Role, now: Timestamp) -> Role {
        if let Some(trust) = &self.trust {
            role.trust.clone_from(trust);
        }
        if let Some(description) = &self.description {
            role.description.clone_from(description);
        }
        role.max_session = self.max_session.unwrap_or(role.max_session);
        role.updated = now;
        role
    }
}

impl Operation for UpdateRole {
    const ACTION: Action = Action::UpdateRole;
    type Output = Role;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        self.trust
            .as_deref()
            .map_or(Ok(()), |trust| check(trust, Kind::Trust, TRUST_LIMIT))?;
        check_longest(self.max_session)?;
        Ok(vec![need(Self::ACTION, self.account, of_role(&self.name))])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("role", self.name.as_str());
        if let Some(trust) = &self.trust {
            describe_document(request, trust);
        }
        describe_longest(request, self.max_session);
        new_length(request, "description_bytes", self.description.as_ref());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Role, Error> {
        let now = cx.call.time;
        make(cx, self.account, note, |store, draft| async move {
            let (account, name) = (self.account, self.name.clone());
            let change = Box::new(move |role| Ok(self.apply(role, now)));
            store.update_role(account, &name, draft, change).await
        })
        .await
    }
}

impl Operation for DeleteRole {
    const ACTION: Action = Action::DeleteRole;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, of_role(&self.name))])
    }

    fn describe(&self, request: &mut Fields) {
        request.text("role", self.name.as_str());
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<(), Error> {
        make(cx, self.account, note, |store, draft| async move {
            store.delete_role(self.account, &self.name, draft).await
        })
        .await
    }
}

impl Operation for ListRoles {
    const ACTION: Action = Action::ListRoles;
    type Output = Named<Role>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(vec![need(Self::ACTION, self.account, IdentityResource::Roles)])
    }

    fn describe(&self, request: &mut Fields) {
        describe_page(request, &self.page);
    }

    async fn run(self, cx: &Context<'_>, _: Permitted, note: &mut Note) -> Result<Named<Role>, Error> {
        let roles = cx.service.store.roles(self.account, self.page).await;
        let roles = roles.map_err(from_store)?;
        note.response.number("roles", roles.items.len() as u64);
        Ok(roles)
    }
}
