//! What holds for every operation of key management: who is let in, who is not, and what the audit log has of it.

use claviger_dialect_huawei::{Operation, served};
use claviger_testkit::{REGION, World};
use serde_json::{Value, json};

use crate::desk::text;
use crate::kms::{Draft, Kms};

const NOBODY: &str = "13gg44z4g2sglzk0egw0u726zoyzvrs8";
const NO_KEY: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
/// 32 bytes.
const DIGEST: &str = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=";

/// For anyone.
const OPEN: [&str; 3] = ["show-version", "show-versions", "show-identity-version"];
/// What is free for whoever is known: nothing of others is in it.
const FREE: [&str; 2] = ["list-regions", "list-retirable-grants"];
/// What is in no log.
const UNRECORDED: &str = "list-regions";

fn rows() -> impl Iterator<Item = Operation> {
    served().filter(|row| row.api == "kms" && !OPEN.contains(&row.name))
}

/// A project with a key in it, and what the key has made.
struct Scene {
    kms: Kms,
    key: String,
    blob: Value,
    data_key: Value,
    grant: String,
}

impl Scene {
    async fn new() -> Self {
        let builder = World::build().caller("LTAIfirst", "first-secret");
        let kms = Kms::over(builder.caller("LTAIother", "other-secret")).await;
        let key = kms.create_key("one").await;
        let body = json!({"key_id": key, "plain_text": "text"});
        let encrypted = kms.asks("encrypt-data", body).await.ok();
        let made = kms.asks("create-datakey", json!({"key_id": key})).await.ok();
        let body = json!({"key_id": key, "alias": "app"});
        assert_eq!(kms.at("POST", "kms/aliases", body).await.status, 201);
        Self {
            grant: kms.grant(&key, NOBODY, &["describe-key"]).await,
            blob: encrypted["cipher_text"].clone(),
            data_key: made["cipher_text"].clone(),
            kms,
            key,
        }
    }

    /// A right request to a row, for a project and a key.
    fn draft(&self, row: &Operation, project: &str, key: &str) -> Draft {
        let path = row
            .path
            .replace("{project_id}", project)
            .replace("{key_id}", key)
            .replace("{key}", "team")
            .replace("{resource_instances}", "resource_instances")
            .replace("{keystore_id}", NO_KEY);
        assert!(!path.contains('{'), "{path}");
        let body = match row.method {
            "GET" => String::new(),
            _ => self.body(row.name, key).to_string(),
        };
        Draft::new(row.method, &path, &body)
    }

    /// Members of all operations at once; those of others are passed over.
    fn body(&self, name: &str, key: &str) -> Value {
        let (cipher_text, plain_text) = match name {
            "decrypt-datakey" => (&self.data_key, "00"),
            _ => (&self.blob, "text"),
        };
        let (action, tags) = match name {
            "batch-tags" => ("create", json!([{"key": "team", "value": "a"}])),
            _ => ("filter", Value::Null),
        };
        let mut body = json!({
            "key_id": key,
            "target_key_id": key,
            "destination_key_id": key,
            "key_alias": "new",
            "key_description": "new",
            "alias": "app",
            "aliases": ["app"],
            "pending_days": 7,
            "plain_text": plain_text,
            "cipher_text": cipher_text,
            "datakey_cipher_length": 32,
            "datakey_plain_length": 32,
            "random_data_length": 512,
            "message": DIGEST,
            "signature": DIGEST,
            "signing_algorithm": "RSASSA_PSS_SHA_256",
            "mac_algorithm": "HMAC_SHA_256",
            "mac": "00".repeat(32),
            "grantee_principal": NOBODY,
            "operations": ["describe-key"],
            "grant_id": self.grant,
            "rotation_interval": 30,
            "wrapping_algorithm": "RSAES_OAEP_SHA_256",
            "import_token": "A".repeat(400),
            "encrypted_key_material": "A".repeat(344),
            "tag": {"key": "team", "value": "a"},
            "tags": tags,
            "action": action,
            "keystore_alias": "mine",
        });
        if name == "encrypt-datakey" {
            let digest = "66687AADF862BD776C8FC18B8E9F8E20089714856EE233B3902A591D0D5F2925";
            body["plain_text"] = json!("0".repeat(64) + digest);
        }
        body
    }

