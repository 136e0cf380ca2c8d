//! How sets of policies are combined, who a principal means, and what is told of a decision.

use claviger_authz::context::{Principal, Request, RequestContext};
use claviger_authz::evaluate::{Decision, Evaluation, Outcome, Set, StatementRef};
use claviger_authz::names::Names;
use claviger_authz::policy::{Effect, Policy};
use claviger_model::Action;

use crate::scene::{ACCOUNT, ALICE, KEY, alice, at, identity, key_policy, statements, trust_policy};

const ACTION: &str = "kms:Decrypt";

fn allow() -> Policy {
    statements(r#"{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}"#)
}

fn deny() -> Policy {
    statements(r#"{"Effect":"Deny","Action":"kms:Decrypt","Resource":"*"}"#)
}

fn silent() -> Policy {
    statements(r#"{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}"#)
}

fn on_key(effect: &str, principal: &str) -> Policy {
    let principal = format!(r#"{{"RAM":["{principal}"]}}"#);
    key_policy(&format!(
        r#"{{"Effect":"{effect}","Principal":{principal},"Action":"kms:Decrypt","Resource":"*"}}"#
    ))
}

fn judge(evaluation: &Evaluation<'_>, context: &RequestContext<'_>) -> Decision {
    evaluation.decide(&Request {
        action: ACTION,
        known: None,
        resource: &Names::same(KEY),
        context,
    })
}

/// One cell of a set: `a`llow, `d`eny, `-` nothing that applies; for session and resource also `.`, no policy.
fn cell(letter: char, make: impl Fn(char) -> Policy) -> Option<Policy> {
    (letter != '.').then(|| make(letter))
}

#[test]
fn sets_are_combined_as_the_vendor_says() {
    use Outcome::{Allow, ExplicitDeny, ImplicitDeny};
    use Set::{Identity, Resource, Session};
    // Session, identity, resource; in the same account; from another one.
    let rows = [
        (".-.", (ImplicitDeny, Identity), (ImplicitDeny, Identity)),
        (".a.", (Allow, Identity), (ImplicitDeny, Resource)),
        (".d.", (ExplicitDeny, Identity), (ExplicitDeny, Identity)),
        (".--", (ImplicitDeny, Identity), (ImplicitDeny, Identity)),
        (".-a", (Allow, Resource), (ImplicitDeny, Identity)),
        (".-d", (ExplicitDeny, Resource), (ExplicitDeny, Resource)),
        (".a-", (Allow, Identity), (ImplicitDeny, Resource)),
        (".aa", (Allow, Identity), (Allow, Identity)),
        (".ad", (ExplicitDeny, Resource), (ExplicitDeny, Resource)),
        (".da", (ExplicitDeny, Identity), (ExplicitDeny, Identity)),
        (".dd", (ExplicitDeny, Identity), (ExplicitDeny, Identity)),
        ("-aa", (ImplicitDeny, Session), (ImplicitDeny, Session)),
        ("daa", (ExplicitDeny, Session), (ExplicitDeny, Session)),
        ("-dd", (ImplicitDeny, Session), (ImplicitDeny, Session)),
        ("aa.", (Allow, Identity), (ImplicitDeny, Resource)),
        ("a-a", (Allow, Resource), (ImplicitDeny, Identity)),
        ("a--", (ImplicitDeny, Identity), (ImplicitDeny, Identity)),
        ("aaa", (Allow, Identity), (Allow, Identity)),
        ("ada", (ExplicitDeny, Identity), (ExplicitDeny, Identity)),
    ];
    let of_identity = |letter| match letter {
        'a' => allow(),
        'd' => deny(),
        _ => silent(),
    };
    let of_key = |letter| match letter {
        'a' => on_key("Allow", ALICE),
        'd' => on_key("Deny", ALICE),
        _ => on_key("Allow", "acs:ram::1234567890123456:user/bob"),
    };
    for (row, home, abroad) in rows {
        let letters: Vec<char> = row.chars().collect();
        let session = cell(letters[0], of_identity);
        let own = of_identity(letters[1]);
        let resource = cell(letters[2], of_key);
        for (same_account, (outcome, set)) in [(true, home), (false, abroad)] {
            let evaluation = Evaluation {
                session: session.as_ref(),
                identity: &[&own],
                resource: resource.as_ref(),
                same_account,
                resource_only_denies: false,
            };
            let decision = judge(&evaluation, &alice());
            assert_eq!(
                (decision.outcome, decision.set),
                (outcome, set),
                "{row}, same account: {same_account}"
            );
            assert_eq!(decision.outcome.allows(), outcome == Allow);
            assert_eq!(decision.statement.is_none(), outcome == ImplicitDeny);
        }
    }
}

#[test]
fn the_deciding_statement_is_named_and_a_deny_wins_wherever_it_stands() {
    let several = statements(
        r#"{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"},{"Effect":"Allow","Action":"kms:D*","Resource":"*"}"#,
    );
    let deny_last = statements(
        r#"{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"kms:dec*","Resource":"*"}"#,
    );
    let at = |policies: &[&Policy]| {
        let evaluation = Evaluation {
            identity: policies,
            same_account: true,
            ..Evaluation::default()
        };
        let decision = judge(&evaluation, &alice());
        let StatementRef { policy, statement } = decision.statement.unwrap();
        (decision.outcome, policy, statement)
    };
    assert_eq!(at(&[&silent(), &several]), (Outcome::Allow, 1, 1));
    assert_eq!(
        at(&[&several, &silent(), &deny_last]),
        (Outcome::ExplicitDeny, 2, 1)
    );
    assert_eq!(at(&[&deny_last, &several]), (Outcome::ExplicitDeny, 0, 1));
}

#[test]
fn not_action_and_not_resource_select_the_rest() {
    let policy = statements(
        r#"{"Effect":"Allow","NotAction":["kms:Delete*","ram:*"],"NotResource":["acs:kms:*:*:alias/*","acs:kms:*:*:key/root"]}"#,
    );
    let allows = |action: &str, resource: &str| crate::scene::allows(&policy, action, resource, &alice());
    assert!(allows("kms:Decrypt", KEY));
    assert!(!allows("kms:deletealias", KEY) && !allows("ram:ListUsers", KEY));
    assert!(!allows("kms:Decrypt", "acs:kms:a:1:key/root") && !allows("kms:Decrypt", "acs:kms:a:1:alias/x"));
}

#[test]
fn an_account_in_a_policy_of_its_own_key_leaves_the_decision_to_its_policies() {
    for account in ["acs:ram::1234567890123456:root", "acs:ram::1234567890123456:*"] {
        let (given, taken) = (on_key("Allow", account), on_key("Deny", account));
        let outcome = |identity: &Policy, resource: &Policy, same_account| {
            let evaluation = Evaluation {
                session: None,
                identity: &[identity],
                resource: Some(resource),
                same_account,
                resource_only_denies: false,
            };
            judge(&evaluation, &alice()).outcome
        };
        assert_eq!(outcome(&silent(), &given, true), Outcome::ImplicitDeny);
        assert_eq!(outcome(&allow(), &given, true), Outcome::Allow);
        assert_eq!(outcome(&allow(), &taken, true), Outcome::ExplicitDeny);
        // To another account it is a right that the account may give on.
        assert_eq!(outcome(&allow(), &given, false), Outcome::Allow);
        assert_eq!(outcome(&silent(), &given, false), Outcome::ImplicitDeny);
    }
}

#[test]
fn principals_mean_users_roles_and_sessions() {
    let session = Principal::Identity {
        name: "acs:ram::1234567890123456:role/ops/alice",
        role: Some("acs:ram::1234567890123456:role/ops"),
    };
    let cases = [
        (ALICE, identity(ALICE), true),
        ("acs:ram:*:1234567890123456:user/alice", identity(ALICE), true),
        ("acs:ram::1234567890123456:user/*", identity(ALICE), true),
        ("acs:ram::1234567890123456:user/Alice", identity(ALICE), false),
        ("acs:ram::6543210987654321:user/alice", identity(ALICE), false),
        ("acs:ram::1234567890123456:role/ops", session, true),
        ("acs:ram::1234567890123456:role/ops/alice", session, true),
        ("acs:ram::1234567890123456:role/ops/bob", session, false),
        ("acs:ram::1234567890123456:role/op", session, false),
        ("acs:ram::1234567890123456:user/*", session, false),
        (ALICE, Principal::Service("ecs.example.com"), false),
    ];
    for (principal, who, expected) in cases {
        let policy = on_key("Allow", principal);
        let context = RequestContext::new(who, ACCOUNT, at("2026-11-22T12:00:00Z"));
        let evaluation = Evaluation {
            resource: Some(&policy),
            same_account: true,
            ..Evaluation::default()
        };
        let allowed = judge(&evaluation, &context).outcome.allows();
        assert_eq!(allowed, expected, "{principal} for {who:?}");
    }
}

#[test]
fn taking_a_role_needs_a_right_and_trust() {
    let may = statements(r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}"#);
    let take = |principal: &str, identity: &[&Policy], who: Principal<'_>| {
        let trust = trust_policy(&format!(
            r#"{{"Effect":"Allow","Action":"sts:assumerole","Principal":{{{principal}}}}}"#
        ));
        let evaluation = Evaluation {
            identity,
            resource: Some(&trust),
            ..Evaluation::default()
        };
        let context = RequestContext::new(who, ACCOUNT, at("2026-11-22T12:00:00Z"));
        evaluation.decide(&Request {
            action: "sts:AssumeRole",
            known: None,
            resource: &Names::same("acs:ram::6543210987654321:role/ops"),
            context: &context,
        })
    };
    let account = r#""RAM":"acs:ram::1234567890123456:root""#;
    assert!(take(account, &[&may], identity(ALICE)).outcome.allows());
    assert_eq!(take(account, &[], identity(ALICE)).set, Set::Identity);
    let stranger = r#""RAM":"acs:ram::6543210987654321:root""#;
    let refused = take(stranger, &[&may], identity(ALICE));
    assert_eq!(
        (refused.outcome, refused.set),
        (Outcome::ImplicitDeny, Set::Resource)
    );
    let service = r#""Service":"ecs.example.com""#;
    assert!(
        take(service, &[&may], Principal::Service("ECS.example.com"))
            .outcome
            .allows()
    );
    assert!(
        !take(service, &[&may], Principal::Service("oss.example.com"))
            .outcome
            .allows()
    );
    assert!(!take(service, &[&may], identity(ALICE)).outcome.allows());
    let provider = "acs:ram::1234567890123456:saml-provider/idp";
    let federated = format!(r#""Federated":"{provider}""#);
    assert!(
        take(&federated, &[&may], Principal::Federated(provider))
            .outcome
            .allows()
    );
    assert!(
        !take(
            &federated,
            &[&may],
            Principal::Federated("acs:ram::1234567890123456:saml-provider/x")
        )
        .outcome
        .allows()
    );
}

#[test]
fn an_explanation_tells_every_statement_that_applies() {
    let session = allow();
    let second = allow();
    let first = deny();
    let on_key = key_policy(
        r#"{"Effect":"Allow","Principal":{"RAM":"acs:ram::1234567890123456:root"},"Action":"kms:*","Resource":"*"},
           {"Effect":"Allow","Principal":{"RAM":"acs:ram::1234567890123456:user/bob"},"Action":"kms:*","Resource":"*"},
           {"Effect":"Allow","Principal":{"RAM":"acs:ram::1234567890123456:user/alice"},"Action":"kms:*","Resource":"*"}"#,
    );
    let policies = [&silent(), &first, &second];
    let evaluation = Evaluation {
        session: Some(&session),
        identity: &policies,
        resource: Some(&on_key),
        same_account: true,
        resource_only_denies: false,
    };
    let context = alice();
    let request = Request {
        action: ACTION,
        known: None,
        resource: &Names::same(KEY),
        context: &context,
    };
    let explanation = evaluation.explain(&request);
    assert_eq!(explanation.decision, evaluation.decide(&request));
    assert_eq!(explanation.decision.outcome, Outcome::ExplicitDeny);
    let found: Vec<_> = explanation
        .matches
        .iter()
        .map(|one| {
            (
                one.set,
                one.place.policy,
                one.place.statement,
                one.statement.effect,
                one.counts,
            )
        })
        .collect();
    let expected = [
        (Set::Session, 0, 0, Effect::Allow, true),
        (Set::Identity, 1, 0, Effect::Deny, true),
        (Set::Identity, 2, 0, Effect::Allow, true),
        (Set::Resource, 0, 0, Effect::Allow, false),
        (Set::Resource, 0, 2, Effect::Allow, true),
    ];
    assert_eq!(found, expected);
}

#[test]
fn each_statement_of_a_long_policy_is_found() {
    const MANY: usize = 100;
    for place in 0..MANY {
        let statement = |number| {
            let action = if number == place { "Decrypt" } else { "Encrypt" };
            format!(r#"{{"Effect":"Allow","Action":"kms:{action}","Resource":"*"}}"#)
        };
        let policy = statements(&(0..MANY).map(statement).collect::<Vec<_>>().join(","));
        let evaluation = Evaluation {
            identity: &[&policy],
            same_account: true,
            ..Evaluation::default()
        };
        for known in [None, Some(Action::Decrypt)] {
            let decision = evaluation.decide(&Request {
                action: ACTION,
                known,
                resource: &Names::same(KEY),
                context: &alice(),
            });
            let decider = decision.statement.map(|found| found.statement);
            assert_eq!((decision.outcome, decider), (Outcome::Allow, Some(place)));
        }
    }
}
