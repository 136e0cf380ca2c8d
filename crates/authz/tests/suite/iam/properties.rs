//! Over random policies: the compiled evaluator and the slow one agree, deny wins, order means nothing, an allow more
//! never takes away; and no text makes the parser panic.

use claviger_authz::context::{Person, Request, RequestContext};
use claviger_authz::evaluate::{Evaluation, Outcome};
use claviger_authz::languages::iam::{Kind, POLICY_LIMIT, ResourceName, parse};
use claviger_authz::names::Names;
use claviger_authz::policy::Policy;
use claviger_model::{Action, Resource, Tags};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::reference::{self, Plain};
use super::{KEY, alice, domain, key, scope};
use crate::random::{ADDRESSES, NETWORKS, NUMBERS, PATTERNS, TIMES, WORDS, any_json, prefixed, some};
use crate::scene::{at, ip, tags};

const ACTIONS: &[Action] = &[
    Action::Encrypt,
    Action::Decrypt,
    Action::GenerateDataKey,
    Action::DisableKey,
];
const ACTION_PATTERNS: &[&str] = &[
    "*:*:*",
    "*",
    "kms:cmk:*",
    "kms:dek:*",
    "KMS:*:c*",
    "kms:*:create*",
    "kms:cmk:crypto",
    "kms:cmk:encryptData",
    "kms:cmk:createDataKey",
    "kms:cmk:decrypt",
    "kms:cmk:DISABLE",
    "iam:*:*",
];
const RESOURCE_PATTERNS: &[&str] = &[
    "*",
    "kms:*:*:KeyId:*",
    "kms:::KeyId:0d0466b0-e727-4d9c-b35d-f84bb474a37f",
    "kms:cn-north-1::alias:*",
    "kms:*:0123456789abcdef0123456789abcdef:*:",
    "kms:*4:*:*:*",
    "*:*:*:*:*a",
];
const KEYS: &[&str] = &[
    "x:one",
    "X:Many",
    "g:ResourceTag/Team",
    "g:RequestTag/Team",
    "g:TagKeys",
    "g:UserName",
];
const TEXTS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringStartWith",
    "StringNotStartWith",
    "StringEndWith",
    "StringNotEndWith",
];
const NUMERICS: &[&str] = &[
    "NumberEquals",
    "NumberNotEquals",
    "NumberLessThan",
    "NumberLessThanEquals",
    "NumberGreaterThan",
    "NumberGreaterThanEquals",
];
const DATES: &[&str] = &[
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
];

/// An operator, a key and a list that fit together.
fn check() -> impl Strategy<Value = (String, &'static str, Value)> {
    prop_oneof![
        (prefixed(TEXTS), select(KEYS), some(WORDS)),
        (
            prefixed(&["StringMatch", "StringNotMatch"]),
            select(KEYS),
            some(PATTERNS)
        ),
        (prefixed(NUMERICS), select(KEYS), some(NUMBERS)),
        (prefixed(DATES), Just("g:CurrentTime"), some(TIMES)),
        (
            prefixed(&["IpAddress", "NotIpAddress"]),
            Just("g:SourceIp"),
            some(NETWORKS)
        ),
        (
            prefixed(&["Bool"]),
            Just("g:MFAPresent"),
            some(&["true", "false"])
        ),
        (Just("Null".to_owned()), select(KEYS), some(&["true", "false"])),
    ]
}

fn conditions() -> impl Strategy<Value = Option<Value>> {
    option::of(vec(check(), 1..3)).prop_map(|checks| {
        let mut blocks = Map::new();
        for (operator, key, listed) in checks? {
            blocks.entry(operator).or_insert_with(|| json!({}))[key] = listed;
        }
        Some(Value::Object(blocks))
    })
}

fn policy() -> impl Strategy<Value = Value> {
    let statement = (
        any::<bool>(),
        any::<bool>(),
        some(ACTION_PATTERNS),
        0..3_usize,
        some(RESOURCE_PATTERNS),
        conditions(),
    );
    let versions = select(&["1.0", "1.1", "5.0"][..]);
    (versions, vec(statement, 1..4)).prop_map(|(version, list)| {
        let new = version == "5.0";
        let statements = list
            .into_iter()
            .map(|(deny, not, actions, which, resources, conditions)| {
                let mut statement = json!({"Effect": if deny { "Deny" } else { "Allow" }});
                statement[if new && not { "NotAction" } else { "Action" }] = actions;
                match which {
                    0 => {}
                    2 if new => statement["NotResource"] = resources,
                    _ => statement["Resource"] = resources,
                }
                if let Some(conditions) = conditions {
                    statement["Condition"] = conditions;
                }
                statement
            });
        json!({"Version": version, "Statement": statements.collect::<Vec<_>>()})
    })
}

/// A request: the facts that both evaluators get in their own way.
#[derive(Debug, Clone)]
struct Facts {
    action: Action,
    resource: Resource,
    now: &'static str,
    source: Option<&'static str>,
    mfa: Option<bool>,
    user: Option<&'static str>,
    resource_tag: Option<&'static str>,
    request_tag: Option<&'static str>,
    tag_keys: Vec<&'static str>,
    one: Option<&'static str>,
    many: Vec<&'static str>,
}

fn resources() -> impl Strategy<Value = Resource> {
    let here = scope("cn-north-1");
    let alias = |region: &str| Resource::Alias(scope(region), "a".parse().unwrap());
    prop_oneof![
        Just(key(KEY)),
        Just(alias("cn-north-1")),
        Just(alias("cn-north-4")),
        Just(Resource::Keys(here)),
    ]
}

