//! Every published code with a request that is answered with it, by the list `fixtures/huawei/refusals.txt`.

use std::collections::BTreeMap;

use claviger_dialect_huawei::{HuaweiDoor, Settings, codes};
use claviger_model::SignedDuration;
use claviger_testkit::Client;
use serde_json::{Value, json};

use crate::desk::{fixture, lines, text};
use crate::kms::{Draft, Kms};
use crate::wrapping::wrapped;

/// What the list has for a code.
enum Entry {
    /// A request that is answered with it.
    Request(String),
    /// It is answered, to no request by itself.
    Answered,
    Never,
}

fn entries() -> BTreeMap<String, Entry> {
    let file = fixture("refusals.txt");
    let mut found = BTreeMap::new();
    for (number, line) in lines(&file) {
        let (code, rest) = line.split_once(' ').unwrap();
        let entry = match rest.split_once(' ').unwrap() {
            ("!", _) => Entry::Answered,
            ("-", _) => Entry::Never,
            _ => Entry::Request(rest.to_owned()),
        };
        let twice = found.insert(code.to_owned(), entry);
        assert!(twice.is_none(), "line {number}: {code} is there twice");
    }
    found
}

/// Every code is in the list, and those of the program with the status that was published.
#[test]
fn the_list_has_every_published_code_and_the_program_those_that_are_answered() {
    let published: BTreeMap<String, u16> = serde_json::from_str(&fixture("error_codes.json")).unwrap();
    let entries = entries();
    assert!(entries.keys().eq(published.keys()));
    let answered: Vec<_> = entries
        .iter()
        .filter(|(_, entry)| !matches!(entry, Entry::Never))
        .map(|(code, _)| (code.clone(), published[code]))
        .collect();
    let own: Vec<_> = codes().map(|(code, status)| (code.to_owned(), status)).collect();
    assert_eq!(answered, own);
}

