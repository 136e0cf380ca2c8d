//! What is secret in a call that uses keys or brings material stands in its answer, if there, and in no record.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::Value;

use crate::digits::{hex, unhex};
use crate::import::{Owner, import};

/// Members of answers that are secret, or nothing that the log is for.
const SECRET: [&str; 9] = [
    "plain_text",
    "plain_text_base64",
    "cipher_text",
    "data_key",
    "datakey_dgst",
    "random_data",
    "signature",
    "mac",
    "import_token",
];

/// Spellings of secrets.
#[derive(Default)]
struct Marks(Vec<String>);

impl Marks {
    /// A text with what it stands for, in plain, in base64 wherever it begins, and as hex digits.
    fn add(&mut self, text: &str) {
        self.0.push(text.to_owned());
        self.bytes(text.as_bytes());
        if let Ok(bytes) = STANDARD.decode(text) {
            self.bytes(&bytes);
        }
        if text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            self.bytes(&unhex(text));
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        assert!(bytes.len() >= 8, "too short to be found");
        let hex = hex(bytes);
        self.0.extend([hex.to_uppercase(), hex]);
        for (before, first) in [(0, 0), (1, 2), (2, 3)] {
            let text = STANDARD_NO_PAD.encode([&[0; 2][..before], bytes].concat());
            let last = (before + bytes.len()) * 8 / 6;
            self.0.push(text[first..last].to_owned());
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            self.0.push(text.to_owned());
        }
    }

    fn are_not_in(&self, text: &str) {
        for mark in &self.0 {
            assert!(!text.contains(mark.as_str()), "{mark} in {text}");
        }
    }

    fn answer(&mut self, answer: &Value) {
        let members = answer.as_object().unwrap().iter();
        let texts = members.filter_map(|(name, value)| Some((name, value.as_str()?)));
        for (_, text) in texts.filter(|(name, _)| SECRET.contains(&name.as_str())) {
            self.add(text);
        }
    }
}

const TEXT: &str = "needle in a plaintext";
/// A data key, whose digest follows it in a request.
const DATA_KEY: &[u8; 32] = b"needle of a datakey, of 32 bytes";
const MATERIAL: &[u8; 32] = b"needle of material, 32 bytes all";
const OAEP: &str = r#""encryption_algorithm":"RSAES_OAEP_SHA_256""#;

/// Keys of every kind, and calls with something secret in them.
struct Scene {
    owner: Owner,
    marks: Marks,
    key: String,
    pair: String,
    calls: Vec<(&'static str, String)>,
}

impl Scene {
    async fn new() -> Self {
        let owner = Owner::new().await;
        let (kms, desk) = (&owner.kms, &owner.desk);
        let key = kms.create_key("one").await;
        let pair = kms
            .key_of("pair", r#""key_spec":"RSA_2048","key_usage":"ENCRYPT_DECRYPT""#)
            .await;
        let signer = kms.key_of("signer", r#""key_spec":"EC_P256""#).await;
        let mac = kms.key_of("mac", r#""key_spec":"HMAC_256""#).await;
        let empty = kms.key_of("empty", r#""origin":"external""#).await;
        desk.put("key", DATA_KEY);
        desk.openssl("dgst -sha256 -binary -out digest key", &[]);
        let data_key = hex(DATA_KEY) + &hex(&desk.bytes("digest"));
        let message = STANDARD.encode("needle in a message, which may be long");
        let parameters = owner.asks(&empty, 0).await;
        let wrapped = owner.wraps(&parameters, MATERIAL);
        let private = STANDARD.encode("needle of a private key that is wrapped");
        let mut marks = Marks::default();
        for sent in [TEXT, &message, &data_key, &parameters.token, &wrapped, &private] {
            marks.add(sent);
        }
        marks.bytes(DATA_KEY);
        marks.bytes(MATERIAL);
        let private = format!(r#","encrypted_privatekey":"{private}""#);
        let named = |key: &str, members: &str| format!(r#"{{"key_id":"{key}",{members}}}"#);
        let text = format!(r#""plain_text":"{TEXT}""#);
        let to_pair = format!("{text},{OAEP}");
        let data_key = format!(r#""plain_text":"{data_key}","datakey_plain_length":"32""#);
        let raw =
            format!(r#""message":"{message}","message_type":"RAW","signing_algorithm":"ECDSA_SHA_256""#);
        let coded = format!(r#""message":"{message}","mac_algorithm":"HMAC_SHA_256""#);
        let calls = vec![
            ("encrypt-data", named(&key, &text)),
            ("encrypt-data", named(&pair, &to_pair)),
            ("create-datakey", named(&key, r#""key_spec":"AES_256""#)),
            (
                "create-datakey-without-plaintext",
                named(&key, r#""datakey_length":"256""#),
            ),
            ("encrypt-datakey", named(&key, &data_key)),
            ("gen-random", r#"{"random_data_length":"512"}"#.to_owned()),
            ("sign", named(&signer, &raw)),
            ("generate-mac", named(&mac, &coded)),
            ("import-key-material", import(&parameters, &wrapped, &private)),
        ];
        Self {
            owner,
            marks,
            key,
            pair,
            calls,
        }
    }

    /// Makes a call, and the one that takes back what it gave.
    async fn goes(&mut self, name: &str, body: &str) {
        let kms = &self.owner.kms;
        let made = kms.call(name, body).await.ok();
        self.marks.answer(&made);
        let Some(blob) = made["cipher_text"].as_str() else {
            return;
        };
        let (back, key, more) = if name.contains("datakey") {
            ("decrypt-datakey", &self.key, r#""datakey_cipher_length":"32""#)
        } else if body.contains(&self.pair) {
            ("decrypt-data", &self.pair, OAEP)
        } else {
            ("decrypt-data", &self.key, r#""sequence":"7""#)
        };
        let body = format!(r#"{{"key_id":"{key}","cipher_text":"{blob}",{more}}}"#);
        self.marks.answer(&kms.call(back, &body).await.ok());
    }

    /// Makes a call that is refused. Its answer tells as little.
    async fn fails(&self, name: &str, body: &str) {
        let answer = self.owner.kms.call(name, body).await;
        assert_ne!(answer.status, 200, "{name}: {answer:?}");
        self.marks.are_not_in(&answer.text);
    }
}

#[tokio::test]
async fn secrets_stay_out_of_the_log_and_of_refusals() {
    let mut scene = Scene::new().await;
    for (name, body) in scene.calls.clone() {
        scene.goes(name, &body).await;
        let broken = body.replacen('{', "[", 1);
        let with_number = body.replacen('{', r#"{"sequence":[],"#, 1);
        for wrong in [broken, with_number] {
            scene.fails(name, &wrong).await;
        }
        if name != "gen-random" {
            scene
                .fails(name, &body.replacen(r#""key_id":""#, r#""key_id":"x"#, 1))
                .await;
        }
    }
    let records = scene.owner.kms.world.audit_records().await;
    assert!(records.len() > 40, "{}", records.len());
    for record in records {
        scene.marks.are_not_in(&record.to_string());
    }
}
