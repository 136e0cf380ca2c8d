//! Roles and policies that come with the server, and how all of them look.
//!
//! SOURCE: Identity and Access Management API reference, "Querying a Role List", "Querying Role Details" (read 2026-11-22): `type` is `XA` for what
//! is given in projects and `AX` for what is given for the whole account; `flag` is `fine_grained` for policies and `null` for
//! roles. Internal names are ours.

use claviger_model::{Action, Error, Language, Missing, PolicyRef, Timestamp};
use claviger_service::ops::identity::{Attached, GetPolicy, ListPolicies, PolicyView};
use claviger_service::{Layer, SystemPolicy, system_policy};

use super::desk::{Desk, IdentityOp, Stop, own_link};
use super::users::WHOLE;
use crate::json::Answer;

/// How the documents of roles begin; those of policies have other versions.
const ROLE: &str = r#"{"Version":"1.0""#;

pub(super) struct List;
pub(super) struct Show;

/// What is shown of a role or a policy.
pub(super) struct Shape {
    pub(super) id: String,
    name: String,
    pub(super) title: String,
    description: String,
    domain: Option<String>,
    fine_grained: bool,
    pub(super) catalog: &'static str,
    pub(super) kind: &'static str,
    /// Its JSON text.
    document: Option<String>,
    /// When it was made and last changed.
    times: Option<(Timestamp, Timestamp)>,
}

impl Shape {
    fn of_system(policy: &SystemPolicy) -> Option<Self> {
        let role = policy.role?;
        Some(Self {
            id: role.id.to_owned(),
            name: policy.name.to_owned(),
            title: role.title.to_owned(),
            description: policy.description.to_owned(),
            domain: None,
            fine_grained: !policy.document.starts_with(ROLE),
            catalog: role.catalog,
            kind: match role.layer {
                Layer::Project => "XA",
                Layer::Global => "AX",
            },
            document: Some(policy.document.to_owned()),
            times: None,
        })
    }

    fn of_custom(desk: &Desk<'_>, number: u64, title: &str, description: &str) -> Self {
        let domain = desk.input.home.domain.to_string();
        Self {
            id: desk.hex(number),
            name: format!("custom_{domain}_{number}"),
            title: title.to_owned(),
            description: description.to_owned(),
            domain: Some(domain),
            fine_grained: true,
            catalog: "CUSTOMED",
            kind: "XA",
            document: None,
            times: None,
        }
    }

    /// A policy as it is listed or shown; none for one that has no place here.
    pub(super) fn of_view(desk: &Desk<'_>, view: &PolicyView) -> Option<Self> {
        match (&view.policy, view.id) {
            (PolicyRef::System(name), _) => Self::of_system(system_policy(name.as_str())?),
            (PolicyRef::Custom(name), Some(id)) => {
                let title = if view.title.is_empty() {
                    name.as_str()
                } else {
                    &view.title
                };
                Some(Self {
                    kind: layer(&view.document),
                    document: Some(view.document.clone()),
                    times: Some((view.created, view.updated)),
                    ..Self::of_custom(desk, id.number(), title, &view.description)
                })
            }
            (PolicyRef::Custom(_), None) => None,
        }
    }

    /// A policy on somebody; its document is not told there.
    pub(super) fn of_attached(desk: &Desk<'_>, attached: &Attached) -> Option<Self> {
        match (&attached.policy, attached.id) {
            (PolicyRef::System(name), _) => Self::of_system(system_policy(name.as_str())?),
            (PolicyRef::Custom(_), Some(id)) => Some(Self::of_custom(
                desk,
                id.number(),
                &attached.title,
                &attached.description,
            )),
            (PolicyRef::Custom(_), None) => None,
        }
    }

