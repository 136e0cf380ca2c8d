//! Calls through the other face of someone who may do everything, properly signed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;

use bolero::TypeGenerator;
use claviger_dialect_huawei::{Operation, served};
use claviger_fuzz::{Recipe, Seeds, recorded_sdk, target, words};
use serde_json::{Map, Value, json};

use crate::sdk_door::{Desk, PROJECT};

/// A good call, and what is done to it.
#[derive(Debug, Clone, TypeGenerator)]
struct CallPlan {
    operation: u8,
    #[generator(bolero::produce::<Vec<Change>>().with().len(0_usize..4))]
    changes: Vec<Change>,
}

#[derive(Debug, Clone, TypeGenerator)]
enum Change {
    /// Changes the value of a member, as it stands in the body.
    Own { member: u8, recipe: Recipe },
    /// Gives a member another value, or adds it.
    Other { member: u8, recipe: Recipe },
    /// Takes a member out.
    Without { member: u8 },
    /// Changes the path, or puts a query behind it.
    Target(Recipe),
}

/// Members of all operations, each with a value that is good for some. The ids of the key and of the grant come to these.
const MEMBERS: &[(&str, &str)] = &[
    ("key_alias", r#""new""#),
    ("key_description", r#""new""#),
    ("alias", r#""app""#),
    ("aliases", r#"["app"]"#),
    ("pending_days", r#""7""#),
    ("plain_text", r#""text \u00e9\n""#),
    ("datakey_cipher_length", r#""64""#),
    ("datakey_plain_length", r#""64""#),
    ("datakey_length", r#""512""#),
    ("key_spec", r#""AES_256""#),
    ("key_usage", r#""ENCRYPT_DECRYPT""#),
    ("key_state", r#""2""#),
    ("origin", r#""external""#),
    ("random_data_length", r#""512""#),
    ("message", r#""n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=""#),
    ("message_type", r#""DIGEST""#),
    ("signature", r#""n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=""#),
    ("signing_algorithm", r#""ECDSA_SHA_256""#),
    ("encryption_algorithm", r#""SYMMETRIC_DEFAULT""#),
    ("mac_algorithm", r#""HMAC_SHA_256""#),
    ("mac", r#""00ff00ff""#),
    ("grantee_principal", r#""nobody""#),
    ("retiring_principal", r#""somebody""#),
    ("operations", r#"["describe-key","create-datakey"]"#),
    ("name", r#""a""#),
    ("rotation_interval", "30"),
    ("wrapping_algorithm", r#""RSAES_OAEP_SHA_256""#),
    ("import_token", r#""AAAA""#),
    ("encrypted_key_material", r#""AAAA""#),
    ("expiration_time", r#""1795294140000""#),
    ("tag", r#"{"key":"team","value":"a"}"#),
    ("tags", r#"[{"key":"team","value":"a"}]"#),
    ("action", r#""filter""#),
    ("matches", r#"[{"key":"resource_name","value":"f"}]"#),
    ("limit", r#""10""#),
    ("offset", r#""0""#),
    ("marker", "1"),
    ("sequence", r#""919c82d4-8046-4722-9094-35c3c6524cff""#),
    ("keystore_alias", r#""mine""#),
    ("encryption_context", r#"{"tenant":"a","b":"\u00e9"}"#),
    ("additional_authenticated_data", r#""bound""#),
    ("user", r#"{"name":"bob","enabled":true,"description":""}"#),
    ("group", r#"{"name":"dev"}"#),
    (
        "role",
        r#"{"display_name":"r","type":"AX","policy":{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["kms:cmk:*"]}]}}"#,
    ),
    ("credential", r#"{"user_id":"x"}"#),
    ("project", r#"{"name":"p"}"#),
    (
        "auth",
        r#"{"identity":{"methods":["token"],"token":{"id":"x","duration_seconds":"900"}}}"#,
    ),
    ("from", r#""0""#),
    ("to", r#""1795294140000""#),
    ("trace_name", r#""createKey""#),
];

/// Members that are the id of a key.
const KEYS: [&str; 3] = ["key_id", "target_key_id", "destination_key_id"];

/// What calls are made of.
struct Stock {
    key: String,
    user: String,
    members: Vec<(String, String)>,
    seeds: Seeds,
    operations: Vec<Operation>,
}

impl Stock {
    fn new(desk: &Desk) -> Self {
        let made = desk.must("create-key", &json!({"key_alias": "fuzz"}));
        let key = made["key_info"]["key_id"].as_str().unwrap().to_owned();
        let grant = json!({"key_id": key, "grantee_principal": "nobody", "operations": ["describe-key"]});
        let grant = desk.must("create-grant", &grant)["grant_id"].clone();
        let user = json!({"user": {"name": "alice", "password": "correct horse 1"}}).to_string();
        let user = desk.ask(desk.sign("POST", "/v3.0/OS-USER/users", &user).unwrap());
        let user = user.unwrap().json["user"]["id"].as_str().unwrap().to_owned();
        let known = MEMBERS
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut members: Vec<_> = known.collect();
        members.extend(KEYS.map(|name| (name.to_owned(), format!("\"{key}\""))));
        members.push(("grant_id".to_owned(), grant.to_string()));
        let bodies = recorded_sdk().into_iter().map(|request| request.body);
        let mut whole: Vec<_> = bodies.filter(|body| !body.is_empty()).collect();
        whole.extend(members.iter().map(|(_, value)| value.clone().into_bytes()));
        let mut words = words();
        words.extend(members.iter().map(|(name, _)| name.clone().into_bytes()));
        Self {
            key,
            user,
            members,
            seeds: Seeds { whole, words },
            operations: served().collect(),
        }
    }

    /// The target and the body of a call.
    fn call(&self, operation: &Operation, changes: &[Change]) -> (String, String) {
        let mut target = operation
            .path
            .replace("{project_id}", PROJECT)
            .replace("{key_id}", &self.key)
            .replace("{user_id}", &self.user)
            .replace(['{', '}'], "");
        let good = |name: &str| {
            let found = self.members.iter().find(|(known, _)| known == name);
            found.map_or_else(|| "{}".to_owned(), |(_, value)| value.clone())
        };
        let required = operation.required.iter();
        let mut body: Vec<_> = required.map(|name| ((*name).to_owned(), good(name))).collect();
        for change in changes {
            let count = body.len().max(1);
            match change {
                Change::Own { member, recipe } => {
                    if let Some((_, value)) = body.get_mut(usize::from(*member) % count) {
                        *value = text(&recipe.cook_from(value.as_bytes(), &self.seeds));
                    }
                }
                Change::Other { member, recipe } => {
                    let number = usize::from(*member) % self.members.len();
                    let (name, value) = &self.members[number];
                    let value = recipe.cook_from(value.as_bytes(), &self.seeds);
                    body.retain(|(known, _)| known != name);
                    body.push((name.clone(), text(&value)));
                }
                Change::Without { member } if !body.is_empty() => {
                    body.remove(usize::from(*member) % count);
                }
                Change::Without { .. } => {}
                Change::Target(recipe) => {
                    target = text(&recipe.cook_from(target.as_bytes(), &self.seeds));
                }
            }
        }
        let members = body.iter().map(|(name, value)| format!("\"{name}\":{value}"));
        (target, format!("{{{}}}", members.collect::<Vec<_>>().join(",")))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What was encrypted under a symmetric key, by ciphertext, with all that it is bound to.
type Issued = HashMap<String, (Value, Value)>;

/// What must hold of a call that was served.
fn check(desk: &Desk, stock: &Stock, issued: &mut Issued, call: (&str, &str), answer: &Value) {
    let (name, sent) = call;
    match name {
        "disable-key" => drop(desk.must("enable-key", &json!({"key_id": stock.key}))),
        "schedule-key-deletion" => {
            let key = json!({"key_id": stock.key});
            desk.must("cancel-key-deletion", &key);
            desk.must("enable-key", &key);
        }
        _ => {}
    }
    let Some(bound) = bound(sent) else {
        return;
    };
    let sent: Value = serde_json::from_str(sent).unwrap();
    match name {
        "encrypt-data" => {
            let again = json!({"cipher_text": answer["cipher_text"], "encryption_context": bound});
            let opened = desk.must("decrypt-data", &again)["plain_text"].clone();
            if sent["plain_text"].is_string() {
                assert_eq!(opened, sent["plain_text"]);
            }
            let blob = answer["cipher_text"].as_str().unwrap().to_owned();
            issued.insert(blob, (opened, bound));
        }
        "decrypt-data" => {
            let known = issued.get(sent["cipher_text"].as_str().unwrap());
            let opened = (answer["plain_text"].clone(), bound);
            assert_eq!(known, Some(&opened), "nobody made this");
        }
        _ => {}
    }
}

/// What a body binds to a ciphertext, by a second opinion: an object, or a text that holds one, and a text, which is one
/// more pair. None where the body, or a number in the place of the text, is beyond this one.
fn bound(body: &str) -> Option<Value> {
    let body: Value = serde_json::from_str(body).ok()?;
    let mut pairs = match &body["encryption_context"] {
        Value::Object(pairs) => pairs.clone(),
        Value::String(text) if !text.is_empty() => serde_json::from_str(text).ok()?,
        _ => Map::new(),
    };
    match &body["additional_authenticated_data"] {
        Value::String(text) if text.is_empty() => {}
        Value::Null => {}
        Value::String(text) => drop(pairs.insert("additional_authenticated_data".to_owned(), json!(text))),
        _ => return None,
    }
    Some(Value::Object(pairs))
}

#[test]
fn a_caller_gets_proper_answers_and_ciphertexts_cannot_be_made_up() {
    let desk = AssertUnwindSafe(Desk::new());
    let mut stock = Stock::new(&desk);
    let mut issued = Issued::new();
    let sent = json!({"key_id": stock.key, "plain_text": "text"});
    let made = desk.must("encrypt-data", &sent);
    check(
        &desk,
        &stock,
        &mut issued,
        ("encrypt-data", &sent.to_string()),
        &made,
    );
    let blob = made["cipher_text"].to_string();
    stock.members.push(("cipher_text".to_owned(), blob));
    let issued = AssertUnwindSafe(RefCell::new(issued));
    let stock = AssertUnwindSafe(stock);
    target!().with_type::<CallPlan>().for_each(|plan: &CallPlan| {
        let operation = &stock.operations[usize::from(plan.operation) % stock.operations.len()];
        let (target, body) = stock.call(operation, &plan.changes);
        let Some(request) = desk.sign(operation.method, &target, &body) else {
            return;
        };
        let led_astray = plan
            .changes
            .iter()
            .any(|change| matches!(change, Change::Target(_)));
        match desk.ask(request) {
            Some(answer) if answer.status == 200 && !led_astray => {
                let call = (operation.name, body.as_str());
                check(&desk, &stock, &mut issued.borrow_mut(), call, &answer.json);
            }
            Some(_) | None => {}
        }
    });
}
