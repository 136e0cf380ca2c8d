//! Deciding allocates nothing, whatever the policies look at.

#![expect(clippy::unwrap_used, reason = "the policies are right")]

use claviger_authz::context::{Principal, Request, RequestContext};
use claviger_authz::evaluate::{Evaluation, Outcome};
use claviger_authz::languages::ram::{KEY_LIMIT, Kind, parse};
use claviger_authz::policy::Policy;
use claviger_model::Tags;

/// Ten statements that come close and then don't apply.
fn near_miss(number: usize) -> Policy {
    let conditions = [
        r#"{"StringNotEqualsIgnoreCase":{"kms:tag/Project":["apollo","gemini"]}}"#,
        r#"{"StringLike":{"acs:ResourceTag/project":"*oll?x*"}}"#,
        r#"{"IpAddress":{"acs:SourceIp":["192.0.2.0/24","2001:db8::/32"]}}"#,
        r#"{"StringEquals":{"acs:SourceIp":"192.0.2.1"}}"#,
        r#"{"DateLessThan":{"acs:CurrentTime":"2026-01-01T00:00:00Z"}}"#,
        r#"{"StringLike":{"acs:CurrentTime":"2025-*"}}"#,
        r#"{"NumericGreaterThan":{"x:Level":"5"}}"#,
        r#"{"ForAllValues:StringEquals":{"acs:TagKeys":["a","b"]}}"#,
        r#"{"Bool":{"acs:MFAPresent":"true"}}"#,
        r#"{"DateGreaterThan":{"x:Since":"2026-01-01T00:00:00Z"}}"#,
    ];
    let statements = conditions.map(|condition| {
        format!(
            r#"{{"Effect":"Deny","Action":["kms:Encrypt","kms:GenerateDataKey*"],"Resource":"acs:kms:*:*:key/*{number}*","Condition":{condition}}}"#
        )
    });
    let document = format!(r#"{{"Version":"1","Statement":[{}]}}"#, statements.join(","));
    parse(&document, Kind::Identity, KEY_LIMIT).unwrap()
}

#[test]
fn a_hundred_statements_are_judged_without_an_allocation() {
    let policies: Vec<Policy> = (0..10).map(near_miss).collect();
    let identity: Vec<&Policy> = policies.iter().collect();
    let on_key = r#"{"Version":"1","Statement":[{"Effect":"Allow","Principal":{"RAM":"acs:ram::1234567890123456:role/ops"},"Action":"kms:*","Resource":"*"}]}"#;
    let on_key = parse(on_key, Kind::Key, KEY_LIMIT).unwrap();
    let mut tags = Tags::default();
    tags.set("project".into(), "Apollo".into()).unwrap();
    let principal = Principal::Identity {
        name: "acs:ram::1234567890123456:role/ops/alice",
        role: Some("acs:ram::1234567890123456:role/ops"),
    };
    let context = RequestContext {
        source: Some("10.1.2.3".parse().unwrap()),
        mfa: Some(false),
        resource_tags: Some(&tags),
        key_tags: Some(&tags),
        tag_keys: &["a", "c"],
        further: &[("x:level", &["5"]), ("x:since", &["2025-01-01T00:00:00Z"])],
        ..RequestContext::new(
            principal,
            "1234567890123456",
            "2026-11-22T12:00:00Z".parse().unwrap(),
        )
    };
    let evaluation = Evaluation {
        identity: &identity,
        resource: Some(&on_key),
        same_account: true,
        ..Evaluation::default()
    };
    let request = Request {
        action: "kms:GenerateDataKey",
        resource: "acs:kms:cn-hangzhou:1234567890123456:key/0123456789",
        context: &context,
    };
    let mut outcome = None;
    let allocations = allocation_counter::measure(|| outcome = Some(evaluation.decide(&request).outcome));
    assert_eq!(outcome, Some(Outcome::Allow));
    assert_eq!(allocations.count_total, 0);
    // The counter counts.
    let explained = allocation_counter::measure(|| assert_eq!(evaluation.explain(&request).matches.len(), 1));
    assert!(explained.count_total > 0);
}
