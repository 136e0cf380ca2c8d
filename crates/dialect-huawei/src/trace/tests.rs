use claviger_audit::view::Entry;
use serde_json::json;

use super::*;

/// The trace of a record with some members replaced; null takes one away.
fn shown(changes: &Value) -> Value {
    shown_with(changes, &Facts::default())
}

fn shown_with(changes: &Value, facts: &Facts<'_>) -> Value {
    trace_with(&event(&record(changes)), facts)
}

pub(super) fn event(record: &str) -> Event<'_> {
    let Entry::Call(event) = Entry::parse(record.as_bytes()).unwrap() else {
        panic!("{record}")
    };
    *event
}

pub(super) fn record(changes: &Value) -> String {
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
        "request": {"spec": "Aes256"},
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
    format!("{{\"kind\":\"call\",{}", &record.to_string()[1..])
}

const TRACE_ID: &str = "01a20244-e9c8-87de-9a37-329361e192b6";
const KEY: &str = "8a1d2c3e-0000-4000-8000-000000000001";
/// The root of the account 1234567890123456, and the number of that account.
const ROOT_ID: &str = "000462d53c8abac00000000000000000";
const FACTS: Facts<'_> = Facts {
    domain: Some(Domain {
        id: "0123456789abcdef0123456789abcdef",
        name: "acme",
    }),
    title: Some("demo"),
    identity: None,
};

#[test]
fn a_served_call_has_every_member_of_a_trace() {
    assert_eq!(
        shown(&json!({})),
        json!({
            "trace_id": TRACE_ID,
            "trace_name": "createKey",
            "trace_type": "ApiCall",
            "trace_rating": "normal",
            "service_type": "KMS",
            "resource_type": "cmk",
            "resource_id": "8a1d2c3e-0000-4000-8000-000000000001",
            "source_ip": "10.0.0.7",
            "user": {
                "id": ROOT_ID,
                "name": "root",
                "user_name": "root",
                "domain": {"id": "1234567890123456"},
                "account_id": "1234567890123456",
                "access_key_id": "LTAI5tExample",
                "type": "User",
                "principal_id": ROOT_ID,
                "principal_urn": "iam::1234567890123456:user:root",
                "principal_is_root_user": "true",
            },
            "request": "{\"key_spec\":\"AES_256\"}",
            "response": "{\"key_id\":\"8a1d2c3e-0000-4000-8000-000000000001\"}",
            "code": "200",
            "api_version": "v1.0",
            "time": 1_795_334_400_456_u64,
            "record_time": 1_795_334_400_456_u64,
            "request_id": "0B30658A-ED1A-4922-B8F7-A673CA9C2D2A",
            "endpoint": "kms.example.com",
            "operation_id": "CreateKey",
            "read_only": false,
            "tracker_name": "system",
        })
    );
}

#[test]
fn what_is_known_besides_the_record_is_shown() {
    let plain = shown(&json!({}));
    let mut expected = plain.clone();
    expected["resource_name"] = "demo".into();
    expected["user"]["name"] = "acme".into();
    expected["user"]["user_name"] = "acme".into();
    expected["user"]["account_id"] = "0123456789abcdef0123456789abcdef".into();
    expected["user"]["domain"] = json!({"id": "0123456789abcdef0123456789abcdef", "name": "acme"});
    expected["user"]["principal_urn"] = "iam::0123456789abcdef0123456789abcdef:user:acme".into();
    assert_eq!(shown_with(&json!({}), &FACTS), expected);
}

#[test]
fn the_key_whose_name_is_shown_is_that_of_the_resource() {
    assert_eq!(shown(&json!({}))["resource_id"], KEY);
    let served = record(&json!({}));
    assert_eq!(key_of(&event(&served)).as_deref(), Some(KEY));
    let random = json!({"action": "GenerateRandom", "request": {"random_bytes": 64}, "response": {}});
    assert_eq!(key_of(&event(&record(&random))), None);
    let random = shown(&random);
    assert_eq!(random["resource_type"], "rng");
    assert_eq!(random["trace_name"], "genRandom");
    assert!(random.get("resource_id").is_none() && random.get("resource_name").is_none());
}

