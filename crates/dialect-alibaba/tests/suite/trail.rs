//! LookupEvents: what is found by which question.

use std::collections::BTreeMap;

use claviger_dialect_alibaba::Api;
use claviger_model::SignedDuration;
use claviger_testkit::Client;
use serde_json::Value;

use crate::estate::{Estate, TAKERS};
use crate::kms::{Answer, Kms};
use crate::scene::{CONTEXT, Parameters};
use crate::sessions::take_with_policy;

/// Every parameter of an operation on the trail, each with a value that is right in an estate.
pub(crate) fn parameters(api: Api, action: &str) -> Parameters {
    let text = |name: &'static str, value: &str| (name, value.to_owned());
    let page = [
        text("StartTime", "2026-11-21T00:00:00Z"),
        text("EndTime", "2026-11-22T00:00:00Z"),
        text("MaxResults", "50"),
        text("Direction", "FORWARD"),
    ];
    match (action, api) {
        ("DescribeRegions", _) => vec![],
        ("DescribeTrails", _) => vec![
            text("NameList", "trail-one,trail_2"),
            text("IncludeShadowTrails", "false"),
            text("IncludeOrganizationTrail", "False"),
        ],
        ("GetTrailStatus", _) => vec![text("Name", "trail-one"), text("IsOrganizationTrail", "false")],
        ("LookupEvents", Api::ActionTrail) => {
            let attribute = [
                text("LookupAttribute.1.Key", "EventName"),
                text("LookupAttribute.1.Value", "CreateUser"),
            ];
            [&page[..], &attribute].concat()
        }
        ("LookupEvents", _) => [&page[..], &[text("EventName", "CreateUser")]].concat(),
        (other, _) => panic!("no call for {other}"),
    }
}

/// A page of events.
pub(crate) async fn page(kms: &Kms, api: Api, parameters: &[(&str, &str)]) -> Value {
    kms.ask(kms.world.root(), api, "LookupEvents", parameters)
        .await
        .ok()
}

/// The events that a question finds, all but the questions themselves.
pub(crate) async fn events(kms: &Kms, api: Api, parameters: &[(&str, &str)]) -> Vec<Value> {
    let parameters = [&[("MaxResults", "50"), ("Direction", "FORWARD")], parameters].concat();
    let mut found = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let mut parameters = parameters.clone();
        if let Some(token) = &token {
            parameters.push(("NextToken", token));
        }
        let answer = page(kms, api, &parameters).await;
        let events = answer["Events"].as_array().unwrap();
        found.extend(
            events
                .iter()
                .filter(|event| event["eventName"] != "LookupEvents")
                .cloned(),
        );
        match answer["NextToken"].as_str() {
            Some(next) => token = Some(next.to_owned()),
            None => return found,
        }
    }
}

/// Calls of each kind of caller, served and refused, on an estate: a second after each other, and something that the
/// server does by itself.
pub(crate) async fn busy() -> Estate {
    let estate = Estate::new().await;
    let root = estate.kms.world.root();
    let call = async |who: &Client, action: &str, parameters: &[(&str, &str)]| -> Answer {
        estate.kms.world.advance(SignedDuration::from_secs(1));
        estate.kms.call_as(who, action, parameters).await
    };
    let key = [("KeyId", &*estate.key)];
    call(root, "CreateAlias", &[key[0], ("AliasName", "alias/app")])
        .await
        .ok();
    let encrypt = [
        ("KeyId", "alias/app"),
        ("Plaintext", "SGk="),
        ("EncryptionContext", CONTEXT),
    ];
    let blob = call(root, "Encrypt", &encrypt).await.ok()["CiphertextBlob"].clone();
    let decrypt = [("CiphertextBlob", blob.as_str().unwrap())];
    call(root, "Decrypt", &decrypt)
        .await
        .refused(400, "InvalidParameter");
    call(estate.who("alice"), "Encrypt", &encrypt)
        .await
        .refused(403, "Forbidden.NoPermission");
    call(estate.who("alice"), "DescribeKey", &key).await.ok();
    call(root, "GetSecretValue", &[("SecretName", "x")])
        .await
        .refused(400, "UnsupportedOperation");
    let session = take_with_policy(&estate, TAKERS).await;
    session
        .call(&estate.kms, Api::Kms, "DescribeKey", &key)
        .await
        .refused(403, "Forbidden.NoPermission");
    let of_oss = [("Description", "of a service")];
    call(estate.who("oss"), "CreateKey", &of_oss).await;
    let rotates = [
        key[0],
        ("EnableAutomaticRotation", "true"),
        ("RotationInterval", "7d"),
    ];
    call(root, "UpdateRotationPolicy", &rotates).await.ok();
    estate.kms.world.advance(SignedDuration::from_hours(6 * 24));
    call(
        root,
        "ScheduleKeyDeletion",
        &[key[0], ("PendingWindowInDays", "7")],
    )
    .await
    .ok();
    call(root, "CancelKeyDeletion", &key).await.ok();
    estate.kms.world.advance(SignedDuration::from_hours(24));
    estate.kms.world.run_jobs().await;
    estate
}

