//! Every operation on a key in every state of the key, by the table `fixtures/huawei/states.txt`, in
//! software and in hardware.

use std::collections::BTreeSet;

use claviger_dialect_huawei::served;
use claviger_testkit::Hash;
use serde_json::{Value, json};

use crate::desk::{fixture, lines, text};
use crate::digits::hex;
use crate::kms::{Answer, Kms};
use crate::wrapping::wrapped;

const STATES: [char; 4] = ['2', '3', '4', '5'];
/// 32 bytes.
const DIGEST: &str = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=";
const OAEP: &str = "RSAES_OAEP_SHA_256";
const NOBODY: &str = "13gg44z4g2sglzk0egw0u726zoyzvrs8";

/// Where the keys of a run are, and so which kinds of keys the kinds of the table are.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    Software,
    Hardware,
}

impl Level {
    /// The spec of a kind, if there are such keys there.
    fn spec(self, kind: &str) -> Option<(&'static str, &'static str)> {
        Some(match (self, kind) {
            (Self::Software, "rsa") => ("RSA_2048", "ENCRYPT_DECRYPT"),
            (Self::Software, "ec") => ("EC_P256", "SIGN_VERIFY"),
            (Self::Software, "hmac") => ("HMAC_256", "GENERATE_VERIFY_MAC"),
            (Self::Software, _) => ("AES_256", "ENCRYPT_DECRYPT"),
            (Self::Hardware, "rsa") => ("SM2", "ENCRYPT_DECRYPT"),
            (Self::Hardware, "ec") => ("SM2", "SIGN_VERIFY"),
            (Self::Hardware, "hmac") => return None,
            (Self::Hardware, _) => ("SM4", "ENCRYPT_DECRYPT"),
        })
    }

    /// How key pairs of his encrypt.
    fn encryption(self) -> &'static str {
        match self {
            Self::Software => OAEP,
            Self::Hardware => "SM2_ENCRYPT",
        }
    }

    /// How key pairs of his sign.
    fn signature(self) -> &'static str {
        match self {
            Self::Software => "ECDSA_SHA_256",
            Self::Hardware => "SM2DSA_SM3",
        }
    }

    /// Material of symmetric keys.
    fn material(self) -> &'static [u8] {
        match self {
            Self::Software => &[9; 32],
            Self::Hardware => &[9; 16],
        }
    }

    /// A data key and its digest.
    fn data_key(self) -> String {
        let hash = match self {
            Self::Software => Hash::Sha256,
            Self::Hardware => Hash::Sm3,
        };
        let zeros = [0; 32];
        hex(&[&zeros[..], &hash.digest(&zeros)].concat())
    }
}

struct Row {
    operation: String,
    kind: String,
    /// By [`STATES`].
    answers: Vec<String>,
}

fn rows() -> Vec<Row> {
    let file = fixture("states.txt");
    let row = |(number, line): (usize, &str)| {
        let mut cells = line.split('|').map(str::trim);
        let (operation, kind) = cells.next().unwrap().split_once(' ').unwrap();
        let answers: Vec<_> = cells.map(str::to_owned).collect();
        assert_eq!(answers.len(), STATES.len(), "line {number}");
        Row {
            operation: operation.into(),
            kind: kind.trim().into(),
            answers,
        }
    };
    lines(&file).map(row).collect()
}

/// Operations that are not about one key.
const OF_NO_KEY: [&str; 17] = [
    "create-key",
    "list-keys",
    "user-instances",
    "user-quotas",
    "gen-random",
    "list-retirable-grants",
    "list-by-tags",
    "list-project-tags",
    "list-regions",
    "create-key-store",
    "list-key-stores",
    "show-key-store",
    "delete-key-store",
    "enable-key-store",
    "disable-key-store",
    "show-version",
    "show-versions",
];

#[test]
fn the_table_has_every_operation_on_a_key() {
    let rows = rows();
    let table: BTreeSet<_> = rows.iter().map(|row| row.operation.as_str()).collect();
    let served = served().filter(|row| row.api == "kms" && row.name != "show-identity-version");
    let known = served
        .map(|row| row.name)
        .filter(|name| !OF_NO_KEY.contains(name));
    assert_eq!(table, known.collect());
}

/// A key of a kind in a state, with what a call of the operation has besides.
struct Subject<'a> {
    kms: &'a Kms,
    level: Level,
    operation: &'a str,
    key: String,
    members: Value,
}