    pub(super) fn encode(&self, desk: &Desk<'_>, answer: &mut Answer) {
        answer.text("id", &self.id);
        answer.text("name", &self.name);
        answer.text("display_name", &self.title);
        answer.text("description", &self.description);
        answer.null("description_cn");
        answer.text("catalog", self.catalog);
        answer.text("type", self.kind);
        if self.fine_grained {
            answer.text("flag", "fine_grained");
        } else {
            answer.null("flag");
        }
        match &self.domain {
            Some(domain) => answer.text("domain_id", domain),
            None => answer.null("domain_id"),
        }
        if let Some(document) = &self.document {
            answer.json("policy", document);
        }
        if let Some((created, updated)) = self.times {
            answer.millis("created_time", Some(created));
            answer.millis("updated_time", Some(updated));
        }
        own_link(answer, &desk.link(&format!("v3/roles/{}", self.id)));
    }
}

/// Where a policy belongs by what it is about: identities are those of the account, all else lies in projects.
///
/// Nothing of the document is judged here, and one that is about both shows as one of projects; it counts wherever it is given.
pub(super) fn layer(document: &str) -> &'static str {
    let about = |service: &str| document.to_ascii_lowercase().contains(service);
    if about("\"iam:") && !about("\"kms:") && !about("\"cts:") {
        "AX"
    } else {
        "XA"
    }
}

impl IdentityOp for List {
    const ACTION: Action = Action::ListPolicies;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        // With an account it is that account's own.
        let system = desk.asked("domain_id").is_none();
        let shapes = find(&desk, system).await?;
        list(&desk, &shapes, answer);
        Ok(())
    }
}

impl IdentityOp for Show {
    const ACTION: Action = Action::GetPolicy;

    async fn serve(desk: Desk<'_>, answer: &mut Answer) -> Result<(), Stop> {
        let shape = one(&desk).await?.1;
        answer.object("role", |answer| shape.encode(&desk, answer));
        Ok(())
    }
}

/// The policy of the path.
pub(super) async fn one(desk: &Desk<'_>) -> Result<(PolicyView, Shape), Stop> {
    let id = desk.input.path("role_id");
    let get = GetPolicy {
        account: desk.call.caller().account,
        policy: desk.policy(id, Action::GetPolicy).await?,
    };
    let view = desk.execute(get).await?;
    match Shape::of_view(desk, &view) {
        Some(shape) => Ok((view, shape)),
        None => Err(desk.refused(Action::GetPolicy, &Error::NotFound(Missing::Policy))),
    }
}

/// Policies of the server or of the account, as far as the query asks for them.
pub(super) async fn find(desk: &Desk<'_>, system: bool) -> Result<Vec<Shape>, Stop> {
    let policies = ListPolicies {
        account: desk.call.caller().account,
        system: Some(system),
        language: Some(Language::Iam),
        server_language: Language::Iam,
        page: WHOLE,
    };
    let found = desk.execute(policies).await?;
    let (name, title) = (desk.asked("name"), desk.asked("display_name"));
    let (kind, catalog) = (desk.asked("type"), desk.asked("catalog"));
    let own = system || desk.asks_for_own();
    let shapes = found.items.iter().filter_map(|view| Shape::of_view(desk, view));
    Ok(shapes
        .filter(|shape| {
            own && name.is_none_or(|name| name == shape.name)
                && title.is_none_or(|title| shape.title.contains(title))
                && kind.is_none_or(|kind| kind == shape.kind)
                && catalog.is_none_or(|catalog| catalog == shape.catalog)
        })
        .collect())
}

/// A list, whole or one page of it.
///
/// SOURCE: "Querying a Role List" of the vendor: `page` from 1 and `per_page` from 1 to 300, both or none.
pub(super) fn list(desk: &Desk<'_>, shapes: &[Shape], answer: &mut Answer) {
    let number = |name| desk.asked(name).and_then(|text| text.parse::<usize>().ok());
    let total = u64::try_from(shapes.len()).unwrap_or(u64::MAX);
    let (skip, take) = match (number("page"), number("per_page")) {
        (Some(page @ 1..), Some(per_page @ 1..=300)) => ((page - 1).saturating_mul(per_page), per_page),
        _ => (0, usize::MAX),
    };
    let page = shapes.iter().skip(skip).take(take);
    answer.objects("roles", page, |answer, shape| shape.encode(desk, answer));
    answer.number("total_number", total);
    desk.links(answer);
}
