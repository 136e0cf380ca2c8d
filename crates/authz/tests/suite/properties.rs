//! Over random policies: the compiled evaluator and the slow one agree, deny wins, order means nothing, an allow more
//! never takes away; and no text makes the parser panic.

use claviger_authz::context::{Principal, Request, RequestContext};
use claviger_authz::evaluate::{Evaluation, Outcome};
use claviger_authz::languages::ram::{KEY_LIMIT, Kind, parse, read_action};
use claviger_authz::names::Names;
use claviger_authz::policy::Policy;
use claviger_model::Tags;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::random::{Facts, any_json, broken, documents, facts};
use crate::reference::{self, Documents};
use crate::scene::{at, ip, tags};

impl Facts {
    /// Runs the compiled evaluator.
    fn outcome(&self, policies: &Compiled) -> Outcome {
        let tagged = |value: Option<&str>| value.map_or_else(Tags::default, |value| tags(&[("team", value)]));
        let (key, resource, request) = (
            tagged(self.key_tag),
            tagged(self.resource_tag),
            tagged(self.request_tag),
        );
        let one: Vec<&str> = self.one.into_iter().collect();
        let further = [("x:many", &self.many[..]), ("x:one", &one[..])];
        let principal = Principal::Identity {
            name: self.user.0,
            role: None,
        };
        let context = RequestContext {
            source: self.source.map(ip),
            secure_transport: self.secure,
            mfa: self.mfa,
            key_tags: Some(&key),
            resource_tags: Some(&resource),
            request_tags: &request.iter().collect::<Vec<_>>(),
            tag_keys: &self.tag_keys,
            further: &further,
            ..RequestContext::new(principal, self.user.1, at(self.now))
        };
        let identity: Vec<&Policy> = policies.identity.iter().collect();
        let evaluation = Evaluation {
            session: policies.session.as_ref(),
            identity: &identity,
            resource: policies.resource.as_ref(),
            same_account: policies.same_account,
            resource_only_denies: false,
        };
        let request = Request {
            action: self.action,
            known: None,
            resource: &Names::same(self.resource),
            context: &context,
        };
        let decision = evaluation.decide(&request);
        assert_eq!(evaluation.explain(&request).decision, decision);
        // To know the action is a short cut and nothing else.
        let known = Request {
            known: read_action(self.action),
            ..request
        };
        assert!(known.known.is_some());
        assert_eq!(evaluation.decide(&known), decision);
        decision.outcome
    }
}

struct Compiled {
    session: Option<Policy>,
    identity: Vec<Policy>,
    resource: Option<Policy>,
    same_account: bool,
}

fn compile(documents: &Documents) -> Compiled {
    let one = |document: &Value, kind| parse(&document.to_string(), kind, KEY_LIMIT).unwrap();
    Compiled {
        session: documents
            .session
            .as_ref()
            .map(|document| one(document, Kind::Identity)),
        identity: documents
            .identity
            .iter()
            .map(|document| one(document, Kind::Identity))
            .collect(),
        resource: documents
            .resource
            .as_ref()
            .map(|document| one(document, Kind::Key)),
        same_account: documents.same_account,
    }
}

fn everything(effect: &str) -> Value {
    json!({"Version": "1", "Statement": [{"Effect": effect, "Action": "*", "Resource": "*"}]})
}

fn parse_all(document: &str) -> Vec<String> {
    let kinds = [Kind::Identity, Kind::Key, Kind::Trust];
    let errors = kinds.map(|kind| parse(document, kind, KEY_LIMIT).err());
    errors
        .into_iter()
        .flatten()
        .map(|error| error.to_string())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_compiled_and_the_slow_evaluator_agree(documents in documents(), facts in vec(facts(), 8)) {
        let compiled = compile(&documents);
        for facts in facts {
            let expected = match reference::outcome(&documents, &facts.plain()) {
                "allow" => Outcome::Allow,
                "explicit deny" => Outcome::ExplicitDeny,
                _ => Outcome::ImplicitDeny,
            };
            prop_assert_eq!(facts.outcome(&compiled), expected, "{:?}", facts);
        }
    }

    #[test]
    fn a_deny_wins_in_every_set(mut documents in documents(), facts in facts(), set in 0..2) {
        if set == 0 {
            documents.session = Some(everything("Deny"));
        } else {
            documents.session = None;
            documents.identity.push(everything("Deny"));
        }
        prop_assert_eq!(facts.outcome(&compile(&documents)), Outcome::ExplicitDeny);
    }

    #[test]
    fn an_allow_more_never_takes_away(mut documents in documents(), facts in facts()) {
        let before = facts.outcome(&compile(&documents));
        documents.identity.push(everything("Allow"));
        let after = facts.outcome(&compile(&documents));
        prop_assert!(before != Outcome::Allow || after == Outcome::Allow);
        prop_assert!(before != Outcome::ExplicitDeny || after == Outcome::ExplicitDeny);
    }

    #[test]
    fn order_means_nothing(documents in documents(), facts in facts()) {
        let mut turned = documents.clone();
        turned.identity.reverse();
        for policy in turned.identity.iter_mut().chain(&mut turned.session).chain(&mut turned.resource) {
            policy["Statement"].as_array_mut().unwrap().reverse();
        }
        prop_assert_eq!(facts.outcome(&compile(&documents)), facts.outcome(&compile(&turned)));
    }

    #[test]
    fn no_document_makes_the_parser_panic(json in prop_oneof![any_json(), broken()], text in "\\PC{0,40}", cut in any::<prop::sample::Index>()) {
        let whole = json.to_string();
        for error in parse_all(&whole).into_iter().chain(parse_all(&text)) {
            prop_assert!(error.contains(": ") && !error.contains(char::is_control), "{}", error);
        }
        // Cut short, no JSON object is one.
        let ends: Vec<_> = (0..whole.len()).filter(|at| whole.is_char_boundary(*at)).collect();
        if whole.starts_with('{') {
            prop_assert_eq!(parse_all(&whole[..*cut.get(&ends)]).len(), 3);
        }
    }
}
