//! Calls of anybody in its own project, and keys of every kind in every state.

use claviger_testkit::{Client, REGION};
use serde_json::{Value, json};

use crate::kms::{Answer, Draft, Kms};
use crate::wrapping::wrapped;

/// Material of a symmetric key.
const MATERIAL: [u8; 32] = [7; 32];

impl Kms {
    /// A request of a caller in its own project.
    pub(crate) async fn of(&self, caller: &Client, method: &str, path: &str, body: &str) -> Answer {
        let project = self.project(caller, REGION).await;
        let draft = Draft::new(method, &format!("/v1.0/{project}/{path}"), body);
        self.send(&draft.sign(caller, &self.time())).await
    }

    /// A call of a caller by name.
    pub(crate) async fn by(&self, caller: &Client, name: &str, body: Value) -> Answer {
        self.of(caller, "POST", &format!("kms/{name}"), &body.to_string())
            .await
    }

    /// A call of the first caller by name.
    pub(crate) async fn asks(&self, name: &str, body: Value) -> Answer {
        self.by(self.world.root(), name, body).await
    }

    /// Any request of the first caller.
    pub(crate) async fn at(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.of(self.world.root(), method, path, &body).await
    }

    /// Makes a key of the first caller with these members and gives its id.
    pub(crate) async fn make(&self, members: Value) -> String {
        text(&self.asks("create-key", members).await.ok()["key_info"]["key_id"])
    }

    /// What is shown of a key of the first caller.
    pub(crate) async fn shown(&self, key: &str) -> Value {
        self.asks("describe-key", json!({"key_id": key})).await.ok()["key_info"].clone()
    }

    /// Makes the key of a service by its first use, and gives its id.
    pub(crate) async fn begin(&self, name: &str) -> String {
        let body = json!({"key_id": name, "plain_text": "x"});
        text(&self.asks("encrypt-data", body).await.ok()["key_id"])
    }

    /// Brings material for a key that waits for it.
    pub(crate) async fn import(&self, key: &str) {
        let asked = json!({"key_id": key, "wrapping_algorithm": "RSAES_OAEP_SHA_256"});
        let parameters = self.asks("get-parameters-for-import", asked).await.ok();
        let material = wrapped(&text(&parameters["public_key"]), &MATERIAL);
        let brought = json!({
            "key_id": key,
            "import_token": parameters["import_token"],
            "encrypted_key_material": material,
        });
        self.asks("import-key-material", brought).await.ok();
    }

    /// Brings a key in use into another state.
    pub(crate) async fn bring(&self, key: &str, state: char) {
        let call = match state {
            '2' => return,
            '3' => "disable-key",
            '4' => "schedule-key-deletion",
            '5' => "delete-imported-key-material",
            other => panic!("no state {other}"),
        };
        self.asks(call, json!({"key_id": key, "pending_days": 7}))
            .await
            .ok();
    }

    /// Makes a grant of the first caller and gives its id.
    pub(crate) async fn grant(&self, key: &str, grantee: &str, operations: &[&str]) -> String {
        let asked = json!({"key_id": key, "grantee_principal": grantee, "operations": operations});
        text(&self.asks("create-grant", asked).await.ok()["grant_id"])
    }

    /// The id of a caller: it calls, and its record tells.
    pub(crate) async fn id_of(&self, caller: &Client) -> String {
        self.of(caller, "GET", "kms/user-instances", "").await;
        let calls = self.world.audited_calls().await;
        let mut callers = calls.iter().map(|call| &call["caller"]);
        let own = callers
            .find(|own| own["access_key"] == caller.access_key_id())
            .unwrap();
        let number = own["user_id"].as_str().map_or(0_u64, |id| id.parse().unwrap());
        format!("{:016x}{number:016x}", caller.account().number())
    }
}

/// A text.
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

/// A file of the fixtures of this face.
pub(crate) fn fixture(name: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/huawei");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The lines of such a file that are no comments, each with its number.
pub(crate) fn lines(file: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = file.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}