/// Everything that ever happened.
pub(crate) const EVER: [(&str, &str); 2] = [
    ("StartTime", "2020-01-01T00:00:00Z"),
    ("EndTime", "2030-01-01T00:00:00Z"),
];

/// The values of one attribute over events, each with the ids of its events.
type Groups = BTreeMap<String, Vec<String>>;

fn groups(events: &[Value], values: impl Fn(&Value) -> Vec<String>) -> Groups {
    let mut groups = Groups::new();
    for event in events {
        for value in values(event) {
            groups.entry(value).or_default().push(id(event));
        }
    }
    groups
}

pub(crate) fn id(event: &Value) -> String {
    event["eventId"].as_str().unwrap().to_owned()
}

/// The texts at a place of an event: none, or one.
fn at(event: &Value, place: &str) -> Vec<String> {
    let found = event.pointer(place).and_then(Value::as_str);
    found.map(str::to_owned).into_iter().collect()
}

/// The kinds of what an event is about, or their names.
fn referenced(event: &Value, kinds: bool) -> Vec<String> {
    let members = event["referencedResources"].as_object().into_iter().flatten();
    let texts = |(kind, names): (&String, &Value)| -> Vec<String> {
        if kinds {
            return vec![kind.clone()];
        }
        let names = names.as_array().unwrap().iter();
        names.map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let mut texts: Vec<_> = members.flat_map(texts).collect();
    texts.sort();
    texts.dedup();
    texts
}

/// For every value that an attribute has in any event, the question for it finds exactly the events that have it.
#[tokio::test]
async fn each_attribute_finds_what_has_it_and_nothing_else() {
    let estate = busy().await;
    let all = events(&estate.kms, Api::ActionTrail, &EVER).await;
    assert!(all.len() > 30, "{}", all.len());
    let services = |event: &Value| at(event, "/serviceName");
    for (attribute, old_name, found) in [
        ("ServiceName", "ServiceName", groups(&all, services)),
        (
            "EventName",
            "EventName",
            groups(&all, |event| at(event, "/eventName")),
        ),
        (
            "User",
            "User",
            groups(&all, |event| at(event, "/userIdentity/userName")),
        ),
        ("EventId", "Event", groups(&all, |event| at(event, "/eventId"))),
        (
            "ResourceType",
            "ResourceType",
            groups(&all, |event| referenced(event, true)),
        ),
        (
            "ResourceName",
            "ResourceName",
            groups(&all, |event| referenced(event, false)),
        ),
        ("EventRW", "EventRW", groups(&all, |event| at(event, "/eventRW"))),
        (
            "EventAccessKeyId",
            "EventAccessKeyId",
            groups(&all, |event| at(event, "/userIdentity/accessKeyId")),
        ),
    ] {
        assert!(found.len() > 1, "{attribute}: {found:?}");
        for (value, expected) in found {
            let new = [
                ("LookupAttribute.1.Key", attribute),
                ("LookupAttribute.1.Value", &*value),
            ];
            let old = [(old_name, &*value)];
            for (api, question) in [(Api::ActionTrail, &new[..]), (Api::ActionTrail2017, &old)] {
                let question = [&EVER, question].concat();
                let mut answered: Vec<_> = events(&estate.kms, api, &question).await.iter().map(id).collect();
                // A question by access key or name finds the questions before it; those are left out above.
                answered.sort();
                let mut expected = expected.clone();
                expected.sort();
                assert_eq!(answered, expected, "{api:?} {attribute}={value}");
            }
        }
    }
}

/// Each value that nothing has is an answer without events.
#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let estate = busy().await;
    for (attribute, value) in [
        ("ServiceName", "Ecs"),
        ("ServiceName", "kms"),
        ("EventName", "encrypt"),
        ("User", "nobody"),
        ("EventId", "B702AFA3-FD4B-40E3-88E4-C0752FAA0000"),
        ("ResourceType", "ACS::ECS::Instance"),
        ("ResourceName", "i-1"),
        ("EventAccessKeyId", "LTAInobody"),
    ] {
        let question = [
            ("LookupAttribute.1.Key", attribute),
            ("LookupAttribute.1.Value", value),
        ];
        let question = [&EVER[..], &question].concat();
        let found = page(&estate.kms, Api::ActionTrail, &question).await;
        assert_eq!(found["Events"], serde_json::json!([]), "{attribute}={value}");
        assert!(found.get("NextToken").is_none());
    }
}

