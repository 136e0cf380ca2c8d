//! The front door with a whole service behind it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;

use bolero::TypeGenerator;
use claviger_dialect_alibaba::{AlibabaDoor, served};
use claviger_front::{Door as _, Reply, Request as DoorRequest};
use claviger_fuzz::{Recipe, Request, Seeds, recorded, target, words};
use claviger_testkit::{Algorithm, Hash, Signed, World};
use serde_json::Value;
use tokio::runtime::Runtime;

/// A moment at which the recorded requests are fresh.
const RECORDING: &str = "2026-11-21T20:45:00Z";

struct House {
    runtime: Runtime,
    world: World,
    door: AlibabaDoor,
}

impl House {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let world = World::build().at(RECORDING).nonce_limit(usize::MAX);
        let world = world.caller("LTAI5tTestKeyIdForVectors", "TestSecretForVectors0123456789");
        let world = runtime.block_on(world.start());
        let door = AlibabaDoor::new(world.service());
        Self { runtime, world, door }
    }

    /// The answer to a request, if it is one that an HTTP library lets through.
    fn ask(&self, request: Request) -> Option<Answer> {
        let target = match request.query.as_str() {
            "" => request.path,
            query => format!("{}?{query}", request.path),
        };
        let mut head = http::Request::builder()
            .method(request.method.as_str())
            .uri(target);
        for (name, value) in &request.headers {
            head = head.header(name, value.as_slice());
        }
        let (head, ()) = head.body(()).ok()?.into_parts();
        let (id, time) = self.world.service().begin().unwrap();
        let request = DoorRequest {
            id,
            time,
            head,
            body: request.body.into(),
            peer: [127, 0, 0, 1].into(),
            secure: true,
        };
        let reply = self.runtime.block_on(self.door.serve(request));
        Some(Answer::check(&reply, &id.to_string()))
    }

    fn send(&self, signed: &Signed) -> Answer {
        let (path, query) = signed.target.split_once('?').unwrap_or((&signed.target, ""));
        let headers = signed.headers.iter();
        self.ask(Request {
            method: signed.method.clone(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers
                .map(|(name, value)| (name.clone(), value.clone().into_bytes()))
                .collect(),
            body: signed.body.clone(),
        })
        .unwrap()
    }

    /// Asks in the plainest way, and takes success for granted.
    fn must(&self, action: &str, parameters: &[(&str, &str)]) -> Value {
        let answer = self.send(&self.world.sign_rpc(action, parameters));
        assert_eq!(answer.status, 200, "{action}: {:?}", answer.json);
        answer.json.unwrap()
    }
}

struct Answer {
    status: u16,
    /// Nothing where XML was asked for.
    json: Option<Value>,
}

impl Answer {
    /// What every answer must be, whatever was asked.
    fn check(reply: &Reply, id: &str) -> Self {
        let status = reply.status.as_u16();
        assert!(
            matches!(status, 200 | 400 | 403 | 404 | 409),
            "{status} {}",
            reply.line.code
        );
        assert_eq!(status == 200, reply.line.code.is_empty());
        let text = std::str::from_utf8(&reply.body).unwrap();
        if reply.content_type.starts_with("text/xml") {
            let mut reader = quick_xml::Reader::from_str(text);
            while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
            assert!(text.contains(&format!("<RequestId>{id}</RequestId>")));
            return Self { status, json: None };
        }
        let json: Value = serde_json::from_str(text).unwrap();
        assert_eq!(json["RequestId"], id);
        if status != 200 {
            assert_eq!(json["Code"], reply.line.code);
            assert!(
                json["Message"]
                    .as_str()
                    .is_some_and(|message| !message.is_empty())
            );
        }
        Self {
            status,
            json: Some(json),
        }
    }
}

#[test]
fn whatever_is_sent_gets_a_proper_answer() {
    let house = AssertUnwindSafe(House::new());
    let recorded = recorded();
    let seeds = Seeds {
        whole: recorded.iter().map(|(request, _)| request.to_bytes()).collect(),
        words: words(),
    };
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        if let Some(request) = Request::read(&recipe.cook(&seeds)) {
            house.ask(request);
        }
    });
}

/// A call of someone who may do everything: a good one, and what is done to its parameters.
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
    fn good(&self, action: &str) -> Vec<(&'static str, String)> {
        let (key, blob, context) = (&*self.key, &*self.blob, r#"{"b":"é","tenant":"a"}"#);
        let pairs: &[(&'static str, &str)] = match action {
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

    fn parameters(&self, action: &str, changes: &[Change]) -> Vec<(&'static str, String)> {
        let mut pairs = self.good(action);
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

#[test]
fn a_caller_gets_proper_answers_and_ciphertexts_cannot_be_made_up() {
    let house = AssertUnwindSafe(House::new());
    let mut first = Issued::new();
    let stock = Stock::new(&house, &mut first);
    let issued = AssertUnwindSafe(RefCell::new(first));
    let actions: Vec<_> = served().collect();
    target!().with_type::<CallPlan>().for_each(|plan: &CallPlan| {
        let action = actions[usize::from(plan.action) % actions.len()];
        let pairs = stock.parameters(action, &plan.changes);
        let answer = house.send(&sign(&house.world, plan, action, &pairs));
        if let (200, Some(json)) = (answer.status, answer.json) {
            check(&house, action, &pairs, &json, &mut issued.borrow_mut());
        }
    });
}

/// What must hold of an operation that was served.
fn check(house: &House, action: &str, pairs: &[(&str, String)], json: &Value, issued: &mut Issued) {
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
            issued.insert(blob.to_owned(), (plaintext.to_owned(), context(bound)));
        }
        "Decrypt" => {
            let known = issued.get(given("CiphertextBlob").unwrap());
            let opened = (json["Plaintext"].as_str().unwrap().to_owned(), context(bound));
            assert_eq!(known, Some(&opened), "nobody made this");
        }
        "DisableKey" => drop(house.must("EnableKey", &[("KeyId", given("KeyId").unwrap())])),
        _ => {}
    }
}

fn sign(world: &World, plan: &CallPlan, action: &str, pairs: &[(&str, String)]) -> Signed {
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
    let rpc = client.rpc_request(action, &pairs);
    let rpc = if plan.xml { rpc.set("Format", "XML") } else { rpc };
    match plan.way % 6 {
        0 => rpc.sign(client),
        1 => rpc.method("GET").sign(client),
        2 => rpc.sign_in_body(client),
        way => {
            let algorithm = algorithms[usize::from(way) % algorithms.len()];
            client.acs_request(algorithm, action, &pairs).sign(client)
        }
    }
}