#[test]
fn operations_have_the_names_of_the_vendors_table() {
    // SOURCE: Key Management Service User Guide, "CTS", table 1-7: all of it, in its order.
    let cases = [
        ("CreateKey", "createKey"),
        ("GenerateDataKey", "createDataKey"),
        ("GenerateDataKeyWithoutPlaintext", "createDataKeyWithoutPlaintext"),
        ("EnableKey", "enableKey"),
        ("DisableKey", "disableKey"),
        ("EncryptDataKey", "encryptDatakey"),
        ("DecryptDataKey", "decryptDatakey"),
        ("ScheduleKeyDeletion", "scheduleKeyDeletion"),
        ("CancelKeyDeletion", "cancelKeyDeletion"),
        ("GenerateRandom", "genRandom"),
        ("UpdateKeyTitle", "updateKeyAlias"),
        ("UpdateKeyDescription", "updateKeyDescription"),
        ("WarnDeletion", "deleteKeyRiskTips"),
        ("ImportKeyMaterial", "importKeyMaterial"),
        ("DeleteKeyMaterial", "deleteImportedKeyMaterial"),
        ("CreateGrant", "createGrant"),
        ("RetireGrant", "retireGrant"),
        ("RevokeGrant", "revokeGrant"),
        ("Encrypt", "encryptData"),
        ("Decrypt", "decryptData"),
        ("TagResource", "createKeyTag"),
        ("UntagResource", "deleteKeyTag"),
        ("TagResources", "batchCreateKeyTags"),
        ("UntagResources", "batchDeleteKeyTags"),
        ("BeginRotation", "enableKeyRotation"),
        ("AlterRotation", "updateKeyRotationInterval"),
        ("EndRotation", "disableKeyRotation"),
        // Not in the table.
        ("AsymmetricEncrypt", "encryptData"),
        ("AsymmetricSign", "sign"),
        ("ListKeys", "listKeys"),
        ("CreateRole", "createAgency"),
    ];
    for (action, name) in cases {
        assert_eq!(shown(&json!({ "action": action }))["trace_name"], name);
        let found = names::operations(|row| row.name == name);
        assert_eq!(found.contains(&action.to_owned()), name != "listKeys", "{name}");
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
fn a_served_call_has_the_status_of_its_operation() {
    for (action, status) in [
        ("Encrypt", "200"),
        ("ScheduleKeyDeletion", "200"),
        ("CreateAlias", "201"),
        ("DeleteAlias", "204"),
        ("TagResource", "204"),
        ("UntagResource", "204"),
        ("TagResources", "204"),
        ("UntagResources", "204"),
        ("CreateUser", "201"),
        ("UpdateUser", "200"),
        ("DeleteUser", "204"),
        ("AttachPolicyToGroup", "204"),
        ("CreateAccessKey", "201"),
        ("CreateToken", "201"),
        ("RevokeToken", "204"),
        ("ListGroupsForUser", "200"),
        // Nothing that this face offers.
        ("CreateAccount", "200"),
        ("Nonsense", "200"),
    ] {
        assert_eq!(shown(&json!({"action": action}))["code"], status, "{action}");
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
fn a_display_name_goes_before_an_alias() {
    let call = json!({"action": "Encrypt", "request": {"alias": "alias/other"}});
    assert_eq!(shown_with(&call, &FACTS)["resource_name"], "demo");
    let deleted = json!({"action": "DeleteAlias", "request": {"alias": "other"}, "response": {}});
    assert_eq!(shown_with(&deleted, &FACTS)["resource_name"], "other");
}

#[test]
fn callers_are_told_by_id_and_name() {
    let cases = [
        (
            json!({"type": "user", "user": "anna", "user_id": "200000000000000001"}),
            json!({
                "id": "000462d53c8abac002c68af0bb140001",
                "name": "anna",
                "user_name": "anna",
                "type": "User",
                "principal_id": "000462d53c8abac002c68af0bb140001",
                "principal_urn": "iam::0123456789abcdef0123456789abcdef:user:anna",
                "principal_is_root_user": "false",
            }),
        ),
        (
            json!({"type": "session", "role": "ops", "role_id": "300000000000000001", "session": "anna",
                   "began": "2026-11-22T07:00:00.000Z"}),
            json!({
                "id": "000462d53c8abac00429d069189e0001",
                "name": "ops:anna",
                "user_name": "ops:anna",
                "type": "AssumedAgency",
                "principal_id": "000462d53c8abac00429d069189e0001:anna",
                "principal_urn": "sts::0123456789abcdef0123456789abcdef:assumed-agency:ops/anna",
                "principal_is_root_user": "false",
            }),
        ),
        (
            json!({"type": "service", "service": "oss"}),
            json!({"id": "oss", "name": "oss", "user_name": "oss", "principal_id": "oss"}),
        ),
        (
            json!({"type": "system"}),
            json!({"name": "system", "user_name": "system"}),
        ),
    ];
    for (caller, mut expected) in cases {
        expected["account_id"] = "0123456789abcdef0123456789abcdef".into();
        expected["domain"] = json!({"id": "0123456789abcdef0123456789abcdef", "name": "acme"});
        assert_eq!(shown_with(&json!({ "caller": caller }), &FACTS)["user"], expected);
    }
}

#[test]
fn the_server_itself_comes_from_nowhere() {
    let call = json!({"action": "RotateKey", "caller": {"type": "system"}});
    let shown = shown(&call);
    assert_eq!(shown["trace_type"], "SystemAction");
    assert_eq!(shown["trace_name"], "rotateKey");
    assert!(shown.get("source_ip").is_none());
}

#[test]
fn identities_belong_to_another_service() {
    let call = json!({"api": "ram", "action": "CreateGroup", "request": {"group": "dev"}, "response": {}});
    let shown = shown(&call);
    assert_eq!(shown["service_type"], "IAM");
    assert_eq!(shown["resource_type"], "userGroup");
    // Records have the name alone.
    assert!(shown.get("resource_id").is_none());
    assert_eq!(shown["resource_name"], "dev");
    assert_eq!(shown["api_version"], "v3");
    let facts = Facts {
        identity: Some("000462d53c8abac00429d069189e0001"),
        ..FACTS
    };
    assert_eq!(
        shown_with(&call, &facts)["resource_id"],
        "000462d53c8abac00429d069189e0001"
    );
    let record = record(&call);
    let group = identity_of(&event(&record)).unwrap();
    assert_eq!((group.kind, group.name.as_ref()), (ThingKind::Group, "dev"));
    let call = json!({"api": "iam", "action": "AddUserToGroup", "request": {"user": "anna", "group": "dev"}, "response": {}});
    let shown = self::shown(&call);
    assert_eq!(shown["resource_type"], "userGroup");
    assert_eq!(shown["resource_name"], "dev");
    // What was made is told with its id, and what nobody is called was named by its id.
    let made = json!({"api": "ram", "action": "CreateUser", "request": {"user": "anna"},
        "response": {"user_id": "200000000000000001"}});
    let shown = self::shown(&made);
    assert_eq!(shown["resource_id"], "000462d53c8abac002c68af0bb140001");
    assert_eq!(shown["resource_name"], "anna");
    let nobody = json!({"api": "iam", "action": "DeleteUser", "outcome": "refused", "response": null,
        "request": {"user": "000462d53c8abac002c68af0bb140001"}});
    assert_eq!(
        self::shown(&nobody)["resource_id"],
        "000462d53c8abac002c68af0bb140001"
    );
}

#[test]
fn each_record_of_a_request_is_a_trace_of_its_own() {
    let one = shown(&json!({}))["trace_id"].clone();
    assert_eq!(one, shown(&json!({}))["trace_id"]);
    let mut all = vec![one];
    for change in [
        json!({"action": "DeleteUser"}),
        json!({"request": {"spec": "Sm4"}}),
        json!({"response": {}}),
        json!({"outcome": "refused", "error": {"code": "denied", "wire": "KMS.0306"}, "response": null}),
        json!({"id": "0b30658a-ed1a-4922-b8f7-a673ca9c2d2b"}),
        json!({"time": "2026-11-22T08:00:00.457Z"}),
    ] {
        let id = shown(&change)["trace_id"].clone();
        assert!(!all.contains(&id), "{change}");
        all.push(id);
    }
    for id in all {
        let moment = id::moment(id.as_str().unwrap()).unwrap();
        assert_eq!(moment.as_millisecond() / 10, 179_533_440_045, "{id}");
    }
    // That of a request is none.
    assert_eq!(id::moment("0b30658a-ed1a-4922-b8f7-a673ca9c2d2a"), None);
    assert_eq!(id::moment("x"), None);
}