#[tokio::test]
async fn several_attributes_must_all_fit() {
    let estate = busy().await;
    let question = [
        ("LookupAttribute.1.Key", "EventName"),
        ("LookupAttribute.1.Value", "Encrypt"),
        ("LookupAttribute.2.Key", "User"),
        ("LookupAttribute.2.Value", "alice"),
    ];
    let question = [&EVER[..], &question].concat();
    let found = events(&estate.kms, Api::ActionTrail, &question).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["errorCode"], "Forbidden.NoPermission");
    let named = [("EventName", "Encrypt"), ("User", "alice")];
    let named = [&EVER[..], &named].concat();
    assert_eq!(events(&estate.kms, Api::ActionTrail2017, &named).await, found);
}

/// Accounts see what is theirs.
#[tokio::test]
async fn an_account_sees_its_own_events_only() {
    let kms = Kms::with_neighbour().await;
    let (own, foreign) = (
        kms.create_key().await,
        kms.create_key_as(kms.world.caller(1)).await,
    );
    let seen = |answer: &Answer| (answer.text.contains(&own), answer.text.contains(&foreign));
    for (place, expected) in [(0, (true, false)), (1, (false, true))] {
        let answer = kms
            .ask(kms.world.caller(place), Api::ActionTrail, "LookupEvents", &[])
            .await;
        answer.ok();
        assert_eq!(seen(&answer), expected);
    }
}

/// What is asked of the trail is in the trail, without the values that were looked for.
#[tokio::test]
async fn a_question_is_an_event_too() {
    let kms = Kms::new().await;
    let asked = [
        ("LookupAttribute.1.Key", "ResourceName"),
        ("LookupAttribute.1.Value", "something-sought"),
    ];
    page(&kms, Api::ActionTrail, &asked).await;
    let answer = page(&kms, Api::ActionTrail, &[]).await;
    let event = &answer["Events"][0];
    assert_eq!(
        (&event["eventName"], &event["serviceName"], &event["eventRW"]),
        (&"LookupEvents".into(), &"Actiontrail".into(), &"Read".into())
    );
    assert_eq!(event["requestParameters"]["StartTime"], "2026-11-14T12:00:00Z");
    assert!(!answer.to_string().contains("something-sought"));
}

/// An index that does not answer is no reason to make something up.
#[tokio::test]
async fn without_the_index_nothing_is_answered() {
    let estate = busy().await;
    estate.kms.world.index().fail();
    for (api, action) in [
        (Api::ActionTrail, "LookupEvents"),
        (Api::ActionTrail2017, "LookupEvents"),
        (Api::Admin, "GetKeyUsage"),
    ] {
        estate.call(api, action).await.refused(503, "ServiceUnavailable");
    }
    let status = estate.call(Api::Admin, "GetAuditStatus").await.ok();
    assert_eq!(
        status["Index"]["Trouble"].as_str().map(str::is_empty),
        Some(false)
    );
    estate.kms.world.index().heal();
    estate.call(Api::ActionTrail, "LookupEvents").await.ok();
}

/// The old version tells calls from what the server does by itself.
#[tokio::test]
async fn the_old_version_knows_types_of_events() {
    let estate = busy().await;
    let all = events(&estate.kms, Api::ActionTrail2017, &EVER).await;
    for kind in ["ApiCall", "AliyunServiceEvent", "ConsoleSignin"] {
        let question = [&EVER[..], &[("EventType", kind)]].concat();
        let found = events(&estate.kms, Api::ActionTrail2017, &question).await;
        let expected: Vec<_> = all
            .iter()
            .filter(|event| event["eventType"] == kind)
            .cloned()
            .collect();
        assert_eq!(found, expected, "{kind}");
        assert_eq!(found.is_empty(), kind == "ConsoleSignin");
    }
}

/// Clients leave numbers out.
#[tokio::test]
async fn attributes_may_have_any_number_up_to_ten() {
    let kms = Kms::new().await;
    kms.create_key().await;
    let question = [
        ("LookupAttribute.10.Key", "EventName"),
        ("LookupAttribute.10.Value", "CreateKey"),
    ];
    assert_eq!(events(&kms, Api::ActionTrail, &question).await.len(), 1);
}
