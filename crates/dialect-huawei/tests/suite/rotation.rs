//! Keys that rotate, by plan and by hand.

use claviger_model::SignedDuration;
use serde_json::{Value, json};

use crate::kms::Kms;

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn status(kms: &Kms, key: &str) -> Value {
    kms.asks("get-key-rotation-status", json!({"key_id": key}))
        .await
        .ok()
}

async fn done(kms: &Kms, call: &str, body: Value) {
    assert_eq!(kms.asks(call, body).await.text, "{}");
}

#[tokio::test]
async fn rotation_is_off_until_it_is_enabled_and_then_by_years_unless_told_otherwise() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let named = json!({"key_id": key});
    assert_eq!(
        status(&kms, &key).await,
        json!({"key_rotation_enabled": false, "number_of_rotations": 0})
    );
    for call in ["disable-key-rotation", "update-key-rotation-interval"] {
        let body = json!({"key_id": key, "rotation_interval": 30});
        kms.asks(call, body).await.kms("KMS.0313");
    }
    done(&kms, "enable-key-rotation", named.clone()).await;
    kms.asks("enable-key-rotation", named.clone())
        .await
        .kms("KMS.2901");
    assert_eq!(
        status(&kms, &key).await,
        json!({"key_rotation_enabled": true, "rotation_interval": 365, "number_of_rotations": 0})
    );
    assert_eq!(kms.shown(&key).await["key_rotation_enabled"], "true");
    for days in [json!(30), json!("365"), json!(40)] {
        let body = json!({"key_id": key, "rotation_interval": days});
        done(&kms, "update-key-rotation-interval", body).await;
    }
    for days in [json!(29), json!(366), json!(30.5), json!("x"), json!(-30)] {
        let body = json!({"key_id": key, "rotation_interval": days});
        kms.asks("update-key-rotation-interval", body)
            .await
            .kms("KMS.3001");
    }
    done(&kms, "disable-key-rotation", named.clone()).await;
    kms.asks("disable-key-rotation", named.clone())
        .await
        .kms("KMS.0313");
    assert_eq!(kms.shown(&key).await["key_rotation_enabled"], "false");
    // What was set last counts again.
    assert_eq!(status(&kms, &key).await["rotation_interval"], 40);
    done(&kms, "enable-key-rotation", named).await;
    assert_eq!(status(&kms, &key).await["rotation_interval"], 40);
}

#[tokio::test]
async fn a_new_period_begins_when_rotation_is_enabled_and_when_the_interval_changes() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    kms.world.advance(100 * DAY);
    done(&kms, "enable-key-rotation", json!({"key_id": key})).await;
    let body = json!({"key_id": key, "rotation_interval": 30});
    done(&kms, "update-key-rotation-interval", body.clone()).await;
    kms.world.advance(29 * DAY);
    done(&kms, "update-key-rotation-interval", body).await;
    kms.world.advance(29 * DAY);
    kms.world.run_jobs().await;
    assert_eq!(status(&kms, &key).await["number_of_rotations"], 0);
    kms.world.advance(DAY);
    kms.world.run_jobs().await;
    let turned = status(&kms, &key).await;
    assert_eq!(turned["number_of_rotations"], 1);
    assert_eq!(
        turned["last_rotation_time"],
        kms.world.now().as_millisecond().to_string()
    );
    // Out of use it does not rotate; in use again it does at once.
    kms.bring(&key, '3').await;
    kms.world.advance(31 * DAY);
    kms.world.run_jobs().await;
    assert_eq!(status(&kms, &key).await["number_of_rotations"], 1);
    kms.asks("enable-key", json!({"key_id": key})).await.ok();
    kms.world.run_jobs().await;
    assert_eq!(status(&kms, &key).await["number_of_rotations"], 2);
}

#[tokio::test]
async fn a_key_rotates_on_demand_whether_or_not_it_does_by_itself() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    for count in 1..3 {
        kms.world.advance(DAY);
        let answer = kms.asks("rotate-on-demand", json!({"key_id": key})).await;
        assert_eq!(answer.text, format!(r#"{{"key_id":"{key}"}}"#));
        let turned = status(&kms, &key).await;
        assert_eq!(turned["number_of_rotations"], count);
        assert_eq!(
            turned["last_rotation_time"],
            kms.world.now().as_millisecond().to_string()
        );
    }
}

/// Origin first, then the kind of key; the state does not matter.
#[tokio::test]
async fn kinds_of_keys_that_do_not_rotate_are_told_apart() {
    let kms = Kms::new().await;
    for (members, code) in [
        (json!({"key_alias": "a", "origin": "external"}), "KMS.0312"),
        (
            json!({"key_alias": "b", "origin": "external", "key_spec": "RSA_2048"}),
            "KMS.0312",
        ),
        (json!({"key_alias": "c", "key_spec": "RSA_2048"}), "KMS.0324"),
        (json!({"key_alias": "d", "key_spec": "EC_P256"}), "KMS.0325"),
        (json!({"key_alias": "e", "key_spec": "HMAC_256"}), "KMS.0341"),
    ] {
        let key = kms.make(members).await;
        let calls = [
            "enable-key-rotation",
            "disable-key-rotation",
            "update-key-rotation-interval",
            "get-key-rotation-status",
            "rotate-on-demand",
        ];
        for call in calls {
            let body = json!({"key_id": key, "rotation_interval": 30});
            kms.asks(call, body).await.kms(code);
        }
        kms.bring(&key, '4').await;
        for call in calls {
            let body = json!({"key_id": key, "rotation_interval": 30});
            kms.asks(call, body).await.kms(code);
        }
    }
}
