//! The query of traces, over calls that were made through the door before.

use claviger_model::{Clock as _, IdentityHex, SignedDuration};
use claviger_testkit::{Client, REGION, World};
use serde_json::{Value, json};

use crate::kms::{Answer, Draft, Kms, PROJECT};

const NO_ID: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";

/// A query of a caller in a project of its own.
async fn ask(kms: &Kms, caller: &Client, project: &str, query: &str) -> Answer {
    let draft = Draft::new("GET", &format!("/v3/{project}/traces?{query}"), "");
    kms.send(&draft.sign(caller, &kms.time())).await
}

/// A query of the first caller. `query` is what comes behind the type.
pub(crate) async fn query(kms: &Kms, query: &str) -> Value {
    let root = kms.world.root();
    ask(kms, root, PROJECT, &format!("trace_type=system{query}"))
        .await
        .ok()
}

/// The names of the traces of an answer, checked for their count.
pub(crate) fn names(answer: &Value) -> Vec<&str> {
    let traces = answer["traces"].as_array().unwrap();
    assert_eq!(answer["meta_data"]["count"], traces.len());
    traces
        .iter()
        .map(|trace| trace["trace_name"].as_str().unwrap())
        .collect()
}

/// Three keys of the first caller, of which the last is refused, and an encryption under the second; a second apart.
async fn three_keys() -> (Kms, [String; 2]) {
    let kms = Kms::new().await;
    let second = SignedDuration::from_secs(1);
    let first = kms.create_key("first").await;
    kms.world.settle().await;
    kms.world.advance(second);
    let other = kms.create_key("other").await;
    kms.world.settle().await;
    kms.world.advance(second);
    kms.call("create-key", r#"{"key_alias":"other"}"#)
        .await
        .kms("KMS.1104");
    kms.world.advance(second);
    let body = format!(r#"{{"key_id":"{other}","plain_text":"needle"}}"#);
    kms.call("encrypt-data", &body).await.ok();
    // Queries are no traces.
    kms.call("describe-key", &format!(r#"{{"key_id":"{other}"}}"#))
        .await
        .ok();
    kms.world.advance(second);
    (kms, [first, other])
}

#[tokio::test]
async fn a_trace_is_shown_with_what_its_record_and_its_key_tell() {
    let kms = Kms::new().await;
    let made = kms.call("create-key", r#"{"key_alias":"demo"}"#).await;
    let key = made.ok()["key_info"]["key_id"].as_str().unwrap().to_owned();
    let root = kms.world.root();
    let (account, access_key) = (root.account(), root.access_key_id());
    let domain = kms.domain(account).await;
    let (name, time) = (
        format!("account of {access_key}"),
        kms.world.now().as_millisecond(),
    );
    let user = IdentityHex { account, number: 0 }.to_string();
    let answer = query(&kms, "").await;
    let request = answer["traces"][0]["request"].as_str().unwrap();
    let request: Value = serde_json::from_str(request).unwrap();
    assert_eq!(
        (&request["key_alias"], &request["key_spec"]),
        (&"demo".into(), &"AES_256".into())
    );
    let mut expected = json!({
        "meta_data": {"count": 1, "marker": null},
        "traces": [{
            "trace_id": answer["traces"][0]["trace_id"],
            "trace_name": "createKey",
            "trace_type": "ApiCall",
            "trace_rating": "normal",
            "service_type": "KMS",
            "resource_type": "cmk",
            "resource_id": key,
            "resource_name": "demo",
            "source_ip": "192.0.2.7",
            "user": {
                "id": user,
                "name": name,
                "user_name": name,
                "domain": {"id": domain, "name": name},
                "account_id": domain,
                "access_key_id": access_key,
                "type": "User",
                "principal_id": user,
                "principal_urn": format!("iam::{domain}:user:{name}"),
                "principal_is_root_user": "true",
            },
            "code": "200",
            "api_version": "v1.0",
            "time": time,
            "record_time": time,
            "request_id": made.id,
            "endpoint": claviger_testkit::HOST,
            "operation_id": "create-key",
            "read_only": false,
            "tracker_name": "system",
        }],
    });
    for member in ["request", "response"] {
        expected["traces"][0][member] = answer["traces"][0][member].clone();
    }
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn the_newest_comes_first_and_pages_lead_to_the_end() {
    let (kms, _) = three_keys().await;
    let all = query(&kms, "").await;
    let expected = ["encryptData", "createKey", "createKey", "createKey"];
    assert_eq!(
        (names(&all), &all["meta_data"]["marker"]),
        (expected.into(), &Value::Null)
    );
    let mut found = Vec::new();
    let mut next = String::new();
    loop {
        let page = query(&kms, &format!("&limit=3{next}")).await;
        found.extend(page["traces"].as_array().unwrap().clone());
        let Some(marker) = page["meta_data"]["marker"].as_str() else {
            break;
        };
        next = format!("&next={marker}");
        // The hour that the question is about does not move while somebody reads it.
        kms.world.advance(SignedDuration::from_mins(59));
    }
    assert_eq!(Some(&found), all["traces"].as_array());
}

#[tokio::test]
async fn the_last_hour_is_meant_unless_both_times_are_there() {
    let (kms, _) = three_keys().await;
    let begun = kms.world.clock().now().as_millisecond();
    kms.world
        .advance(SignedDuration::from_mins(60) - SignedDuration::from_secs(2));
    // Two seconds before that moment the third key was refused, and one second before it something was encrypted.
    let lately = query(&kms, "").await;
    assert_eq!(names(&lately), ["encryptData", "createKey"]);
    kms.world.advance(SignedDuration::from_hours(24 * 30));
    assert_eq!(names(&query(&kms, "").await), [""; 0]);
    let times = |from: i64, to: i64| format!("&from={}&to={}", begun - from, begun - to);
    assert_eq!(
        names(&query(&kms, &times(4000, 3000)).await),
        ["createKey", "createKey"]
    );
    assert_eq!(names(&query(&kms, &times(1000, 1000)).await), ["encryptData"]);
    assert_eq!(names(&query(&kms, &times(999, 0)).await), [""; 0]);
}

#[tokio::test]
async fn every_parameter_chooses() {
    let (kms, [first, other]) = three_keys().await;
    let root = kms.world.root();
    let domain = format!("account%20of%20{}", root.access_key_id());
    let user = IdentityHex {
        account: root.account(),
        number: 0,
    };
    let all = ["encryptData", "createKey", "createKey", "createKey"].as_slice();
    let rows: [(&str, &[&str]); 26] = [
        ("trace_name=createKey", &["createKey"; 3]),
        ("trace_name=describeKey", &[]),
        ("trace_rating=warning", &["createKey"]),
        ("trace_rating=incident", &[]),
        ("service_type=KMS", all),
        ("service_type=IAM", &[]),
        ("resource_type=cmk", all),
        ("resource_type=rng", &[]),
        (&format!("resource_id={other}"), &["encryptData", "createKey"]),
        (&format!("resource_id={first}&trace_name=encryptData"), &[]),
        ("resource_name=other", &["encryptData", "createKey"]),
        ("resource_name=fir", &[]),
        ("resource_name=first", &["createKey"]),
        (&format!("user={domain}"), all),
        (&format!("user={user}"), all),
        ("user=anna", &[]),
        (&format!("access_key_id={}", root.access_key_id()), all),
        ("access_key_id=LTAInobody", &[]),
        (
            "tracker_name=system&tracker_type=system&enterprise_project_id=0",
            all,
        ),
        ("tracker_name=mine", &[]),
        ("tracker_type=data", &[]),
        (&format!("enterprise_project_id={NO_ID}"), &[]),
        ("trace_name=&user=&next=&limit=", all),
        ("unknown=1", all),
        ("limit=200", all),
        ("limit=1", &["encryptData"]),
    ];
    for (parameters, expected) in rows {
        let answer = query(&kms, &format!("&{parameters}")).await;
        assert_eq!(names(&answer), expected, "{parameters}");
    }
    let data = ask(&kms, root, PROJECT, "trace_type=data").await.ok();
    assert_eq!(names(&data), [""; 0]);
}

#[tokio::test]
async fn one_trace_is_found_whenever_it_was() {
    let kms = Kms::new().await;
    let made = kms.call("create-key", r#"{"key_alias":"demo"}"#).await;
    kms.world.advance(SignedDuration::from_hours(24 * 400));
    let others = "&trace_name=encryptData&from=1&to=2&user=nobody";
    let by_request = query(&kms, &format!("&trace_id={}{others}", made.id)).await;
    assert_eq!(names(&by_request), ["createKey"]);
    let id = by_request["traces"][0]["trace_id"].as_str().unwrap();
    assert_ne!(id, made.id);
    for id in [id, &id.to_ascii_uppercase()] {
        let answer = query(&kms, &format!("&trace_id={id}&limit=1{others}")).await;
        assert_eq!(answer, by_request);
    }
    let other = format!("{}0", &id[..35]);
    let other = if other == id {
        format!("{}1", &id[..35])
    } else {
        other
    };
    assert_eq!(names(&query(&kms, &format!("&trace_id={other}")).await), [""; 0]);
    assert_eq!(names(&query(&kms, &format!("&trace_id={NO_ID}")).await), [""; 0]);
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_in_the_words_of_the_trace_service() {
    let kms = Kms::new().await;
    let long = format!("user={}", "x".repeat(513));
    for parameters in [
        "",
        "trace_type=all",
        "trace_type=system&limit=0",
        "trace_type=system&limit=201",
        "trace_type=system&limit=x",
        "trace_type=system&from=1",
        "trace_type=system&to=1",
        "trace_type=system&from=2&to=1",
        "trace_type=system&from=-1&to=1",
        "trace_type=system&from=1&to=99999999999999999",
        "trace_type=system&trace_rating=good",
        "trace_type=system&next=e001ccb9-bc09-11e6-b2cc-2640a43cc6e8",
        &format!("trace_type=system&{long}"),
    ] {
        let answer = ask(&kms, kms.world.root(), PROJECT, parameters).await;
        answer.refused(400, "CTS.0003");
        assert!(answer.json()["error_msg"].is_string(), "{answer:?}");
    }
    let other = ask(
        &kms,
        kms.world.root(),
        "ffffffffffffffffffffffffffffffff",
        "trace_type=system",
    )
    .await;
    other.refused(403, "CTS.0013");
    kms.world.index().fail();
    let silent = ask(&kms, kms.world.root(), PROJECT, "trace_type=system").await;
    silent.refused(503, "CTS.0300");
}

#[tokio::test]
async fn each_project_has_its_own_traces() {
    let builder = World::build().caller("LTAIfirst", "first-secret");
    let kms = Kms::over(builder.caller("LTAIother", "other-secret").region("eu-west-1")).await;
    kms.create_key("mine").await;
    let neighbour = kms.world.caller(1);
    let theirs = kms.project(neighbour, REGION).await;
    let body = r#"{"key_alias":"theirs"}"#;
    let draft = Draft::new("POST", &format!("/v1.0/{theirs}/kms/create-key"), body);
    let made = kms.send(&draft.sign(neighbour, &kms.time())).await;
    let trace = |answer: &Value| answer["traces"][0]["resource_name"].clone();
    let found = ask(&kms, neighbour, &theirs, "trace_type=system").await.ok();
    assert_eq!((names(&found).len(), trace(&found)), (1, "theirs".into()));
    let found = query(&kms, "").await;
    assert_eq!((names(&found).len(), trace(&found)), (1, "mine".into()));
    for parameters in [format!("&trace_id={}", made.id), "&resource_name=theirs".into()] {
        assert_eq!(names(&query(&kms, &parameters).await), [""; 0]);
    }
    // The same account in another region.
    let elsewhere = kms.project(kms.world.root(), "eu-west-1").await;
    let found = ask(&kms, kms.world.root(), &elsewhere, "trace_type=system")
        .await
        .ok();
    assert_eq!(names(&found), [""; 0]);
}

#[tokio::test]
async fn who_has_no_right_sees_nothing_and_each_query_is_recorded() {
    let kms = Kms::new().await;
    let account = kms.world.root().account();
    let nobody = kms.world.add_user(account, "nobody", &[]).await;
    let auditor = kms
        .world
        .add_user(account, "auditor", &["CTS-Administrator"])
        .await;
    let parameters = "trace_type=system&user=needle";
    ask(&kms, &nobody, PROJECT, parameters)
        .await
        .refused(403, "CTS.0013");
    ask(&kms, &auditor, PROJECT, parameters).await.ok();
    ask(&kms, &auditor, PROJECT, "user=needle")
        .await
        .refused(400, "CTS.0003");
    let records = kms.world.audited_calls().await;
    let rows: Vec<_> = records
        .iter()
        .map(|record| {
            assert_eq!(
                (&record["api"], &record["operation"]),
                (&"cts".into(), &"list-traces".into())
            );
            assert!(!record.to_string().contains("needle"), "{record}");
            [&record["action"], &record["outcome"], &record["error"]["wire"]].map(Value::clone)
        })
        .collect();
    let row = |outcome: &str, wire: Value| ["LookupEvents".into(), outcome.into(), wire];
    assert_eq!(
        rows,
        [
            row("refused", "CTS.0013".into()),
            row("served", Value::Null),
            row("refused", "CTS.0003".into()),
        ]
    );
}

/// They are in no record.
#[tokio::test]
async fn keys_of_services_are_called_by_their_service() {
    let kms = Kms::new().await;
    let body = r#"{"key_id":"obs/default","plain_text":"x"}"#;
    let key = kms.call("encrypt-data", body).await.ok()["key_id"].clone();
    for parameters in [
        "&trace_name=encryptData",
        "&trace_name=encryptData&resource_name=obs/default",
    ] {
        let answer = query(&kms, parameters).await;
        assert_eq!(names(&answer), ["encryptData"]);
        let trace = &answer["traces"][0];
        assert_eq!(
            (&trace["resource_id"], &trace["resource_name"]),
            (&key, &"obs/default".into())
        );
    }
    assert_eq!(names(&query(&kms, "&resource_name=evs/default").await), [""; 0]);
}

#[tokio::test]
async fn older_versions_name_the_tracker_in_the_path() {
    let (kms, _) = three_keys().await;
    let at = async |path: &str| {
        let answer = kms.draft(Draft::new("GET", path, "")).await;
        answer.ok()
    };
    let whole = query(&kms, "&limit=1").await;
    let found = at(&format!("/v2.0/{PROJECT}/system/trace?limit=1")).await;
    assert_eq!(found, whole);
    let found = at(&format!("/v1.0/{PROJECT}/system/trace?limit=1")).await;
    let user = found["traces"][0]["user"].as_str().unwrap();
    let user: Value = serde_json::from_str(user).unwrap();
    assert_eq!(user, whole["traces"][0]["user"]);
    for version in ["v1.0", "v2.0"] {
        let found = at(&format!("/{version}/{PROJECT}/mine/trace")).await;
        assert_eq!(names(&found), [""; 0]);
    }
}

#[tokio::test]
async fn there_is_one_tracker_and_nobody_changes_it() {
    let kms = Kms::new().await;
    let path = format!("/v3/{PROJECT}/trackers");
    let list = async |query: &str| {
        let answer = kms.draft(Draft::new("GET", &format!("{path}{query}"), "")).await;
        answer.ok()["trackers"].clone()
    };
    let domain = kms.domain(kms.world.root().account()).await;
    let expected = json!([{
        "id": PROJECT, "tracker_name": "system", "tracker_type": "system", "status": "enabled",
        "domain_id": domain, "project_id": PROJECT,
        "is_support_validate": false, "is_support_trace_files_encryption": false,
    }]);
    assert_eq!(list("").await, expected);
    assert_eq!(list("?tracker_name=system&tracker_type=system").await, expected);
    assert_eq!(list("?tracker_type=data").await, json!([]));
    for (method, path) in [
        ("POST", format!("/v3/{PROJECT}/tracker")),
        ("PUT", format!("/v3/{PROJECT}/tracker")),
        ("DELETE", path.clone()),
    ] {
        let answer = kms.draft(Draft::new(method, &path, "")).await;
        answer.refused(403, "CTS.0013");
    }
    let records = kms.world.audited_calls().await;
    let refused: Vec<_> = records
        .iter()
        .filter(|record| record["outcome"] == "refused")
        .map(|record| record["action"].as_str().unwrap())
        .collect();
    assert_eq!(refused, ["create-tracker", "update-tracker", "delete-tracker"]);
}
