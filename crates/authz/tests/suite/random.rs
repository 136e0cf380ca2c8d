//! Random policies, requests, and documents that are wrong.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::reference::{Documents, Plain};

const USERS: &[(&str, &str)] = &[
    ("acs:ram::1111111111111111:user/a", "1111111111111111"),
    ("acs:ram::1111111111111111:user/ab", "1111111111111111"),
    ("acs:ram::2222222222222222:user/a", "2222222222222222"),
];
const PRINCIPALS: &[&str] = &[
    "acs:ram::1111111111111111:root",
    "acs:ram::2222222222222222:*",
    "acs:ram::1111111111111111:user/a",
    "acs:ram::1111111111111111:user/a?",
    "acs:ram::2222222222222222:user/*",
];
const ACTIONS: &[&str] = &[
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
];
const ACTION_PATTERNS: &[&str] = &[
    "kms:*",
    "kms:encrypt",
    "kms:Re*To",
    "kms:?ecrypt",
    "kms:*crypt*",
    "kms:Sign",
];
const RESOURCES: &[&str] = &[
    "acs:kms:cn:1:key/ab",
    "acs:kms:cn:1:key/b",
    "acs:kms:cn:1:alias/ab",
    "acs:kms:cn:1:key",
];
const RESOURCE_PATTERNS: &[&str] = &[
    "*",
    "acs:kms:*:1:key/*",
    "acs:*b",
    "acs:kms:cn:1:key/?",
    "acs:kms:cn:1:alias/a*",
];
pub(crate) const TIMES: &[&str] = &[
    "2026-01-01T00:00:00Z",
    "2026-06-01T12:00:00Z",
    "2027-01-01T00:00:00Z",
];
pub(crate) const ADDRESSES: &[&str] = &["10.1.2.3", "10.1.9.9", "192.0.2.1"];
pub(crate) const NETWORKS: &[&str] = &["10.1.0.0/16", "10.0.0.0/8", "192.0.2.1", "0.0.0.0/0"];
pub(crate) const WORDS: &[&str] = &["a", "A", "ab", "b", "", "7", "12"];
pub(crate) const PATTERNS: &[&str] = &["a*", "?", "*b", "A?", "*"];
pub(crate) const NUMBERS: &[&str] = &["7", "12", "-3", "0"];

pub(crate) fn some(list: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let several = vec(select(list), 1..3).prop_map(|texts| json!(texts));
    prop_oneof![select(list).prop_map(|text| json!(text)), several]
}

pub(crate) fn prefixed(operator: &'static [&'static str]) -> impl Strategy<Value = String> {
    let prefix = select(&["", "", "ForAnyValue:", "ForAllValues:"][..]);
    (prefix, select(operator), select(&["", "", "IfExists"][..])).prop_map(|(a, b, c)| format!("{a}{b}{c}"))
}

const KEYS: &[&str] = &[
    "x:one",
    "X:Many",
    "kms:tag/Team",
    "acs:ResourceTag/Team",
    "acs:RequestTag/Team",
    "acs:TagKeys",
    "acs:PrincipalARN",
];

const TEXTS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
];
const NUMERICS: &[&str] = &[
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
];
const DATES: &[&str] = &[
    "DateEquals",
    "DateNotEquals",
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
            prefixed(&["StringLike", "StringNotLike"]),
            select(KEYS),
            some(PATTERNS)
        ),
        (prefixed(NUMERICS), select(KEYS), some(NUMBERS)),
        (prefixed(DATES), Just("acs:CurrentTime"), some(TIMES)),
        (
            prefixed(&["IpAddress", "NotIpAddress"]),
            Just("acs:SourceIp"),
            some(NETWORKS)
        ),
        (
            prefixed(&["Bool"]),
            select(&["acs:SecureTransport", "acs:MFAPresent"][..]),
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

fn statement(principals: bool) -> impl Strategy<Value = Value> {
    let actions = (if principals { 1..2 } else { 0..2_usize }, some(ACTION_PATTERNS));
    let resources = (0..2_usize, some(RESOURCE_PATTERNS));
    (any::<bool>(), actions, resources, conditions(), some(PRINCIPALS)).prop_map(
        move |(deny, (action, actions), (resource, resources), conditions, who)| {
            let mut statement = json!({"Effect": if deny { "Deny" } else { "Allow" }});
            statement[["NotAction", "Action"][action]] = actions;
            if principals {
                statement["Resource"] = json!("*");
                statement["Principal"] = json!({"RAM": who});
            } else {
                statement[["NotResource", "Resource"][resource]] = resources;
            }
            if let Some(conditions) = conditions {
                statement["Condition"] = conditions;
            }
            statement
        },
    )
}

fn policy(principals: bool) -> impl Strategy<Value = Value> {
    vec(statement(principals), 1..4).prop_map(|list| json!({"Version": "1", "Statement": list}))
}

pub(crate) fn documents() -> impl Strategy<Value = Documents> {
    let session = option::weighted(0.3, policy(false));
    (
        session,
        vec(policy(false), 0..4),
        option::of(policy(true)),
        any::<bool>(),
    )
        .prop_map(|(session, identity, resource, same_account)| Documents {
            session,
            identity,
            resource,
            same_account,
        })
}

/// A request: the plain facts that both evaluators get in their own way.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) user: (&'static str, &'static str),
    pub(crate) action: &'static str,
    pub(crate) resource: &'static str,
    pub(crate) now: &'static str,
    pub(crate) source: Option<&'static str>,
    pub(crate) secure: bool,
    pub(crate) mfa: Option<bool>,
    pub(crate) key_tag: Option<&'static str>,
    pub(crate) resource_tag: Option<&'static str>,
    pub(crate) request_tag: Option<&'static str>,
    pub(crate) tag_keys: Vec<&'static str>,
    pub(crate) one: Option<&'static str>,
    pub(crate) many: Vec<&'static str>,
}