/// What the requests of the list name.
struct Things(BTreeMap<&'static str, String>);

impl Things {
    /// A text of the list with things in the place of their names.
    fn put_into(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('<') {
            let (name, behind) = behind.split_once('>').unwrap();
            out.push_str(before);
            match name.split_once('*') {
                Some((letter, count)) => out.push_str(&letter.repeat(count.parse().unwrap())),
                None => out.push_str(self.0.get(name).unwrap_or_else(|| panic!("no {name}"))),
            }
            rest = behind;
        }
        out + rest
    }

    async fn of(kms: &Kms) -> Self {
        let mut things = Self(BTreeMap::new());
        things.keys(kms).await;
        things.material(kms).await;
        things
    }

    fn put(&mut self, name: &'static str, value: &str) {
        self.0.insert(name, value.to_owned());
    }

    async fn keys(&mut self, kms: &Kms) {
        for (name, spec, usage) in [
            ("aes", "AES_256", ""),
            ("disabled", "AES_256", ""),
            ("ending", "AES_256", ""),
            ("full", "AES_256", ""),
            ("granted", "AES_256", ""),
            ("rotating", "AES_256", ""),
            ("rsa", "RSA_2048", "ENCRYPT_DECRYPT"),
            ("rsa signs", "RSA_2048", "SIGN_VERIFY"),
            ("ec", "EC_P256", ""),
            ("hmac", "HMAC_256", ""),
        ] {
            let alias = name.replace(' ', "-");
            let members = json!({"key_alias": alias, "key_spec": spec, "key_usage": usage});
            self.put(name, &kms.make(members).await);
        }
        let key = |name: &str| self.0[name].clone();
        let (disabled, ending, granted) = (key("disabled"), key("ending"), key("granted"));
        kms.bring(&disabled, '3').await;
        kms.bring(&ending, '4').await;
        kms.asks("enable-key-rotation", json!({"key_id": key("rotating")}))
            .await
            .ok();
        let tags: Vec<_> = (0..20).map(|n| json!({"key": format!("k{n}")})).collect();
        let body = json!({"action": "create", "tags": tags});
        let path = format!("kms/{}/tags/action", key("full"));
        assert_eq!(kms.at("POST", &path, body).await.status, 204);
        let made = kms
            .asks("create-datakey", json!({"key_id": key("aes")}))
            .await
            .ok();
        let default = kms.begin("obs/default").await;
        let grant = kms.grant(&granted, "nobody", &["describe-key"]).await;
        self.put("data key", &text(&made["cipher_text"]));
        self.put("default", &default);
        self.put("grant", &grant);
        // 32 bytes of zeros, and their digest.
        let digest = "66687AADF862BD776C8FC18B8E9F8E20089714856EE233B3902A591D0D5F2925";
        self.put("digested", &("0".repeat(64) + digest));
    }

    async fn material(&mut self, kms: &Kms) {
        self.put("junk", &("A".repeat(340) + "AA=="));
        for (name, spec) in [
            ("empty", "AES_256"),
            ("brought", "AES_256"),
            ("discarded", "AES_256"),
            ("pair", "EC_P256"),
        ] {
            let members = json!({"key_alias": name, "key_spec": spec, "origin": "external"});
            self.put(name, &kms.make(members).await);
        }
        let (empty, discarded) = (self.0["empty"].clone(), self.0["discarded"].clone());
        kms.import(&self.0["brought"]).await;
        kms.import(&discarded).await;
        kms.bring(&discarded, '5').await;
        let old = asked(kms, &empty).await;
        self.put("old token", &old.0);
        kms.world.advance(SignedDuration::from_hours(25));
        let (token, public) = asked(kms, &empty).await;
        self.put("token", &token);
        self.put("material", &wrapped(&public, &[1; 32]));
        self.put("short material", &wrapped(&public, &[1; 16]));
        let (token, public) = asked(kms, &discarded).await;
        self.put("discarded token", &token);
        self.put("discarded material", &wrapped(&public, &[1; 32]));
        let (token, public) = asked(kms, &self.0["pair"]).await;
        self.put("pair token", &token);
        self.put("pair material", &wrapped(&public, &[1; 32]));
        self.put("pair short", &wrapped(&public, &[1; 24]));
    }
}

/// An import token, and the wrapping key beside it.
async fn asked(kms: &Kms, key: &str) -> (String, String) {
    let body = json!({"key_id": key, "wrapping_algorithm": "RSAES_OAEP_SHA_256"});
    let shown = kms.asks("get-parameters-for-import", body).await.ok();
    (text(&shown["import_token"]), text(&shown["public_key"]))
}

/// The code that a request of the list is answered with.
async fn answered(kms: &Kms, nobody: &Client, things: &Things, request: &str) -> String {
    let root = kms.world.root();
    let (caller, request) = match request.strip_prefix("nobody ") {
        Some(request) => (nobody, request),
        None => (root, request),
    };
    let mut parts = request.splitn(3, ' ');
    let method = parts.next().unwrap();
    // Things with blanks in their names stand in bodies alone.
    let path = things.put_into(parts.next().unwrap());
    let body = things.put_into(parts.next().unwrap_or_default());
    if !body.is_empty() && body.len() < 1000 {
        let read: Result<Value, _> = serde_json::from_str(&body);
        assert!(read.is_ok(), "{body}");
    }
    let answer = if path.starts_with('/') {
        let draft = Draft::new(method, &path, &body);
        kms.send(&draft.sign(caller, &kms.time())).await
    } else {
        kms.of(caller, method, &path, &body).await
    };
    assert!((400..500).contains(&answer.status), "{request}: {answer:?}");
    answer.code()
}

#[tokio::test]
async fn every_request_of_the_list_is_answered_with_its_code() {
    let mut kms = Kms::new().await;
    let nobody = kms
        .world
        .add_user(kms.world.root().account(), "nobody", &[])
        .await;
    let things = Things::of(&kms).await;
    // From here on there are as many keys and grants as there may be.
    let settings = Settings {
        keys: 1,
        grants: 1,
        ..Settings::DEFAULT
    };
    kms.door = HuaweiDoor::new(kms.world.service(), settings);
    let mut wrong = Vec::new();
    for (code, entry) in entries() {
        if let Entry::Request(request) = entry {
            let found = answered(&kms, &nobody, &things, &request).await;
            if found != code {
                wrong.push(format!("{code}: {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
