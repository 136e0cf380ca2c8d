//! The operations on the trail: what is served, to whom, in both forms.
//!
//! SOURCE: `fixtures/alibaba/trail_operations.json`: what is served of ActionTrail 2020-07-06, with parameters and types, from
//! the vendor's machine-readable description, and of 2017-12-04, from aliyun-python-sdk-actiontrail 2.0.0 and the vendor's
//! old API reference (read 2026-11-22). A type that ends in `!` is required; `N` in a name is a number from 1.

use std::collections::BTreeMap;

use claviger_dialect_alibaba::Api;
use serde_json::Value;

use crate::estate::Estate;
use crate::golden::compare;
use crate::identities::masked;
use crate::permissions::{permitted, turned_away, user};
use crate::scene::{borrowed, replaced};
use crate::trail::parameters;

/// Both versions.
pub(crate) const TRAILS: [Api; 2] = [Api::ActionTrail, Api::ActionTrail2017];

/// Parameters that are not read, each with its reason.
const NOT_READ: [(&str, &str, &str); 1] = [(
    "DescribeRegions",
    "AcceptLanguage",
    "regions are called as they are",
)];

/// The operations of a version that are served, with their parameters and types.
pub(crate) fn listed_of(api: Api) -> BTreeMap<String, BTreeMap<String, String>> {
    let text = include_str!("../../../../fixtures/alibaba/trail_operations.json");
    let mut versions: BTreeMap<String, _> = serde_json::from_str(text).unwrap();
    versions.remove(api.version()).unwrap()
}

#[test]
fn what_is_served_of_the_trail_is_what_is_listed() {
    for api in TRAILS {
        let listed: Vec<_> = listed_of(api).into_keys().collect();
        assert_eq!(api.served().collect::<Vec<_>>(), listed, "{api:?}");
    }
}

/// A parameter is read if a value that is right for nothing is refused, or, where any text is right, finds nothing.
#[tokio::test]
async fn every_parameter_of_the_trail_is_read() {
    let estate = Estate::new().await;
    let nonsense = "{\u{1}".repeat(10_000);
    for api in TRAILS {
        for (action, names) in listed_of(api) {
            for name in names.keys() {
                let sent: &'static str = Box::leak(name.replace(".N", ".1").into_boxed_str());
                // Every trail is none that is there.
                if sent == "Name" {
                    continue;
                }
                let wrong = replaced(&parameters(api, &action), sent, &nonsense);
                let answer = estate.call_with(api, &action, &wrong).await;
                let not_read = NOT_READ.iter().any(|known| (known.0, known.1) == (&action, name));
                assert_eq!(answer.status != 400, not_read, "{action} {name}: {}", answer.text);
            }
        }
    }
}

/// Status and code of the call that is right: only what no trail has is refused.
fn expected(action: &str) -> (u16, &'static str) {
    match action {
        "GetTrailStatus" => (404, "TrailNotFoundException"),
        _ => (200, ""),
    }
}

#[tokio::test]
async fn every_operation_on_the_trail_answers_as_documented() {
    let mut files = Vec::new();
    for api in TRAILS {
        for action in api.served() {
            let estate = Estate::new().await;
            let answer = estate.call(api, action).await;
            assert_eq!(
                (answer.status, &*answer.code()),
                expected(action),
                "{}",
                answer.text
            );
            let folder = if api == Api::ActionTrail {
                "actiontrail"
            } else {
                "actiontrail-2017"
            };
            files.push((
                format!("answers/{folder}/{action}.json"),
                masked(&estate, &answer),
            ));
        }
    }
    compare(&files);
}

#[tokio::test]
async fn nothing_of_the_trail_is_served_without_credentials() {
    let estate = Estate::new().await;
    for api in TRAILS {
        for action in api.served() {
            turned_away(&estate.kms, api, action, &parameters(api, action)).await;
        }
    }
}

/// The permission for the operation is enough, and nothing is served without it, but for what is the same for everybody.
#[tokio::test]
async fn whoever_may_ask_the_trail_is_answered() {
    for api in TRAILS {
        for action in api.served() {
            let estate = Estate::new().await;
            let caller = user(&estate.kms, "auditor").await;
            let parameters = parameters(api, action);
            let (answer, allowed) =
                permitted(&estate.kms, &caller, "auditor", api, action, &parameters).await;
            assert_eq!(
                (answer.status, &*answer.code()),
                expected(action),
                "{}",
                answer.text
            );
            let needed: &[&str] = match action {
                "DescribeTrails" => &["actiontrail:DescribeTrails"],
                "LookupEvents" => &["actiontrail:LookupEvents"],
                // No trail is there for anybody, and regions are no secret.
                _ => &[],
            };
            assert_eq!(allowed, needed, "{action}");
        }
    }
}

#[tokio::test]
async fn what_is_not_served_of_the_trail_is_refused_as_such() {
    let estate = Estate::new().await;
    let root = estate.kms.world.root();
    for api in TRAILS {
        for action in api.not_served() {
            let answer = estate.kms.ask(root, api, action, &[]).await;
            answer.refused(400, "UnsupportedOperation");
        }
        let answer = estate.kms.ask(root, api, "Nonsense", &[]).await;
        answer.refused(404, "InvalidAction.NotFound");
    }
}

/// An event in XML: names with colons cannot stand there.
fn in_xml(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.replace("::", "."), in_xml(value)))
            .collect(),
        Value::Array(values) => values.iter().map(in_xml).collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn the_xml_form_of_the_trail_says_the_same() {
    for api in TRAILS {
        for action in api.served().filter(|action| *action != "GetTrailStatus") {
            let estate = Estate::new().await;
            let json = estate.call(api, action).await.ok();
            let root = estate.kms.world.root();
            let request = root.rpc_request(action, &borrowed(&parameters(api, action)));
            let request = request.set("Version", api.version()).set("Format", "XML");
            let answer = estate.kms.send(&request.sign_in_body(root)).await;
            assert_eq!(answer.status, 200, "{action}: {}", answer.text);
            let mut expected = in_xml(&json);
            expected["RequestId"] = answer.id.clone().into();
            let node = answer.xml();
            assert_eq!(node.name, format!("{action}Response"));
            let events = expected.as_object_mut().unwrap().remove("Events");
            let events = events
                .as_ref()
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            let found: Vec<_> = node
                .children
                .iter()
                .filter(|child| child.name == "Events")
                .collect();
            assert_eq!(found.len(), events.len());
            for (node, event) in found.iter().zip(&events) {
                for (name, value) in event.as_object().unwrap() {
                    match value {
                        Value::String(text) => assert_eq!(node.text_of(name), text, "{name}"),
                        Value::Number(number) => assert_eq!(node.text_of(name), number.to_string()),
                        _ => assert_eq!(leaves_of(value), node.child(name).map(texts).unwrap_or_default()),
                    }
                }
            }
            for name in ["StartTime", "EndTime"] {
                if let Some(text) = expected[name].as_str() {
                    assert_eq!(node.text_of(name), text);
                }
            }
        }
    }
}

/// The texts of a value, in order.
fn leaves_of(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => members.values().flat_map(leaves_of).collect(),
        Value::Array(values) => values.iter().flat_map(leaves_of).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// The texts of an element, in order.
fn texts(node: &crate::xml::Node) -> Vec<String> {
    if node.children.is_empty() {
        return vec![node.text.clone()];
    }
    node.children.iter().flat_map(texts).collect()
}
