//! The language of the other face.

mod conditions;
mod documents;
mod guides;
mod judging;
mod properties;
mod reference;
mod vocabulary;

use claviger_authz::context::{Person, Principal, Request, RequestContext};
use claviger_authz::evaluate::{Evaluation, Outcome};
use claviger_authz::languages::iam::{Kind, POLICY_LIMIT, parse};
use claviger_authz::names::Names;
use claviger_authz::policy::Policy;
use claviger_model::{AccountId, Action, DomainId, KeyId, Resource, Scope};

use crate::scene::{at, ip};

/// How the account is called here.
const DOMAIN: &str = "0123456789abcdef0123456789abcdef";
/// A key of the account.
const KEY: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";

fn domain() -> DomainId {
    DOMAIN.parse().unwrap()
}

fn scope(region: &str) -> Scope {
    Scope {
        account: AccountId::from_number(1_234_567_890_123_456).unwrap(),
        region: region.parse().unwrap(),
    }
}

fn key(id: &str) -> Resource {
    Resource::Key(scope("cn-north-1"), id.parse::<KeyId>().unwrap())
}

/// Alice at noon, from 10.1.2.3.
fn alice() -> RequestContext<'static> {
    let principal = Principal::Identity {
        name: "acs:ram::1234567890123456:user/alice",
        role: None,
    };
    RequestContext {
        source: Some(ip("10.1.2.3")),
        person: Person {
            account_name: Some("acme"),
            user_id: Some("77777777777777777777777777777777"),
            user_name: Some("alice"),
            urn: Some("iam::0123456789abcdef0123456789abcdef:user:alice"),
        },
        ..RequestContext::new(principal, "1234567890123456", at("2026-11-22T12:00:00Z"))
    }
}

fn policy(document: &str) -> Policy {
    parse(document, Kind::Any, POLICY_LIMIT).unwrap()
}

/// A policy of version "1.1" out of its statements.
fn statements(list: &str) -> Policy {
    policy(&format!(r#"{{"Version":"1.1","Statement":[{list}]}}"#))
}

fn decide(policy: &Policy, action: Action, resource: &Resource, context: &RequestContext<'_>) -> Outcome {
    let evaluation = Evaluation {
        identity: &[policy],
        same_account: true,
        ..Evaluation::default()
    };
    let request = Request {
        action: "",
        known: Some(action),
        resource: &Names::new(resource, Some(domain())),
        context,
    };
    evaluation.decide(&request).outcome
}

fn allows(policy: &Policy, action: Action, resource: &Resource) -> bool {
    decide(policy, action, resource, &alice()).allows()
}
