//! Projects and domains: where an account is at home. There is one project for each region; the deployment's settings make
//! them, nobody else does.
//!
//! SOURCE: Identity and Access Management API reference, "Project Management", "Account Management" (read 2026-11-22).

use claviger_model::{Account, Action, Missing};
use claviger_service::ops::identity::GetUser;
use claviger_service::ops::session::{ListDomains as CoreListDomains, ListProjects, Project};
use http::StatusCode;

use super::desk::{Desk, IdentityOp, Stop, own_link};
use crate::error;
use crate::json::Answer;

pub(super) struct List;
pub(super) struct ListOwn;
pub(super) struct ListOfUser;
pub(super) struct Show;
pub(super) struct Create;
pub(super) struct Update;
pub(super) struct ListDomains;

impl IdentityOp for List {
    const ACTION: Action = Action::ListProjects;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let projects = desk.execute(ListProjects).await?;
        let of_parent = desk
            .asked("parent_id")
            .is_none_or(|id| id == &*desk.input.home.domain);
        let enabled = !desk
            .asked("enabled")
            .is_some_and(|text| text.eq_ignore_ascii_case("false"));
        let is_domain = desk
            .asked("is_domain")
            .is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let any = of_parent && enabled && !is_domain && desk.asks_for_own();
        let (name, id) = (desk.asked("name"), desk.asked("id"));
        let fits = |project: &Project| {
            any && name.is_none_or(|name| name == project.region.as_str())
                && id.is_none_or(|id| id == project.id.to_string())
        };
        list(&desk, projects.into_iter().filter(fits), answer);
        Ok(())
    }
}

impl IdentityOp for ListOwn {
    const ACTION: Action = Action::ListProjects;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let projects = desk.execute(ListProjects).await?;
        list(&desk, projects.into_iter(), answer);
        Ok(())
    }
}

impl IdentityOp for ListOfUser {
    const ACTION: Action = Action::ListProjects;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let id = desk.input.path("user_id");
        if !desk.is_own(id) {
            let name = desk.user(id, Action::GetUser).await?;
            let account = desk.call.caller().account;
            desk.execute(GetUser { account, name }).await?;
        }
        let projects = desk.execute(ListProjects).await?;
        list(&desk, projects.into_iter(), answer);
        Ok(())
    }
}

impl IdentityOp for Show {
    const ACTION: Action = Action::ListProjects;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let id = desk.input.path("project_id");
        if desk.input.home.region(id).is_none() {
            return Err(desk.no_such(Missing::Project));
        }
        let projects = desk.execute(ListProjects).await?;
        let mut projects = projects.iter();
        let project = projects.find(|project| project.id.to_string() == id);
        let project = project.ok_or_else(|| desk.no_such(Missing::Project))?;
        answer.object("project", |answer| encode(&desk, project, answer));
        Ok(())
    }
}

/// Regions are those of the deployment.
fn fixed() -> Stop {
    let message = "projects are the regions of the deployment and cannot be made or changed";
    Stop::Here(error::iam::keystone(StatusCode::FORBIDDEN, message))
}

impl IdentityOp for Create {
    const ACTION: Action = Action::ListProjects;

    async fn serve(_: Desk<'_>, _: &mut Answer) -> Result<(), Stop> {
        Err(fixed())
    }
}

impl IdentityOp for Update {
    const ACTION: Action = Action::ListProjects;

    async fn serve(_: Desk<'_>, _: &mut Answer) -> Result<(), Stop> {
        Err(fixed())
    }
}

impl IdentityOp for ListDomains {
    const ACTION: Action = Action::ListDomains;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let domains = desk.execute(CoreListDomains).await?;
        answer.objects("domains", &domains, |answer, account: &Account| {
            let id = account.domain.to_string();
            answer.text("id", &id);
            answer.text("name", &account.name);
            answer.text("description", "");
            answer.boolean("enabled", true);
            own_link(answer, &desk.link(&format!("v3/domains/{id}")));
        });
        desk.links(answer);
        Ok(())
    }
}

fn list(desk: &Desk<'_>, projects: impl Iterator<Item = Project>, answer: &mut Answer) {
    answer.objects("projects", projects, |answer, project| {
        encode(desk, &project, answer);
    });
    desk.links(answer);
}

fn encode(desk: &Desk<'_>, project: &Project, answer: &mut Answer) {
    let id = project.id.to_string();
    answer.text("id", &id);
    answer.text("name", project.region.as_str());
    answer.text("domain_id", &desk.input.home.domain);
    answer.boolean("is_domain", false);
    answer.text("parent_id", &desk.input.home.domain);
    answer.boolean("enabled", true);
    answer.text("description", "");
    own_link(answer, &desk.link(&format!("v3/projects/{id}")));
}