impl<'a> Subject<'a> {
    async fn new((kms, level): (&'a Kms, Level), row: &'a Row, state: char, alias: &str) -> Self {
        let outside = state == '5' || matches!(row.kind.as_str(), "external" | "empty");
        let (spec, usage) = level.spec(&row.kind).unwrap();
        let origin = if outside { "external" } else { "kms" };
        let members = json!({"key_alias": alias, "key_spec": spec, "key_usage": usage, "origin": origin});
        let mut subject = Self {
            kms,
            level,
            operation: &row.operation,
            key: kms.make(members).await,
            members: json!({}),
        };
        if outside && row.operation == "import-key-material" {
            subject.members = subject.material().await;
        }
        match (row.kind.as_str(), state) {
            ("empty" | "external", '5') => return subject,
            ("empty", _) => {}
            // A private key that was brought cannot be taken away again, so none is brought.
            ("ec" | "rsa", '5') => {
                subject.members = json!({"cipher_text": "AAAA", "signature": "AAAA"});
                return subject;
            }
            _ if outside => {
                let material = subject.material().await;
                kms.asks("import-key-material", subject.about(&material))
                    .await
                    .ok();
            }
            _ => {}
        }
        subject.prepare(&row.kind, alias).await;
        kms.bring(&subject.key, state).await;
        subject
    }

    fn about(&self, members: &Value) -> Value {
        let mut body = json!({"key_id": self.key});
        body.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        body
    }

    async fn asks(&self, operation: &str, members: Value) -> Value {
        self.kms.asks(operation, self.about(&members)).await.json()
    }

    async fn material(&self) -> Value {
        let asked = json!({"wrapping_algorithm": OAEP});
        let parameters = self.asks("get-parameters-for-import", asked).await;
        json!({
            "import_token": parameters["import_token"],
            "encrypted_key_material": wrapped(&text(&parameters["public_key"]), self.level.material()),
        })
    }

    /// What the operation needs and only a key in use can give.
    async fn prepare(&mut self, kind: &str, alias: &str) {
        match self.operation {
            "decrypt-data" => {
                let made = self.asks("encrypt-data", encryption(kind, self.level)).await;
                self.members = json!({"cipher_text": made["cipher_text"]});
            }
            "re-encrypt" => {
                let source = self.kms.create_key(&format!("{alias}-source")).await;
                let body = json!({"key_id": source, "plain_text": "text"});
                let made = self.kms.asks("encrypt-data", body).await.ok();
                self.members = json!({"cipher_text": made["cipher_text"]});
            }
            "decrypt-datakey" => {
                let made = self.asks("create-datakey", json!({})).await;
                self.members = json!({"cipher_text": made["cipher_text"], "datakey_cipher_length": 32});
            }
            "verify" => {
                let asked = json!({"message": DIGEST, "signing_algorithm": self.level.signature()});
                let made = self.asks("sign", asked).await;
                self.members = json!({"signature": made["signature"]});
            }
            "verify-mac" => {
                let asked = json!({"message": DIGEST, "mac_algorithm": "HMAC_SHA_256"});
                let made = self.asks("generate-mac", asked).await;
                self.members = json!({"mac": made["mac"]});
            }
            "revoke-grant" | "retire-grant" => {
                let grant = self.kms.grant(&self.key, NOBODY, &["describe-key"]).await;
                self.members = json!({"grant_id": grant});
            }
            // Refused where the key does not rotate; then so is the operation.
            "disable-key-rotation" | "update-key-rotation-interval" => {
                self.asks("enable-key-rotation", json!({})).await;
            }
            "delete-key-tag" => {
                let body = json!({"tag": {"key": "a"}});
                let path = format!("kms/{}/tags", self.key);
                assert_eq!(self.kms.at("POST", &path, body).await.status, 204);
            }
            "associate-alias" | "delete-alias" => {
                let key = match self.operation {
                    "delete-alias" => self.key.clone(),
                    _ => self.kms.create_key(&format!("{alias}-other")).await,
                };
                let body = json!({"key_id": key, "alias": alias});
                assert_eq!(self.kms.at("POST", "kms/aliases", body).await.status, 201);
                self.members = json!({ "alias": alias });
            }
            _ => {}
        }
    }

    async fn call(&self, kind: &str, alias: &str) -> Answer {
        let key = self.key.as_str();
        let tag = json!({"key": "a", "value": "b"});
        let (method, path, body) = match self.operation {
            "add-key-tag" => ("POST", format!("kms/{key}/tags"), json!({ "tag": tag })),
            "batch-tags" => {
                let body = json!({"tags": [tag], "action": "create"});
                ("POST", format!("kms/{key}/tags/action"), body)
            }
            "delete-key-tag" => ("DELETE", format!("kms/{key}/tags/a"), Value::Null),
            "list-key-tags" => ("GET", format!("kms/{key}/tags"), Value::Null),
            "list-aliases" => ("GET", format!("kms/aliases?key_id={key}"), Value::Null),
            "create-alias" => (
                "POST",
                "kms/aliases".into(),
                json!({"key_id": key, "alias": alias}),
            ),
            "associate-alias" => {
                let body = json!({"alias": alias, "target_key_id": key});
                ("POST", "kms/alias/associate".into(), body)
            }
            "delete-alias" => {
                let body = json!({"aliases": [alias], "key_id": key});
                ("DELETE", "kms/aliases".into(), body)
            }
            verb => {
                let mut body = usual(verb, self.level, key, alias);
                let all = body.as_object_mut().unwrap();
                if kind == "rsa" {
                    all.insert("encryption_algorithm".into(), json!(self.level.encryption()));
                }
                all.extend(self.members.as_object().unwrap().clone());
                ("POST", format!("kms/{verb}"), body)
            }
        };
        self.kms.at(method, &path, body).await
    }
}

fn encryption(kind: &str, level: Level) -> Value {
    match kind {
        "rsa" => json!({"plain_text": "text", "encryption_algorithm": level.encryption()}),
        _ => json!({"plain_text": "text"}),
    }
}

/// A body that is right. Members of other operations are passed over.
fn usual(verb: &str, level: Level, key: &str, alias: &str) -> Value {
    let plain_text = match verb {
        "encrypt-datakey" => level.data_key(),
        _ => "text".to_owned(),
    };
    let algorithm = if verb.ends_with("mac") {
        ""
    } else {
        level.signature()
    };
    json!({
        "key_id": key,
        "key_alias": format!("{alias}-new"),
        "key_description": "new",
        "pending_days": 7,
        "plain_text": plain_text,
        "datakey_plain_length": 32,
        "destination_key_id": key,
        "message": DIGEST,
        "signing_algorithm": algorithm,
        "mac_algorithm": "HMAC_SHA_256",
        "grantee_principal": NOBODY,
        "operations": ["describe-key"],
        "rotation_interval": 30,
        "wrapping_algorithm": OAEP,
    })
}

/// Asks every operation in every state, and gives what is not as the table says, and the rows that there are no keys for.
async fn wrong(level: Level) -> (Vec<String>, Vec<String>) {
    let settings = claviger_dialect_huawei::Settings {
        keys: 1000,
        ..claviger_dialect_huawei::Settings::DEFAULT
    };
    let kms = Kms::with(claviger_testkit::World::build(), settings).await;
    let (mut wrong, mut without) = (Vec::new(), Vec::new());
    for (number, row) in rows().iter().enumerate() {
        if level.spec(&row.kind).is_none() {
            without.push(row.operation.clone());
            continue;
        }
        for (state, expected) in STATES.into_iter().zip(&row.answers) {
            if expected == "-" {
                continue;
            }
            let alias = format!("row-{number}-{state}");
            let subject = Subject::new((&kms, level), row, state, &alias).await;
            assert_eq!(kms.shown(&subject.key).await["key_state"], state.to_string());
            let answer = subject.call(&row.kind, &alias).await;
            let after = text(&kms.shown(&subject.key).await["key_state"]);
            let found = match answer.status {
                200..=299 if after == state.to_string() => "ok".to_owned(),
                200..=299 => format!("ok {after}"),
                _ => answer.code(),
            };
            if found != *expected {
                wrong.push(format!("{} {} in {state}: {found}", row.operation, row.kind));
            }
        }
    }
    (wrong, without)
}

#[tokio::test]
async fn every_operation_answers_in_every_state_as_the_table_says() {
    let (wrong, without) = wrong(Level::Software).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(without.is_empty(), "{without:?}");
}

#[tokio::test]
async fn keys_in_hardware_answer_as_the_table_says() {
    let (wrong, without) = wrong(Level::Hardware).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Calls cannot ask for such keys there.
    assert_eq!(without, ["generate-mac", "verify-mac"]);
}
