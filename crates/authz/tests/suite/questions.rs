//! Over random policies with random extents, keys and grants: whole questions are answered as the slow reading of the rules
//! has it, a grant more never takes away, and a deny wins over every grant.

use std::sync::Arc;

use claviger_authz::languages::ram::{KEY_LIMIT, Kind, ResourceName, action_name, key_tags_apply, parse};
use claviger_authz::policy::Policy;
use claviger_authz::{Facts, Held, Question, Rights, Subject, explain};
use claviger_model::{
    AccountId, Action, Caller, Extent, Grant, GrantId, GrantedActions, Identity, KeyId, Party, Resource,
    Scope, Tags, Timestamp, UserId, UserName,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::random::{self, documents, facts};
use crate::reference::{self, Documents, basic};
use crate::scene::{at, ip, tags};

const ACTIONS: &[Action] = &[
    Action::Encrypt,
    Action::Decrypt,
    Action::DecryptDataKey,
    Action::DescribeKey,
    Action::DisableKey,
    Action::CreateGrant,
    Action::RetireGrant,
];
const GRANTED: &[Action] = &[
    Action::Encrypt,
    Action::Decrypt,
    Action::DecryptDataKey,
    Action::DescribeKey,
    Action::CreateGrant,
    Action::RetireGrant,
];
const REGIONS: &[&str] = &["cn", "eu"];
const ACCOUNTS: &[&str] = &["1111111111111111", "2222222222222222"];

/// Whoever asks has this number.
fn number() -> UserId {
    "123456789012345678".parse().unwrap()
}

fn account(text: &str) -> AccountId {
    text.parse().unwrap()
}

fn extents() -> impl Strategy<Value = Extent> {
    prop_oneof![
        Just(Extent::Everywhere),
        Just(Extent::Regions),
        select(REGIONS).prop_map(|region| Extent::Region(region.parse().unwrap())),
        Just(Extent::Global),
    ]
}

fn parties() -> impl Strategy<Value = Party> {
    let of = select(ACCOUNTS).prop_map(account);
    (of, 0..4_usize).prop_map(|(account, kind)| match kind {
        0 => Party::Root(account),
        1 => Party::User(account, number()),
        2 => Party::Account(account),
        _ => Party::Unknown("somebody".into()),
    })
}

fn grants() -> impl Strategy<Value = Grant> {
    let actions = subsequence(GRANTED, 1..=GRANTED.len())
        .prop_filter_map("grants nothing", |actions| GrantedActions::of(&actions));
    let who = (parties(), option::of(parties()), parties());
    (who, actions, any::<u8>()).prop_map(|((grantee, retiring, issuer), actions, id)| Grant {
        id: GrantId::from_bytes([id; 32]),
        scope: Scope {
            account: account("1111111111111111"),
            region: "cn".parse().unwrap(),
        },
        key: KeyId::from_bytes([0x1b; 16]),
        name: String::new(),
        grantee,
        retiring,
        issuer,
        actions,
        created: Timestamp::UNIX_EPOCH,
    })
}

/// One question with everything that it meets.
#[derive(Debug, Clone)]
struct Case {
    documents: Documents,
    extents: Vec<Extent>,
    facts: random::Facts,
    root: bool,
    action: Action,
    owner: &'static str,
    region: &'static str,
    abroad: bool,
    grants: Vec<Grant>,
    grant: Option<Grant>,
}

fn cases() -> impl Strategy<Value = Case> {
    let key = (select(ACTIONS), select(ACCOUNTS), select(REGIONS), any::<bool>());
    let policies = (documents(), vec(extents(), 4));
    let granted = (vec(grants(), 0..4), option::of(grants()));
    (policies, facts(), prop::bool::weighted(0.2), key, granted).prop_map(
        |(policies, facts, root, key, granted)| Case {
            documents: policies.0,
            extents: policies.1,
            facts,
            root,
            action: key.0,
            owner: key.1,
            region: key.2,
            abroad: key.3,
            grants: granted.0,
            grant: granted.1,
        },
    )
}

fn everything(effect: &str) -> Value {
    json!({"Version": "1", "Statement": [{"Effect": effect, "Action": "*", "Resource": "*"}]})
}

fn compile(document: &Value, kind: Kind) -> Arc<Policy> {
    Arc::new(parse(&document.to_string(), kind, KEY_LIMIT).unwrap())
}

fn held(document: &Value, extent: Extent) -> Held {
    Held {
        title: "some".into(),
        policy: compile(document, Kind::Identity),
        extent,
    }
}

impl Case {
    fn resource(&self) -> Resource {
        let scope = Scope {
            account: account(self.owner),
            region: self.region.parse().unwrap(),
        };
        Resource::Key(scope, KeyId::from_bytes([0x1b; 16]))
    }

    fn own(&self) -> bool {
        self.facts.user.1 == self.owner
    }

    fn someone(&self) -> (Caller, Rights) {
        let home = account(self.facts.user.1);
        let (identity, rights) = if self.root {
            (Identity::Root, Rights::root(home))
        } else {
            let name: UserName = self.facts.user.0.rsplit('/').next().unwrap().parse().unwrap();
            let policies = self.documents.identity.iter().zip(&self.extents);
            let policies = policies.map(|(document, extent)| held(document, extent.clone()));
            let rights = Rights::user(home, &name, policies.collect());
            (Identity::User { id: number(), name }, rights)
        };
        let session = self.documents.session.as_ref();
        let rights = Rights {
            session: session.map(|document| held(document, Extent::Everywhere)),
            ..rights
        };
        let caller = Caller {
            account: home,
            identity,
            access_key: None,
        };
        (caller, rights)
    }

    fn allowed(&self) -> bool {
        let (caller, rights) = self.someone();
        let resource = self.resource();
        let policy = self.documents.resource.as_ref();
        let policy = policy.map(|document| compile(document, Kind::Key));
        let tagged = |value: Option<&str>| value.map_or_else(Tags::default, |value| tags(&[("team", value)]));
        let (own, request) = (tagged(self.facts.resource_tag), tagged(self.facts.request_tag));
        let question = Question {
            tags: Some(&own),
            policy: policy.as_deref(),
            grants: &self.grants,
            abroad: self.abroad,
            grant: self.grant.as_ref(),
            ..Question::new(self.action, &resource)
        };
        let one: Vec<&str> = self.facts.one.into_iter().collect();
        let further = [("x:many", &self.facts.many[..]), ("x:one", &one[..])];
        let facts = Facts {
            source: self.facts.source.map(ip),
            secure: self.facts.secure,
            mfa: self.facts.mfa,
            tags: &request.iter().collect::<Vec<_>>(),
            tag_keys: &self.facts.tag_keys,
            further: &further,
            ..Facts::at(at(self.facts.now))
        };
        let subject = Subject {
            caller: &caller,
            rights: &rights,
        };
        explain(subject, &facts, &question).verdict.allows()
    }

    /// What the policies that count say, and the request as the slow evaluator wants it.
    fn plain(&self) -> (Documents, reference::Plain) {
        let facts = random::Facts {
            action: action_name(self.action).unwrap(),
            key_tag: self.facts.resource_tag.filter(|_| key_tags_apply(self.action)),
            ..self.facts.clone()
        };
        let mut plain = facts.plain();
        plain.resource = ResourceName(&self.resource()).to_string();
        let counts = |extent: &Extent| match extent {
            Extent::Everywhere | Extent::Regions => true,
            Extent::Region(region) => region.as_str() == self.region,
            Extent::Global => false,
        };
        let mut documents = self.documents.clone();
        let policies = documents.identity.into_iter().zip(&self.extents);
        let counting = policies.filter(|(_, extent)| counts(extent));
        documents.identity = counting.map(|(document, _)| document).collect();
        documents.same_account = self.own();
        if self.root {
            plain.principal = format!("acs:ram::{}:root", self.facts.user.1);
            documents.identity = vec![everything("Allow")];
            let principal = plain.keys.iter_mut().find(|(name, _)| name == "acs:principalarn");
            principal.unwrap().1 = vec![plain.principal.clone()];
        }
        (documents, plain)
    }

    fn is_meant(&self, party: &Party) -> bool {
        let home = account(self.facts.user.1);
        match party {
            Party::Root(of) => self.root && *of == home,
            Party::User(of, id) => !self.root && *of == home && *id == number(),
            Party::Account(of) => *of == home,
            Party::Unknown(_) => false,
        }
    }

    fn holds(&self, grant: &Grant, action: Action) -> bool {
        self.is_meant(&grant.grantee) && grant.actions.iter().any(|one| one == action)
    }

    /// The slow reading of the rules, in their order.
    fn expected(&self) -> bool {
        let (mut documents, plain) = self.plain();
        let grant = self.grant.as_ref().filter(|_| self.action == Action::RetireGrant);
        let party = grant.map(|grant| {
            let retiring = grant.retiring.as_ref().is_some_and(|party| self.is_meant(party));
            retiring || self.is_meant(&grant.issuer) || self.holds(grant, Action::RetireGrant)
        });
        let set = |policies: Vec<&Value>| basic(&policies, &plain, false);
        let narrowed = documents
            .session
            .iter()
            .any(|policy| set(vec![policy]) != "allow");
        if self.root && self.own() && !self.abroad {
            return !narrowed && party.unwrap_or(true);
        }
        let denies = |policies: Vec<&Value>| set(policies) == "explicit deny";
        if narrowed
            || denies(documents.identity.iter().collect())
            || denies(documents.resource.iter().collect())
        {
            return false;
        }
        if let Some(party) = party {
            return party;
        }
        let used = !matches!(
            self.action,
            Action::DisableKey | Action::CreateGrant | Action::RetireGrant
        );
        if !self.own() && !used {
            documents.resource = None;
        }
        let by_policies = !self.abroad && reference::outcome(&documents, &plain) == "allow";
        by_policies || self.grants.iter().any(|grant| self.holds(grant, self.action))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn questions_are_answered_as_the_rules_say(case in cases()) {
        prop_assert_eq!(case.allowed(), case.expected());
    }

    #[test]
    fn a_grant_more_never_takes_away(mut case in cases(), grant in grants(), front in any::<bool>()) {
        let before = case.allowed();
        case.grants.insert(if front { 0 } else { case.grants.len() }, grant);
        prop_assert!(!before || case.allowed());
    }

    #[test]
    fn a_deny_wins_over_every_grant(mut case in cases(), whose in 0..3) {
        let who = format!("acs:ram::{}:root", case.facts.user.1);
        match whose {
            0 => case.documents.session = Some(everything("Deny")),
            1 => {
                case.documents.identity.insert(0, everything("Deny"));
                case.extents.insert(0, Extent::Regions);
            }
            _ => case.documents.resource = Some(json!({"Version": "1", "Statement": [
                {"Effect": "Deny", "Principal": {"RAM": who}, "Action": "kms:*", "Resource": "*"}
            ]})),
        }
        // Root has no policies of its own, and that of a key is not above it at home.
        let above = case.abroad || !case.own();
        case.root = case.root && (whose == 0 || whose == 2 && above);
        prop_assert!(!case.allowed());
    }
}
