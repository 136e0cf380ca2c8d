//! Calls of someone who may do everything, properly signed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;

use bolero::TypeGenerator;
use claviger_dialect_alibaba::Api;
use claviger_fuzz::{Recipe, Seeds, target, words};
use claviger_testkit::{Algorithm, Hash, Signed, World};
use serde_json::Value;

use crate::door::House;

/// A good call, and what is done to its parameters.
#[derive(Debug, Clone, TypeGenerator)]
struct CallPlan {
    action: u8,
    way: u8,
    xml: bool,
    #[generator(bolero::produce::<Vec<Change>>().with().len(0_usize..4))]
    changes: Vec<Change>,
}

#[derive(Debug, Clone, TypeGenerator)]
enum Change {
    /// Changes the value of a parameter.
    Own { parameter: u8, recipe: Recipe },
    /// Gives a parameter another value, or adds it.
    Other { parameter: u8, recipe: Recipe },
    /// Takes a parameter out.
    Without { parameter: u8 },
}

/// Optional parameters, with good values.
const OPTIONAL: &[(&str, &str)] = &[
    ("DryRun", "true"),
    ("EncryptionContext", r#"{"tenant":"a","b":"\u00e9"}"#),
    (
        "Filters",
        r#"[{"Key":"KeyState","Values":["Enabled","Disabled"]},{"Key":"TagKey","Values":["t"]}]"#,
    ),
    ("KeySpec", "AES_128"),
    ("KeyUsage", "ENCRYPT/DECRYPT"),
    ("NumberOfBytes", "100"),
    ("Origin", "Aliyun_KMS"),
    ("PageNumber", "2147483648"),
    ("PageSize", "100"),
    ("ProtectionLevel", "SOFTWARE"),
    ("Recipient", "null"),
    ("SourceEncryptionContext", r#"{"a":"1","a":"2"}"#),
    ("Tags", r#"[{"TagKey":"t","TagValue":"v"}]"#),
];

/// Parameters that fit every operation on identities; what an operation does not know it ignores.
const OF_IDENTITIES: &[(&str, &str)] = &[
    ("UserName", "alice"),
    ("GroupName", "dev"),
    ("RoleName", "auditor"),
    ("PolicyName", "readers"),
    ("PolicyType", "Custom"),
    ("VersionId", "v1"),
    ("UserAccessKeyId", "LTAIofnobody"),
    ("Status", "Active"),
    ("MaxItems", "10"),
    (
        "PolicyDocument",
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:Describe*","Resource":"*"}]}"#,
    ),
    (
        "AssumeRolePolicyDocument",
        r#"{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["oss"]}}]}"#,
    ),
    ("RoleArn", "acs:ram::1234567890123456:role/auditor"),
    ("RoleSessionName", "me"),
    ("DurationSeconds", "900"),
];

/// Ciphertexts that the service gave, with the plaintext in them and the context they are bound to.
type Issued = HashMap<String, (String, Value)>;

/// What calls are made of.
struct Stock {
    key: String,
    blob: String,
    seeds: Seeds,
}

impl Stock {
    fn new(house: &House, issued: &mut Issued) -> Self {
        let key = house.must("CreateKey", &[])["KeyMetadata"].clone();
        let text = |field: &str| key[field].as_str().unwrap().to_owned();
        let (key, arn) = (text("KeyId"), text("Arn"));
        house.must("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/fuzz")]);
        let mut whole = vec![key.clone(), arn, "alias/fuzz".to_owned(), "aGVsbG8=".to_owned()];
        whole.extend(OPTIONAL.iter().map(|(_, value)| (*value).to_owned()));
        for bound in ["", r#"{"tenant":"a","b":"é"}"#] {
            let parameters = [
                ("KeyId", &*key),
                ("Plaintext", "c2VjcmV0"),
                ("EncryptionContext", bound),
            ];
            let blob = house.must("Encrypt", &parameters)["CiphertextBlob"].clone();
            let blob = blob.as_str().unwrap().to_owned();
            issued.insert(blob.clone(), ("c2VjcmV0".to_owned(), context(Some(bound))));
            whole.push(blob);
        }
        let blob = whole.last().unwrap().clone();
        let whole = whole.into_iter().map(String::into_bytes).collect();
        let seeds = Seeds {
            whole,
            words: words(),
        };
        Self { key, blob, seeds }
    }

    /// Parameters with which the operation does its work.
    fn good(&self, api: Api, action: &str) -> Vec<(&'static str, String)> {
        let (key, blob, context) = (&*self.key, &*self.blob, r#"{"b":"é","tenant":"a"}"#);
        let pairs: &[(&'static str, &str)] = match action {
            _ if api != Api::Kms => OF_IDENTITIES,
            "Encrypt" => &[
                ("KeyId", key),
                ("Plaintext", "aGVsbG8="),
                ("EncryptionContext", "{}"),
            ],
            "Decrypt" => &[("CiphertextBlob", blob), ("EncryptionContext", context)],
            "ReEncrypt" => &[
                ("CiphertextBlob", blob),
                ("SourceEncryptionContext", context),
                ("DestinationKeyId", "alias/fuzz"),
            ],
            "CreateKey" | "ListKeys" => &[("Description", "made by a fuzz target")],
            "CreateAlias" => &[("KeyId", key), ("AliasName", "alias/new")],
            "UpdateAlias" => &[("KeyId", key), ("AliasName", "alias/fuzz")],
            "DeleteAlias" => &[("AliasName", "alias/new")],
            "UpdateKeyDescription" => &[("KeyId", key), ("Description", "changed")],
            _ => &[("KeyId", key)],
        };
        pairs
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect()
    }

    fn parameters(&self, api: Api, action: &str, changes: &[Change]) -> Vec<(&'static str, String)> {
        let mut pairs = self.good(api, action);
        for change in changes {
            let count = pairs.len().max(1);
            match change {
                Change::Own { parameter, recipe } => {
                    if let Some((_, value)) = pairs.get_mut(usize::from(*parameter) % count) {
                        *value = text(&recipe.cook_from(value.as_bytes(), &self.seeds));
                    }
                }
                Change::Other { parameter, recipe } => {
                    let (name, good) = OPTIONAL[usize::from(*parameter) % OPTIONAL.len()];
                    let seed = if recipe.seed.is_multiple_of(2) {
                        good.as_bytes()
                    } else {
                        &[]
                    };
                    let value = text(&recipe.cook_from(seed, &self.seeds));
                    pairs.retain(|(known, _)| *known != name);
                    pairs.push((name, value));
                }
                Change::Without { parameter } => {
                    let at = usize::from(*parameter) % count;
                    pairs = pairs
                        .into_iter()
                        .enumerate()
                        .filter(|(own, _)| *own != at)
                        .map(|(_, pair)| pair)
                        .collect();
                }
            }
        }
        pairs
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A context by a second opinion: no context is an empty object.
fn context(text: Option<&str>) -> Value {
    match text {
        None | Some("") => serde_json::json!({}),
        Some(text) => match serde_json::from_str(text).unwrap() {
            Value::Null => serde_json::json!({}),
            context => context,
        },
    }
}

/// What the service must remember.
#[derive(Default)]
struct Books {
    issued: Issued,
    keys: u64,
    aliases: u64,
}

#[test]
fn a_caller_gets_proper_answers_and_ciphertexts_cannot_be_made_up() {
    let house = AssertUnwindSafe(House::new());
    let mut books = Books::default();
    let stock = Stock::new(&house, &mut books.issued);
    (books.keys, books.aliases) = (1, 1);
    let books = AssertUnwindSafe(RefCell::new(books));
    let apis = [Api::Kms, Api::Ram, Api::Sts];
    let of = |api: Api| api.served().map(move |action| (api, action));
    let actions: Vec<_> = apis.into_iter().flat_map(of).collect();
    target!().with_type::<CallPlan>().for_each(|plan: &CallPlan| {
        let (api, action) = actions[usize::from(plan.action) % actions.len()];
        let pairs = stock.parameters(api, action, &plan.changes);
        let answer = house.send(&sign(&house.world, plan, (api, action), &pairs));
        if api != Api::Kms {
            return;
        }
        let mut books = books.borrow_mut();
        books.count(&house, action, answer.status == 200);
        if let (200, Some(json)) = (answer.status, answer.json) {
            books.check(&house, action, &pairs, &json);
        }
    });
}

impl Books {
    /// A call that was served makes or deletes one thing, and one that was refused none.
    fn count(&mut self, house: &House, action: &str, served: bool) {
        let (kind, change) = match action {
            "CreateKey" => ("ListKeys", 1),
            "CreateAlias" => ("ListAliases", 1),
            "DeleteAlias" => ("ListAliases", -1),
            _ => return,
        };
        let book = if kind == "ListKeys" {
            &mut self.keys
        } else {
            &mut self.aliases
        };
        if served {
            *book = book.saturating_add_signed(change);
        }
        assert_eq!(house.must(kind, &[])["TotalCount"], *book);
    }

    /// What must hold of an operation that was served.
    fn check(&mut self, house: &House, action: &str, pairs: &[(&str, String)], json: &Value) {
        let given = |wanted: &str| {
            let pair = pairs.iter().find(|(name, _)| *name == wanted);
            pair.map(|(_, value)| value.as_str())
        };
        let bound = given("EncryptionContext");
        match action {
            "Encrypt" => {
                let blob = json["CiphertextBlob"].as_str().unwrap();
                let parameters = [
                    ("CiphertextBlob", blob),
                    ("EncryptionContext", bound.unwrap_or_default()),
                ];
                let opened = house.must("Decrypt", &parameters);
                let plaintext = given("Plaintext").unwrap();
                assert_eq!(opened["Plaintext"], plaintext);
                self.issued
                    .insert(blob.to_owned(), (plaintext.to_owned(), context(bound)));
            }
            "Decrypt" => {
                let known = self.issued.get(given("CiphertextBlob").unwrap());
                let opened = (json["Plaintext"].as_str().unwrap().to_owned(), context(bound));
                assert_eq!(known, Some(&opened), "nobody made this");
            }
            "DisableKey" => drop(house.must("EnableKey", &[("KeyId", given("KeyId").unwrap())])),
            _ => {}
        }
    }
}

fn sign(world: &World, plan: &CallPlan, (api, action): (Api, &str), pairs: &[(&str, String)]) -> Signed {
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let algorithms = [
        Algorithm::Acs3(Hash::Sha256),
        Algorithm::Acs3(Hash::Sm3),
        Algorithm::Acs4(Hash::Sha256),
    ];
    let client = world.root();
    let rpc = client.rpc_request(action, &pairs).set("Version", api.version());
    let rpc = if plan.xml { rpc.set("Format", "XML") } else { rpc };
    match plan.way % 6 {
        0 => rpc.sign(client),
        1 => rpc.method("GET").sign(client),
        2 => rpc.sign_in_body(client),
        way => {
            let algorithm = algorithms[usize::from(way) % algorithms.len()];
            let request = client.acs_request(algorithm, action, &pairs);
            request.set("x-acs-version", api.version()).sign(client)
        }
    }
}