pub(crate) fn facts() -> impl Strategy<Value = Facts> {
    let who = (select(USERS), select(ACTIONS), select(RESOURCES), select(TIMES));
    let from = (
        option::of(select(ADDRESSES)),
        any::<bool>(),
        option::of(any::<bool>()),
    );
    let tags = (
        option::of(select(WORDS)),
        option::of(select(WORDS)),
        option::of(select(WORDS)),
    );
    let lists = (
        vec(select(WORDS), 0..3),
        option::of(select(WORDS)),
        vec(select(WORDS), 0..3),
    );
    (who, from, tags, lists).prop_map(|(who, from, tags, lists)| Facts {
        user: who.0,
        action: who.1,
        resource: who.2,
        now: who.3,
        source: from.0,
        secure: from.1,
        mfa: from.2,
        key_tag: tags.0,
        resource_tag: tags.1,
        request_tag: tags.2,
        tag_keys: lists.0,
        one: lists.1,
        many: lists.2,
    })
}

impl Facts {
    pub(crate) fn plain(&self) -> Plain {
        let one = |name: &str, value: Option<&str>| {
            (name.to_owned(), value.into_iter().map(str::to_owned).collect())
        };
        let many = |name: &str, values: &[&str]| {
            (
                name.to_owned(),
                values.iter().map(|one| (*one).to_owned()).collect(),
            )
        };
        let truth = |value: Option<bool>| value.map(|value| if value { "true" } else { "false" });
        Plain {
            action: self.action.into(),
            resource: self.resource.into(),
            principal: self.user.0.into(),
            keys: [
                one("acs:currenttime", Some(self.now)),
                one("acs:sourceip", self.source),
                one("acs:securetransport", truth(Some(self.secure))),
                one("acs:mfapresent", truth(self.mfa)),
                one("acs:principalarn", Some(self.user.0)),
                one("kms:tag/team", self.key_tag),
                one("acs:resourcetag/team", self.resource_tag),
                one("acs:requesttag/team", self.request_tag),
                many("acs:tagkeys", &self.tag_keys),
                one("x:one", self.one),
                many("x:many", &self.many),
            ]
            .into(),
        }
    }
}

/// JSON with the names of the language in wrong places.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let names = select(
        &[
            "Version",
            "Statement",
            "Effect",
            "Action",
            "NotAction",
            "Resource",
            "Principal",
            "RAM",
            "Condition",
            "Sid",
            "StringLike",
            "Null",
            "IpAddress",
            "DateEquals",
            "NumericEquals",
            "kms:tag/",
            "acs:SourceIp",
            "ForAnyValue:",
            "IfExists",
            "1",
            "Allow",
            "*",
            "kms:*",
        ][..],
    );
    let text = prop_oneof![
        names.clone().prop_map(str::to_owned),
        "\\PC{0,12}",
        "[0-9./:+-]{0,12}"
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        text.clone().prop_map(Value::from)
    ];
    let tree = leaf.prop_recursive(6, 48, 5, move |inner| {
        let member = (text.clone(), inner.clone());
        prop_oneof![
            vec(inner, 0..4).prop_map(Value::from),
            vec(member, 0..6).prop_map(|members| Value::Object(members.into_iter().collect()))
        ]
    });
    (any::<bool>(), tree).prop_map(|(wrapped, tree)| {
        if wrapped {
            json!({"Version": "1", "Statement": [tree]})
        } else {
            tree
        }
    })
}

/// A right policy with one value replaced.
pub(crate) fn broken() -> impl Strategy<Value = Value> {
    let member = select(&["Effect", "Action", "Resource", "Principal", "Condition", "Sid"][..]);
    (any::<bool>(), member, any_json()).prop_flat_map(|(principals, member, junk)| {
        policy(principals).prop_map(move |mut policy| {
            policy["Statement"][0][member] = junk.clone();
            policy
        })
    })
}
