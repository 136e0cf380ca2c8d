use claviger_audit::view::Entry;

use super::*;

/// A record with some members replaced; null takes one away.
fn shown(changes: &Value) -> Value {
    let mut record = json!({
        "kind": "call",
        "id": "0B30658A-ED1A-4922-B8F7-A673CA9C2D2A",
        "time": "2026-11-22T08:00:00.456Z",
        "dialect": "alibaba",
        "api": "kms",
        "action": "CreateKey",
        "writes": true,
        "account": "1234567890123456",
        "region": "cn-hangzhou",
        "caller": {"type": "root", "access_key": "LTAI5tExample"},
        "source": {"address": "10.0.0.7", "agent": "sdk", "host": "kms.example.com", "tls": true},
        "request": {"spec": "AES_256"},
        "outcome": "served",
        "response": {"key": "8a1d2c3e-0000-4000-8000-000000000001"},
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => record.as_object_mut().unwrap().remove(name),
            value => record
                .as_object_mut()
                .unwrap()
                .insert(name.clone(), value.clone()),
        };
    }
    // A record begins with its kind.
    record.as_object_mut().unwrap().remove("kind");
    let text = format!("{{\"kind\":\"call\",{}", &record.to_string()[1..]);
    let Entry::Call(event) = Entry::parse(text.as_bytes()).unwrap() else {
        panic!("{text}")
    };
    trace(&event)
}

#[test]
fn a_served_call_has_every_member_of_a_trace() {
    assert_eq!(
        shown(&json!({})),
        json!({
            "trace_id": "0b30658a-ed1a-4922-b8f7-a673ca9c2d2a",
            "trace_name": "createKey",
            "trace_type": "ApiCall",
            "trace_rating": "normal",
            "service_type": "KMS",
            "resource_type": "cmk",
            "resource_id": "8a1d2c3e-0000-4000-8000-000000000001",
            "source_ip": "10.0.0.7",
            "user": {
                "id": "1234567890123456",
                "name": "root",
                "domain": {"id": "1234567890123456"},
                "account_id": "1234567890123456",
                "access_key_id": "LTAI5tExample",
            },
            "request": "{\"spec\":\"AES_256\"}",
            "response": "{\"key\":\"8a1d2c3e-0000-4000-8000-000000000001\"}",
            "code": "200",
            "api_version": "v1.0",
            "time": 1_795_334_400_456_u64,
            "record_time": 1_795_334_400_456_u64,
            "request_id": "0B30658A-ED1A-4922-B8F7-A673CA9C2D2A",
            "endpoint": "kms.example.com",
            "read_only": false,
            "tracker_name": "system",
        })
    );
}

#[test]
fn operations_have_the_names_of_the_vendors_table() {
    let cases = [
        ("CreateKey", "createKey"),
        ("GenerateDataKey", "createDataKey"),
        ("GenerateDataKeyWithoutPlaintext", "createDataKeyWithoutPlaintext"),
        ("EnableKey", "enableKey"),
        ("DisableKey", "disableKey"),
        ("ScheduleKeyDeletion", "scheduleKeyDeletion"),
        ("CancelKeyDeletion", "cancelKeyDeletion"),
        ("UpdateKeyDescription", "updateKeyDescription"),
        ("ImportKeyMaterial", "importKeyMaterial"),
        ("DeleteKeyMaterial", "deleteImportedKeyMaterial"),
        ("Encrypt", "encryptData"),
        ("Decrypt", "decryptData"),
        ("TagResource", "createKeyTag"),
        ("UntagResource", "deleteKeyTag"),
        ("TagResources", "batchCreateKeyTags"),
        ("UntagResources", "batchDeleteKeyTags"),
        ("AsymmetricSign", "sign"),
        ("ListKeys", "listKeys"),
    ];
    for (action, name) in cases {
        assert_eq!(shown(&json!({ "action": action }))["trace_name"], name);
    }
    let long = "X".repeat(200);
    let name = shown(&json!({ "action": long }))["trace_name"].clone();
    assert_eq!(name.as_str().unwrap().len(), 64);
    for (rotates, name) in [(true, "enableKeyRotation"), (false, "disableKeyRotation")] {
        let call = json!({"action": "UpdateRotationPolicy", "request": {"key": "k", "rotates": rotates}});
        assert_eq!(shown(&call)["trace_name"], name);
    }
}

#[test]
fn refusals_are_warnings_and_faults_are_incidents() {
    let cases = [
        ("refused", "denied", "NoPermission", "403", "warning"),
        (
            "refused",
            "key_not_found",
            "Forbidden.KeyNotFound",
            "404",
            "warning",
        ),
        ("refused", "throttled", "Rejected.Throttling", "429", "warning"),
        ("refused", "state", "Rejected.Disabled", "400", "warning"),
        (
            "failed",
            "unavailable",
            "ServiceUnavailableTemporary",
            "503",
            "incident",
        ),
        ("failed", "internal", "InternalFailure", "500", "incident"),
    ];
    for (outcome, code, wire, status, rating) in cases {
        let error = json!({"code": code, "wire": wire});
        let shown = shown(&json!({"outcome": outcome, "error": error, "response": null}));
        assert_eq!(shown["code"], status, "{code}");
        assert_eq!(shown["trace_rating"], rating, "{code}");
        assert_eq!(shown["message"], wire);
        assert_eq!(shown["location_info"], code);
        assert!(shown.get("response").is_none());
    }
}

#[test]
fn an_alias_names_its_key() {
    let call = json!({"action": "Encrypt", "writes": false, "request": {"alias": "alias/demo"}});
    let shown = shown(&call);
    assert_eq!(shown["resource_id"], "8a1d2c3e-0000-4000-8000-000000000001");
    assert_eq!(shown["resource_name"], "demo");
    assert_eq!(shown["resource_type"], "cmk");
    assert_eq!(shown["read_only"], true);
}

#[test]
fn callers_are_told_by_id_and_name() {
    let cases = [
        (
            json!({"type": "user", "user": "anna", "user_id": "200000000000000001"}),
            ["200000000000000001", "anna"],
        ),
        (
            json!({"type": "session", "role": "ops", "role_id": "300000000000000001", "session": "anna",
                   "began": "2026-11-22T07:00:00.000Z"}),
            ["300000000000000001", "ops:anna"],
        ),
        (json!({"type": "service", "service": "oss"}), ["oss", "oss"]),
    ];
    for (caller, [id, name]) in cases {
        let shown = shown(&json!({ "caller": caller }));
        assert_eq!(shown["user"]["id"], id);
        assert_eq!(shown["user"]["name"], name);
        assert_eq!(shown["user"]["domain"]["id"], "1234567890123456");
        assert!(shown["user"].get("access_key_id").is_none());
    }
    let system = shown(&json!({"action": "RotateKey", "caller": {"type": "system"}}));
    assert_eq!(system["trace_type"], "SystemAction");
    assert_eq!(system["trace_name"], "rotateKey");
}

#[test]
fn identities_belong_to_another_service() {
    let call = json!({"api": "ram", "action": "CreateGroup", "request": {"group": "dev"}, "response": {}});
    let shown = shown(&call);
    assert_eq!(shown["service_type"], "IAM");
    assert_eq!(shown["resource_type"], "userGroup");
    assert_eq!(shown["resource_id"], "dev");
    assert_eq!(shown["resource_name"], "dev");
}
