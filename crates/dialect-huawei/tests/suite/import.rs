//! Material from outside, as the guide has it made with the `openssl` command.
//!
//! SOURCE: user guide, "Importing Key Materials" (read 2026-11-22).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_model::SignedDuration;
use claviger_testkit::{Authority, World};
use serde_json::Value;

use crate::digits::hex;
use crate::kms::Kms;

/// How each algorithm is spelled by the command.
pub(crate) const WRAPPINGS: [(&str, &str); 3] = [
    (
        "RSAES_OAEP_SHA_256",
        "-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256",
    ),
    ("RSAES_OAEP_SHA_1", "-pkeyopt rsa_padding_mode:oaep"),
    ("RSAES_PKCS1_V1_5", ""),
];

/// Who owns the material.
pub(crate) struct Owner {
    pub(crate) kms: Kms,
    pub(crate) desk: Authority,
}

/// What is needed to bring material for a key.
pub(crate) struct Parameters {
    pub(crate) key: String,
    pub(crate) token: String,
    options: &'static str,
}

impl Owner {
    pub(crate) async fn new() -> Self {
        Self {
            kms: Kms::over(World::build()).await,
            desk: Authority::new(),
        }
    }

    /// The file `public` has the wrapping key afterwards.
    pub(crate) async fn asks(&self, key: &str, way: usize) -> Parameters {
        let (algorithm, options) = WRAPPINGS[way];
        let body = format!(r#"{{"key_id":"{key}","wrapping_algorithm":"{algorithm}"}}"#);
        let answer = self.kms.call("get-parameters-for-import", &body).await;
        let shown = answer.ok();
        let text = |name: &str| shown[name].as_str().unwrap();
        let (token, public) = (text("import_token"), text("public_key"));
        let expires = self.kms.world.now().as_second() + 24 * 60 * 60;
        let expected = format!(
            r#"{{"key_id":"{key}","import_token":"{token}","expiration_time":{expires},"public_key":"{public}"}}"#
        );
        assert_eq!(answer.text, expected);
        assert!((200..=6144).contains(&token.len()), "{}", token.len());
        self.desk.put("public", STANDARD.decode(public).unwrap());
        Parameters {
            key: key.to_owned(),
            token: token.to_owned(),
            options,
        }
    }

    /// A secret key under the wrapping key.
    pub(crate) fn wraps(&self, parameters: &Parameters, secret: &[u8]) -> String {
        self.desk.put("plain", secret);
        let options = parameters.options;
        self.desk.openssl(
            &format!("pkeyutl -encrypt -pubin -keyform DER -inkey public -in plain -out wrapped {options}"),
            &[],
        );
        STANDARD.encode(self.desk.bytes("wrapped"))
    }

    /// The file `der` under a temporary key.
    pub(crate) fn wraps_pair(&self, temporary: &[u8]) -> String {
        let digits = hex(temporary);
        let bits = temporary.len() * 8;
        self.desk.openssl(
            &format!("enc -id-aes{bits}-wrap-pad -K {digits} -iv A65959A6 -in der -out pair"),
            &[],
        );
        STANDARD.encode(self.desk.bytes("pair"))
    }

    /// A key pair in the files `pem`, `public.pem` and `der`, PKCS#8 each.
    pub(crate) fn makes_pair(&self, options: &str) {
        for line in [
            &*format!("genpkey -algorithm {options} -out pem"),
            "pkey -in pem -pubout -out public.pem",
            "pkcs8 -topk8 -inform PEM -outform DER -in pem -out der -nocrypt",
        ] {
            self.desk.openssl(line, &[]);
        }
    }

    pub(crate) async fn state(&self, key: &str) -> Value {
        let body = format!(r#"{{"key_id":"{key}"}}"#);
        self.kms.call("describe-key", &body).await.ok()["key_info"].clone()
    }
}

pub(crate) fn import(parameters: &Parameters, wrapped: &str, members: &str) -> String {
    let Parameters { key, token, .. } = parameters;
    format!(r#"{{"key_id":"{key}","import_token":"{token}","encrypted_key_material":"{wrapped}"{members}}}"#)
}

#[tokio::test]
async fn a_secret_key_comes_in_goes_and_comes_again() {
    let owner = Owner::new().await;
    let kms = &owner.kms;
    let key = kms.key_of("one", r#""origin":"external""#).await;
    let secret = [7; 32];
    let mut blob = None;
    for way in 0..WRAPPINGS.len() {
        let parameters = owner.asks(&key, way).await;
        let body = import(&parameters, &owner.wraps(&parameters, &secret), "");
        let answer = kms.call("import-key-material", &body).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        assert_eq!(owner.state(&key).await["key_state"], "2");
        // What was encrypted before opens again.
        let blob = match &blob {
            Some(blob) => blob,
            None => blob.insert(kms.encrypt(&key, "text", "").await),
        };
        let opened = kms
            .call("decrypt-data", &format!(r#"{{"cipher_text":"{blob}"}}"#))
            .await
            .ok();
        assert_eq!(opened["plain_text"], "text");
        let named = format!(r#"{{"key_id":"{key}"}}"#);
        let answer = kms.call("delete-imported-key-material", &named).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        assert_eq!(owner.state(&key).await["key_state"], "5");
    }
}

#[tokio::test]
async fn material_expires_when_it_was_told_to() {
    let owner = Owner::new().await;
    let kms = &owner.kms;
    let expires = kms.world.now().as_second() + 3600;
    for (at, spelled) in [expires.to_string(), format!("\"{expires}\"")].iter().enumerate() {
        let key = kms.key_of(&format!("key{at}"), r#""origin":"external""#).await;
        let parameters = owner.asks(&key, 0).await;
        let wrapped = owner.wraps(&parameters, &[7; 32]);
        let body = import(&parameters, &wrapped, &format!(r#","expiration_time":{spelled}"#));
        kms.call("import-key-material", &body).await.ok();
        // Seconds in, milliseconds out.
        let shown = owner.state(&key).await;
        assert_eq!(shown["expiration_time"], format!("{expires}000"));
    }
    kms.world.advance(SignedDuration::from_hours(1));
    let key = kms.create_key("other").await;
    kms.world.run_jobs().await;
    let listed = kms.call("list-keys", r#"{"key_state":"5"}"#).await;
    assert!(
        !listed.text.contains(&key) && listed.ok()["total"] == 2,
        "{listed:?}"
    );
}

#[tokio::test]
async fn key_pairs_come_in_as_the_guide_says_and_sign_as_they_did_at_home() {
    let owner = Owner::new().await;
    let kms = &owner.kms;
    for (spec, options, algorithm) in [
        ("EC_P256", "EC -pkeyopt ec_paramgen_curve:P-256", "ECDSA_SHA_256"),
        (
            "RSA_2048",
            "RSA -pkeyopt rsa_keygen_bits:2048",
            "RSASSA_PKCS1_V1_5_SHA_256",
        ),
    ] {
        owner.makes_pair(options);
        let key = kms
            .key_of(spec, &format!(r#""key_spec":"{spec}","origin":"external""#))
            .await;
        let parameters = owner.asks(&key, 0).await;
        let temporary = [9; 32];
        let pair = format!(r#","encrypted_privatekey":"{}""#, owner.wraps_pair(&temporary));
        let body = import(&parameters, &owner.wraps(&parameters, &temporary), &pair);
        let answer = kms.call("import-key-material", &body).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        assert_eq!(owner.state(&key).await["key_state"], "2");
        let shown = kms
            .call("get-publickey", &format!(r#"{{"key_id":"{key}"}}"#))
            .await
            .ok();
        let public = shown["public_key"].as_str().unwrap().replace("\r\n", "\n");
        assert_eq!(public, owner.desk.text("public.pem"));
        let body = format!(
            r#"{{"key_id":"{key}","signing_algorithm":"{algorithm}","message":"{}","message_type":"RAW"}}"#,
            STANDARD.encode("message")
        );
        let signed = kms.call("sign", &body).await.ok();
        let signature = STANDARD.decode(signed["signature"].as_str().unwrap()).unwrap();
        owner.desk.put("signature", signature);
        owner.desk.put("message", "message");
        owner.desk.openssl(
            "dgst -sha256 -verify public.pem -signature signature message",
            &[],
        );
        let named = format!(r#"{{"key_id":"{key}"}}"#);
        kms.call("delete-imported-key-material", &named)
            .await
            .kms("KMS.2702");
    }
}
