//! Requests and policies in few words.

use std::net::IpAddr;

use claviger_authz::context::{Principal, Request, RequestContext};
use claviger_authz::evaluate::{Decision, Evaluation, Outcome};
use claviger_authz::languages::ram::{IDENTITY_LIMIT, KEY_LIMIT, Kind, TRUST_LIMIT, parse};
use claviger_authz::names::Names;
use claviger_authz::policy::Policy;
use claviger_model::{Tags, Timestamp};

pub(crate) const ACCOUNT: &str = "1234567890123456";
pub(crate) const ALICE: &str = "acs:ram::1234567890123456:user/alice";
pub(crate) const KEY: &str = "acs:kms:cn-hangzhou:1234567890123456:key/k1";

/// A user at noon, over TLS, from 10.1.2.3.
pub(crate) fn alice() -> RequestContext<'static> {
    RequestContext {
        source: Some(ip("10.1.2.3")),
        secure_transport: true,
        ..RequestContext::new(identity(ALICE), ACCOUNT, at("2026-11-22T12:00:00Z"))
    }
}

pub(crate) fn identity(name: &str) -> Principal<'_> {
    Principal::Identity { name, role: None }
}

pub(crate) fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

pub(crate) fn ip(address: &str) -> IpAddr {
    address.parse().unwrap()
}

pub(crate) fn tags(pairs: &[(&str, &str)]) -> Tags {
    let mut tags = Tags::default();
    for (key, value) in pairs {
        tags.set((*key).into(), (*value).into()).unwrap();
    }
    tags
}

pub(crate) fn identity_policy(document: &str) -> Policy {
    parse(document, Kind::Identity, IDENTITY_LIMIT).unwrap()
}

/// A policy of an identity out of its statements.
pub(crate) fn statements(list: &str) -> Policy {
    identity_policy(&format!(r#"{{"Version":"1","Statement":[{list}]}}"#))
}

pub(crate) fn key_policy(list: &str) -> Policy {
    let document = format!(r#"{{"Version":"1","Statement":[{list}]}}"#);
    parse(&document, Kind::Key, KEY_LIMIT).unwrap()
}

pub(crate) fn trust_policy(list: &str) -> Policy {
    let document = format!(r#"{{"Version":"1","Statement":[{list}]}}"#);
    parse(&document, Kind::Trust, TRUST_LIMIT).unwrap()
}

/// What one policy of an identity decides in its own account.
pub(crate) fn decide(
    policy: &Policy,
    action: &str,
    resource: &str,
    context: &RequestContext<'_>,
) -> Decision {
    let evaluation = Evaluation {
        identity: &[policy],
        same_account: true,
        ..Evaluation::default()
    };
    evaluation.decide(&Request {
        action,
        known: None,
        resource: &Names::same(resource),
        context,
    })
}

pub(crate) fn allows(policy: &Policy, action: &str, resource: &str, context: &RequestContext<'_>) -> bool {
    decide(policy, action, resource, context).outcome == Outcome::Allow
}
