//! Policies of keys: what is taken and what is shown.

use serde_json::{Value, json};

use crate::kms::Kms;
use crate::scene::{POLICY, Scene};

async fn shown(kms: &Kms, key: &str) -> String {
    let shown = kms.call("GetKeyPolicy", &[("KeyId", key)]).await.ok();
    shown["Policy"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_without_a_policy_shows_the_default_one() {
    let kms = Kms::with_neighbour().await;
    let key = kms.create_key().await;
    let account = kms.world.root().account();
    let expected = json!({
        "Version": "1",
        "Statement": [{
            "Sid": "kms default key policy",
            "Effect": "Allow",
            "Principal": {"RAM": [format!("acs:ram::{account}:*")]},
            "Action": ["kms:*"],
            "Resource": ["*"],
        }],
    });
    let text = shown(&kms, &key).await;
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    // What is shown can be set.
    kms.call("SetKeyPolicy", &[("KeyId", &key), ("Policy", &text)])
        .await
        .ok();
    assert_eq!(shown(&kms, &key).await, text);
}

#[tokio::test]
async fn a_policy_is_shown_as_it_was_set() {
    let kms = Kms::new().await;
    let made = kms.call("CreateKey", &[("Policy", POLICY)]).await.ok();
    let key = made["KeyMetadata"]["KeyId"].as_str().unwrap();
    assert_eq!(shown(&kms, key).await, POLICY);
    let spaced = POLICY.replace(':', " :  ").replace(
        "acs :  ram :   :  1234567890123456 :  root",
        "acs:ram::1234567890123456:user/\u{e9}",
    );
    let spaced = spaced.replace("kms :  *", "kms:*");
    kms.call("SetKeyPolicy", &[("KeyId", key), ("Policy", &spaced)])
        .await
        .ok();
    assert_eq!(shown(&kms, key).await, spaced);
    let other = [("KeyId", key), ("Policy", POLICY), ("PolicyName", "other")];
    for action in ["SetKeyPolicy", "GetKeyPolicy"] {
        kms.call(action, &other).await.refused(400, "InvalidParameter");
    }
}

/// The statement of [`POLICY`] with another value for one element; null takes it away.
fn with(element: &str, value: Value) -> String {
    let mut policy: Value = serde_json::from_str(POLICY).unwrap();
    let statement = policy["Statement"][0].as_object_mut().unwrap();
    if value.is_null() {
        statement.remove(element);
    } else {
        statement.insert(element.into(), value);
    }
    policy.to_string()
}

#[tokio::test]
async fn elements_of_a_policy_are_checked() {
    let scene = Scene::of("SetKeyPolicy").await;
    let set = async |policy: &str| {
        let parameters = [("KeyId", &*scene.key), ("Policy", policy)];
        scene.kms.call("SetKeyPolicy", &parameters).await
    };
    let users = json!({"RAM": ["acs:ram::1234567890123456:user/a", "acs:ram::1234567890123456:role/b"]});
    let condition =
        json!({"IpAddress": {"acs:SourceIp": ["10.0.0.0/8"]}, "Bool": {"acs:SecureTransport": "true"}});
    for right in [
        with("Sid", Value::Null),
        with("Sid", "x".repeat(128).into()),
        with("Effect", "Deny".into()),
        with("Principal", users),
        with("Action", "kms:Encrypt".into()),
        with("Action", json!(["kms:Encrypt", "kms:List*"])),
        with("Resource", json!(["*"])),
        with("Condition", condition),
    ] {
        set(&right).await.ok();
    }
    for wrong in [
        "x".to_owned(),
        "[]".into(),
        "\"text\"".into(),
        POLICY.replace("\"1\"", "\"2\""),
        POLICY.replace("\"1\"", "1"),
        POLICY.replace("\"Version\":\"1\",", ""),
        POLICY.replace("\"Version\":\"1\",", "\"Version\":\"1\",\"Version\":\"1\","),
        POLICY.replace("\"Version\":\"1\",", "\"Version\":\"1\",\"Id\":\"1\","),
        r#"{"Version":"1","Statement":[]}"#.into(),
        with("Sid", "x".repeat(129).into()),
        with("Sid", "<b>".into()),
        with("Effect", "allow".into()),
        with("Effect", Value::Null),
        with("Principal", Value::Null),
        with("Principal", "*".into()),
        with("Principal", json!({"RAM": []})),
        with("Principal", json!({"RAM": "*"})),
        with("Principal", json!({"RAM": "acs:ram::12:root"})),
        with("Principal", json!({"RAM": "acs:ram::1234567890123456:group/x"})),
        with("Principal", json!({"RAM": "acs:ram::1234567890123456:user/"})),
        with(
            "Principal",
            json!({"RAM": "acs:ram::1234567890123456:root", "Service": "x"}),
        ),
        with("Action", json!([])),
        with("Action", "*".into()),
        with("Action", "kms:".into()),
        with("Action", json!(["kms:Encrypt", "ecs:RunInstances"])),
        with("Action", Value::Null),
        with("Resource", "acs:kms:*:*:key/x".into()),
        with("Resource", Value::Null),
        with("NotAction", "kms:Encrypt".into()),
        with("NotPrincipal", "x".into()),
        with("Condition", "x".into()),
        with("Condition", json!({"Bool": "true"})),
        with("Condition", json!({"Bool": {"acs:SecureTransport": true}})),
        with("Sid", "é".into()),
        POLICY.replace(
            "{\"Sid\"",
            "{\"Condition\":{\"Bool\":{\"a\":\"b\"},\"Bool\":{\"a\":\"c\"}},\"Sid\"",
        ),
    ] {
        let message = set(&wrong).await.refused(400, "InvalidParameter");
        let first = "The specified parameter Policy is not valid.";
        assert!(message.starts_with(first), "{wrong}: {message}");
        assert!(message.len() > first.len(), "the place of the fault: {message}");
        let made = scene.kms.call("CreateKey", &[("Policy", &wrong)]).await;
        made.refused(400, "InvalidParameter");
    }
}

#[tokio::test]
async fn a_policy_has_at_most_32768_bytes() {
    let scene = Scene::of("SetKeyPolicy").await;
    let padded = |length: usize| POLICY.to_owned() + &" ".repeat(length - POLICY.len());
    let (fits, too_long) = (padded(32768), padded(32769));
    let set = |policy| [("KeyId", &*scene.key), ("Policy", policy)];
    scene.kms.call("SetKeyPolicy", &set(&fits)).await.ok();
    scene
        .kms
        .call("SetKeyPolicy", &set(&too_long))
        .await
        .refused(400, "InvalidParameter");
    assert_eq!(shown(&scene.kms, &scene.key).await, fits);
}