    async fn project(&self) -> String {
        self.kms.project(self.kms.world.root(), REGION).await
    }
}

#[tokio::test]
async fn no_operation_is_for_strangers() {
    let scene = Scene::new().await;
    let (kms, project) = (&scene.kms, scene.project().await);
    let wrong = kms.world.root().with_secret("wrong");
    for row in rows() {
        let draft = scene.draft(&row, &project, &scene.key);
        let unsigned = kms.send(&draft.clone().unsigned()).await;
        assert_eq!(
            (unsigned.status, &*unsigned.code()),
            (401, "APIGW.0301"),
            "{}",
            row.name
        );
        let forged = kms.send(&draft.sign(&wrong, &kms.time())).await;
        assert_eq!(
            (forged.status, &*forged.code()),
            (401, "APIGW.0301"),
            "{}",
            row.name
        );
    }
    assert_eq!(kms.shown(&scene.key).await["key_state"], "2");
}

#[tokio::test]
async fn no_operation_is_for_callers_of_another_project() {
    let scene = Scene::new().await;
    let (kms, project) = (&scene.kms, scene.project().await);
    for row in rows() {
        let draft = scene.draft(&row, &project, &scene.key);
        let answer = kms.send(&draft.sign(kms.world.caller(1), &kms.time())).await;
        assert_eq!(
            (answer.status, &*answer.code()),
            (403, "KMS.0321"),
            "{}",
            row.name
        );
    }
    assert_eq!(kms.shown(&scene.key).await["key_state"], "2");
}

/// Whether the key is there makes no difference to whoever may not.
#[tokio::test]
async fn few_operations_are_for_users_without_rights_whatever_there_is() {
    let scene = Scene::new().await;
    let (kms, project) = (&scene.kms, scene.project().await);
    let account = kms.world.root().account();
    let nobody = kms.world.add_user(account, "nobody", &[]).await;
    for row in rows() {
        let draft = scene.draft(&row, &project, &scene.key);
        let known = kms.send(&draft.sign(&nobody, &kms.time())).await;
        let draft = scene.draft(&row, &project, NO_KEY);
        let unknown = kms.send(&draft.sign(&nobody, &kms.time())).await;
        if FREE.contains(&row.name) {
            assert_eq!((known.status, unknown.status), (200, 200));
            continue;
        }
        assert_eq!(known.status, 403, "{}: {known:?}", row.name);
        assert!(
            matches!(known.code().as_str(), "KMS.0306" | "KMS.0307"),
            "{}",
            row.name
        );
        assert_eq!(known.text, unknown.text, "{}", row.name);
    }
    assert_eq!(kms.shown(&scene.key).await["key_state"], "2");
    assert_eq!(kms.asks("list-keys", json!({})).await.ok()["total"], 1);
}

/// One call, one record, whatever came of it.
#[tokio::test]
async fn every_operation_but_one_is_in_the_audit_log() {
    let scene = Scene::new().await;
    let (kms, project) = (&scene.kms, scene.project().await);
    let mut before = kms.world.audited_calls().await.len();
    let mut served = 0;
    for row in rows() {
        let draft = scene.draft(&row, &project, &scene.key);
        let answer = kms.draft(draft).await;
        let calls = kms.world.audited_calls().await;
        // What the server does by itself is told beside the call.
        let made = calls[before..].iter().filter(|call| call["dialect"] == "huawei");
        let made: Vec<_> = made.collect();
        before = calls.len();
        if row.name == UNRECORDED {
            assert!(made.is_empty(), "{made:?}");
            continue;
        }
        let [call] = made[..] else {
            panic!("{}: {made:?}", row.name)
        };
        let operation = call.get("operation").unwrap_or(&call["action"]);
        assert_eq!(operation, row.name);
        assert_eq!(
            (text(&call["dialect"]), text(&call["api"])),
            ("huawei".into(), "kms".into())
        );
        if answer.status < 300 {
            assert_eq!(call["outcome"], "served", "{call}");
            served += 1;
        } else {
            assert_eq!(
                (&call["outcome"], &call["error"]["wire"]),
                (&json!("refused"), &json!(answer.code()))
            );
        }
    }
    // The key is of one kind and is scheduled for deletion on the way, so not everything is served.
    assert!(served >= 20, "{served}");
}