fn facts() -> impl Strategy<Value = Facts> {
    let what = (select(ACTIONS), resources(), select(TIMES));
    let who = (
        option::of(select(ADDRESSES)),
        option::of(any::<bool>()),
        option::of(select(WORDS)),
    );
    let tags = (option::of(select(WORDS)), option::of(select(WORDS)));
    let lists = (
        vec(select(WORDS), 0..3),
        option::of(select(WORDS)),
        vec(select(WORDS), 0..3),
    );
    (what, who, tags, lists).prop_map(|(what, who, tags, lists)| Facts {
        action: what.0,
        resource: what.1,
        now: what.2,
        source: who.0,
        mfa: who.1,
        user: who.2,
        resource_tag: tags.0,
        request_tag: tags.1,
        tag_keys: lists.0,
        one: lists.1,
        many: lists.2,
    })
}

impl Facts {
    fn outcome(&self, policies: &[Value]) -> Outcome {
        let policies: Vec<_> = policies.iter().map(compile).collect();
        let tagged = |value: Option<&str>| value.map_or_else(Tags::default, |value| tags(&[("team", value)]));
        let (own, request) = (tagged(self.resource_tag), tagged(self.request_tag));
        let one: Vec<&str> = self.one.into_iter().collect();
        let further = [("x:many", &self.many[..]), ("x:one", &one[..])];
        let context = RequestContext {
            now: at(self.now),
            source: self.source.map(ip),
            mfa: self.mfa,
            person: Person {
                user_name: self.user,
                ..Person::default()
            },
            resource_tags: Some(&own),
            request_tags: &request.iter().collect::<Vec<_>>(),
            tag_keys: &self.tag_keys,
            further: &further,
            ..alice()
        };
        let evaluation = Evaluation {
            identity: &policies.iter().collect::<Vec<_>>(),
            same_account: true,
            ..Evaluation::default()
        };
        let request = Request {
            action: "",
            known: Some(self.action),
            resource: &Names::new(&self.resource, Some(domain())),
            context: &context,
        };
        let decision = evaluation.decide(&request);
        assert_eq!(evaluation.explain(&request).decision, decision);
        decision.outcome
    }

    fn plain(&self) -> Plain {
        let many = |name: &str, values: &[&str]| {
            let values = values.iter().map(|one| (*one).to_owned()).collect();
            (name.to_owned(), values)
        };
        let one = |name: &str, value: Option<&str>| many(name, &value.into_iter().collect::<Vec<_>>());
        let name = ResourceName {
            resource: &self.resource,
            domain: Some(domain()),
        };
        Plain {
            action: self.action,
            resource: name.to_string(),
            keys: [
                one("g:currenttime", Some(self.now)),
                one("g:sourceip", self.source),
                one(
                    "g:mfapresent",
                    self.mfa.map(|mfa| if mfa { "true" } else { "false" }),
                ),
                one("g:username", self.user),
                one("g:resourcetag/team", self.resource_tag),
                one("g:requesttag/team", self.request_tag),
                many("g:tagkeys", &self.tag_keys),
                one("x:one", self.one),
                many("x:many", &self.many),
            ]
            .into(),
        }
    }
}

fn compile(document: &Value) -> Policy {
    parse(&document.to_string(), Kind::Any, POLICY_LIMIT).unwrap()
}

fn everything(effect: &str) -> Value {
    json!({"Version": "1.1", "Statement": [{"Effect": effect, "Action": ["*:*:*"]}]})
}

/// A right policy with one value replaced, or anything.
fn broken() -> impl Strategy<Value = Value> {
    let member = select(&["Effect", "Action", "Resource", "Condition", "Depends"][..]);
    let spoiled = (policy(), member, any_json()).prop_map(|(mut policy, member, junk)| {
        match member {
            "Depends" => policy[member] = junk,
            _ => policy["Statement"][0][member] = junk,
        }
        policy
    });
    prop_oneof![spoiled, any_json()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_compiled_and_the_slow_evaluator_agree(policies in vec(policy(), 1..4), facts in vec(facts(), 8)) {
        for facts in facts {
            let expected = match reference::outcome(&policies, &facts.plain()) {
                "allow" => Outcome::Allow,
                "explicit deny" => Outcome::ExplicitDeny,
                _ => Outcome::ImplicitDeny,
            };
            prop_assert_eq!(facts.outcome(&policies), expected, "{:?}", facts);
        }
    }

    #[test]
    fn a_deny_wins_and_an_allow_more_never_takes_away(mut policies in vec(policy(), 0..4), facts in facts()) {
        let before = facts.outcome(&policies);
        policies.push(everything("Allow"));
        let after = facts.outcome(&policies);
        let denied = before == Outcome::ExplicitDeny;
        prop_assert_eq!(after, if denied { Outcome::ExplicitDeny } else { Outcome::Allow });
        policies.insert(0, everything("Deny"));
        prop_assert_eq!(facts.outcome(&policies), Outcome::ExplicitDeny);
    }

    #[test]
    fn order_means_nothing(policies in vec(policy(), 1..4), facts in facts()) {
        let mut turned = policies.clone();
        turned.reverse();
        for policy in &mut turned {
            policy["Statement"].as_array_mut().unwrap().reverse();
        }
        prop_assert_eq!(facts.outcome(&policies), facts.outcome(&turned));
    }

    #[test]
    fn no_document_makes_the_parser_panic(json in broken(), text in "\\PC{0,40}") {
        for document in [json.to_string(), text] {
            if let Err(error) = parse(&document, Kind::Any, POLICY_LIMIT) {
                let error = error.to_string();
                prop_assert!(error.contains(": ") && !error.contains(char::is_control), "{}", error);
            }
        }
    }
}
