//! Records as events: every operation, every kind of caller.

use claviger_audit::view::Event;
use claviger_dialect_alibaba::{Api, event};
use serde_json::{Value, json};

use crate::estate::{APIS, Estate};
use crate::golden::{Mask, compare};
use crate::kms::Kms;
use crate::scene::{CONTEXT, Scene};
use crate::trail::{busy, events};

/// The event of a record.
pub(crate) fn projected(record: &Value) -> Value {
    let text = record.to_string();
    let record: Event<'_> = serde_json::from_str(&text).unwrap();
    event(&record, &record.account)
}

/// The last record of an operation. Records of changes may come behind later ones of calls that change nothing.
async fn record_of(kms: &Kms, action: &str) -> Value {
    let records = kms.world.audited_calls().await;
    let mut records = records.into_iter().rev();
    let found = records.find(|record| projected(record)["eventName"] == action);
    found.unwrap_or_else(|| panic!("no record of {action}"))
}

/// The members that clients read, with the values of one call.
#[tokio::test]
async fn an_event_has_the_vendors_fields() {
    let kms = Kms::new().await;
    let key = kms.create_key().await;
    let alias = [("KeyId", &*key), ("AliasName", "alias/app")];
    kms.call("CreateAlias", &alias).await.ok();
    let parameters = [
        ("KeyId", "alias/app"),
        ("KeySpec", "AES_256"),
        ("EncryptionContext", r#"{"tenant":"7"}"#),
    ];
    let answer = kms.call("GenerateDataKey", &parameters).await;
    let version = answer.ok()["KeyVersionId"].clone();
    let root = kms.world.root();
    let account = root.account().to_string();
    let question = [
        ("LookupAttribute.1.Key", "EventId"),
        ("LookupAttribute.1.Value", &*answer.id),
    ];
    let found = events(&kms, Api::ActionTrail, &question).await;
    let request = json!({
        "KeyId": "alias/app",
        "NumberOfBytes": 32,
        "EncryptionContext": r#"{"tenant":"7"}"#,
        "AcsHost": "kms.test.local:8443",
        "AcsProduct": "Kms",
        "HostId": "kms.test.local:8443",
        "Region": "cn-hangzhou",
        "RequestId": answer.id,
    });
    assert_eq!(
        found,
        [json!({
            "eventId": answer.id,
            "eventVersion": 1,
            "eventCategory": "Management",
            "eventType": "ApiCall",
            "eventName": "GenerateDataKey",
            "eventRW": "Read",
            "eventTime": "2026-11-21T12:00:00Z",
            "eventSource": "kms.test.local:8443",
            "serviceName": "Kms",
            "apiVersion": "2016-01-20",
            "acsRegion": "cn-hangzhou",
            "requestId": answer.id,
            "sourceIpAddress": "192.0.2.7",
            "userAgent": "testkit",
            "recipientAccountId": account,
            "userIdentity": {
                "type": "root-account",
                "principalId": account,
                "accountId": account,
                "userName": "root",
                "accessKeyId": root.access_key_id(),
                "sessionContext": {
                    "attributes": {"creationDate": "2026-11-21T12:00:00Z", "mfaAuthenticated": "false"},
                },
            },
            "requestParameterJson": request.to_string(),
            "requestParameters": request,
            "responseElements": {"KeyId": key, "KeyVersionId": version, "RequestId": answer.id},
            "resourceType": "ACS::KMS::Key",
            "resourceName": key,
            "referencedResources": {"ACS::KMS::Key": [key], "ACS::KMS::Alias": ["alias/app"]},
            "additionalEventData": {"Scheme": "https"},
        })]
    );
}

/// Who called, in the vendor's words.
#[tokio::test]
async fn each_kind_of_caller_has_its_identity() {
    let estate = busy().await;
    let ever = [
        ("StartTime", "2020-01-01T00:00:00Z"),
        ("EndTime", "2030-01-01T00:00:00Z"),
    ];
    let all = events(&estate.kms, Api::ActionTrail, &ever).await;
    let account = estate.kms.world.root().account().to_string();
    let of = |kind: &str, name: &str| {
        let fits = |event: &&Value| {
            let identity = &event["userIdentity"];
            (&identity["type"], &identity["userName"]) == (&kind.into(), &name.into())
        };
        let found = all.iter().find(fits);
        found.unwrap_or_else(|| panic!("no {kind} {name}")).clone()
    };
    let root = of("root-account", "root");
    assert_eq!(root["userIdentity"]["principalId"], account.as_str());
    let alice = of("ram-user", "alice")["userIdentity"].clone();
    assert_eq!(alice["accessKeyId"], estate.who("alice").access_key_id());
    assert_eq!(alice["principalId"].as_str().unwrap().len(), 18);
    let session = of("assumed-role", "auditor:alice@work");
    let identity = &session["userIdentity"];
    assert!(identity["principalId"].as_str().unwrap().ends_with(":alice@work"));
    assert!(identity["accessKeyId"].as_str().unwrap().starts_with("STS."));
    assert_eq!(
        identity["sessionContext"]["attributes"],
        json!({"creationDate": "2026-11-21T12:00:06Z", "mfaAuthenticated": "false"})
    );
    assert_eq!(
        session["requestParameters"]["stsTokenPrincipalName"],
        "auditor/alice@work"
    );
    let service = of("system", "oss");
    assert_eq!(
        (&service["eventType"], &service["apiVersion"]),
        (&"ApiCall".into(), &"2016-01-20".into())
    );
    let rotated = of("system", "system");
    assert_eq!(rotated["eventType"], "AliyunServiceEvent");
    assert_eq!(rotated["sourceIpAddress"], "Internal");
    assert_eq!(rotated["requestParameters"], json!({}));
    assert_eq!(rotated["resourceName"], estate.key.as_str());
    assert!(rotated.get("apiVersion").is_none());
    assert!(rotated["userIdentity"].get("accessKeyId").is_none());
    // Everybody belongs to the account.
    for event in &all {
        assert_eq!(event["userIdentity"]["accountId"], account.as_str());
        assert_eq!(event["recipientAccountId"], account.as_str());
    }
}

/// A refused call bears its code, a reason without what was sent, and nothing of an answer.
#[tokio::test]
async fn a_refused_call_says_why() {
    let kms = Kms::new().await;
    let parameters = [("KeyId", "no-such-key"), ("Plaintext", "SGk=")];
    let refused = kms.call("Encrypt", &parameters).await;
    refused.refused(404, "Forbidden.KeyNotFound");
    let badly = kms.call("Encrypt", &[("KeyId", "x")]).await;
    badly.refused(400, "MissingParameter");
    let found = events(&kms, Api::ActionTrail, &[]).await;
    let said = |event: &Value| {
        (
            event["errorCode"].as_str().unwrap().to_owned(),
            event["errorMessage"].as_str().unwrap().to_owned(),
            event["responseElements"].clone(),
        )
    };
    let expected =
        |code: &str, message: &str, id: &str| (code.to_owned(), message.to_owned(), json!({"RequestId": id}));
    assert_eq!(
        found.iter().map(said).collect::<Vec<_>>(),
        [
            expected(
                "Forbidden.KeyNotFound",
                "The request was refused: key not found.",
                &refused.id
            ),
            expected(
                "MissingParameter",
                "The request was refused: the request is not as the API wants it.",
                &badly.id
            ),
        ]
    );
}

fn masked(kms: &Kms, more: &[(&str, &str)], record: &Value) -> String {
    let mut event = projected(record);
    let mut mask = Mask::default();
    let mut named: Vec<(String, &str)> = more
        .iter()
        .map(|(value, name)| ((*value).to_owned(), *name))
        .collect();
    named.push((kms.world.root().account().to_string(), "account"));
    for (place, name) in [
        ("/responseElements/AccessKeyId", "access key"),
        ("/responseElements/UserId", "user"),
        ("/responseElements/RoleId", "role"),
        ("/responseElements/AccountId", "another account"),
        ("/userIdentity/accessKeyId", "caller's key"),
        ("/userIdentity/principalId", "principal"),
        ("/additionalEventData/request.serial", "serial"),
    ] {
        if let Some(text) = event.pointer(place).and_then(Value::as_str) {
            named.push((text.to_owned(), name));
        }
    }
    if let Some(length) = event["additionalEventData"].get_mut("request.signature_bytes") {
        *length = "<70 or so>".into();
    }
    named.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
    for (value, name) in &named {
        mask.name(value, name);
    }
    mask.apply(&event.to_string())
}

/// The last record of the call that succeeds, for every operation of every API.
#[tokio::test]
async fn every_operation_has_its_event() {
    let mut lines = String::new();
    for action in Api::Kms.served().filter(|action| *action != "DescribeRegions") {
        let scene = Scene::of(action).await;
        scene.call(action).await;
        let record = record_of(&scene.kms, action).await;
        let more = [(&*scene.key, "key"), (&*scene.other, "other key")];
        lines += &(masked(&scene.kms, &more, &record) + "\n");
    }
    for api in APIS.into_iter().chain(crate::trail_coverage::TRAILS) {
        for action in api.served().filter(|action| *action != "DescribeRegions") {
            let estate = Estate::new().await;
            let keys = ["alice", "bob", "oss"].map(|name| estate.who(name).access_key_id().to_owned());
            estate.call(api, action).await;
            let record = record_of(&estate.kms, action).await;
            let more = [
                (&*estate.key, "key"),
                (&*estate.second, "second account"),
                (&*keys[0], "alice's key"),
                (&*keys[1], "bob's key"),
                (&*keys[2], "oss's key"),
            ];
            lines += &(masked(&estate.kms, &more, &record) + "\n");
        }
    }
    compare(&[("audit/events.jsonl".into(), lines)]);
}

/// What a parameter of a record says, it says under a name of the operation: everything that is not additional is a
/// parameter of the vendor's list, or the gateway's.
#[tokio::test]
async fn requests_are_told_in_parameters_that_the_operation_has() {
    let gateway = [
        "AcsHost",
        "AcsProduct",
        "HostId",
        "Region",
        "RequestId",
        "stsTokenPrincipalName",
    ];
    let keys = crate::coverage::vendor();
    let mut told = 0;
    let mut check = |action: &str, listed: &dyn Fn(&str) -> bool, record: &Value| {
        let event = projected(record);
        let parameters = event["requestParameters"].as_object().unwrap();
        for name in parameters.keys().filter(|name| !gateway.contains(&name.as_str())) {
            told += 1;
            assert!(listed(name), "{action} has no {name}: {record}");
        }
        let text = event["requestParameterJson"].as_str().unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(text).unwrap(),
            event["requestParameters"]
        );
    };
    for action in Api::Kms.served().filter(|action| *action != "DescribeRegions") {
        let scene = Scene::of(action).await;
        scene.call(action).await;
        let record = record_of(&scene.kms, action).await;
        let listed = |name: &str| keys[action].contains_key(&crate::coverage::listed(name));
        check(action, &listed, &record);
    }
    for api in APIS.into_iter().chain(crate::trail_coverage::TRAILS) {
        let operations = match api {
            Api::ActionTrail | Api::ActionTrail2017 => crate::trail_coverage::listed_of(api),
            _ => crate::identity_coverage::listed_of(api),
        };
        for action in api.served().filter(|action| *action != "DescribeRegions") {
            let estate = Estate::new().await;
            estate.call(api, action).await;
            let record = record_of(&estate.kms, action).await;
            let listed = |name: &str| operations[action].contains_key(&crate::coverage::listed(name));
            check(action, &listed, &record);
        }
    }
    assert!(told > 150, "{told}");
}

/// The context is the one thing of the data's owner that stands in full.
#[tokio::test]
async fn the_context_is_told_as_text() {
    let scene = Scene::new().await;
    scene.call("Encrypt").await.ok();
    let record = record_of(&scene.kms, "Encrypt").await;
    let event = projected(&record);
    let told = event["requestParameters"]["EncryptionContext"].as_str().unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(told).unwrap(),
        serde_json::from_str::<Value>(CONTEXT).unwrap()
    );
}
