//! Keys and ciphertexts are the same for every face; each reads what it wrote, and shows what another wrote as it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_model::{EncryptionContext, Scope};
use claviger_secret::SecretBytes;
use claviger_service::ops::crypto::{
    Ciphertext, DataKeyForm, Decrypt, Encrypt, GenerateDataKey, Opener, Payload,
};
use claviger_service::{Call, KeyName, KeyRef, Operation, Source};

use crate::digits::{hex, unhex};
use crate::kms::{Kms, PEER};

/// The core as another face asks it, for the first caller.
pub(crate) struct Other<'a> {
    kms: &'a Kms,
    pub(crate) scope: Scope,
}

impl<'a> Other<'a> {
    pub(crate) fn beside(kms: &'a Kms) -> Self {
        let scope = kms.world.scope(kms.world.root().account());
        Self { kms, scope }
    }

    fn key(&self, id: &str) -> KeyRef {
        KeyRef {
            scope: self.scope.clone(),
            name: KeyName::Id(id.parse().unwrap()),
        }
    }

    pub(crate) async fn calls<O: Operation>(&self, operation: O) -> O::Output {
        let service = self.kms.world.service();
        let credential = service.root_of(self.scope.account).await.unwrap();
        let (id, time) = service.begin().unwrap();
        let call = Call {
            id,
            time,
            credential: &credential,
            scope: &self.scope,
            dialect: "other",
            api: "kms",
            operation: operation.action().name(),
            source: Source {
                address: PEER,
                agent: "test",
                host: "test",
                secure: true,
            },
            wire_code: |_, _| "error",
            dry_run: false,
        };
        service.execute(&call, operation).await.into_inner().unwrap()
    }

    async fn opens(&self, blob: &[u8], context: EncryptionContext) -> Vec<u8> {
        let decrypt = Decrypt {
            ciphertext: Ciphertext::parse(blob.to_vec()).unwrap(),
            opener: Opener::Named,
            payload: Payload::Data,
            context,
        };
        self.calls(decrypt).await.plaintext.expose().to_vec()
    }
}

fn context() -> EncryptionContext {
    let mut context = EncryptionContext::default();
    assert!(context.add("purpose".into(), "test".into()));
    context
}

const CONTEXT: &str = r#""encryption_context":{"purpose":"test"}"#;

#[tokio::test]
async fn data_crosses_faces_both_ways() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let other = Other::beside(&kms);
    let blob = kms.encrypt(&key, "grüße", &format!(",{CONTEXT}")).await;
    let blob = STANDARD.decode(blob).unwrap();
    assert_eq!(other.opens(&blob, context()).await, "grüße".as_bytes());
    let encrypt = Encrypt {
        key: other.key(&key),
        payload: Payload::Data,
        plaintext: SecretBytes::copied("from there".as_bytes()),
        context: context(),
    };
    let blob = STANDARD.encode(other.calls(encrypt).await.blob);
    let body = format!(r#"{{"cipher_text":"{blob}",{CONTEXT}}}"#);
    let opened = kms.call("decrypt-data", &body).await.ok();
    assert_eq!(opened["plain_text"], "from there");
}

#[tokio::test]
async fn data_keys_cross_faces_in_the_form_in_which_they_were_made() {
    let kms = Kms::new().await;
    let key = kms.create_key("one").await;
    let other = Other::beside(&kms);
    let body = format!(r#"{{"key_id":"{key}",{CONTEXT}}}"#);
    let made = kms.call("create-datakey", &body).await.ok();
    let (plain, blob) = (
        unhex(made["plain_text"].as_str().unwrap()),
        unhex(made["cipher_text"].as_str().unwrap()),
    );
    assert_eq!(other.opens(&blob, context()).await, plain);
    // There a data key is text: here it is shown as its bytes.
    let made = other
        .calls(GenerateDataKey {
            key: other.key(&key),
            length: 32,
            form: DataKeyForm::Base64,
            context: context(),
        })
        .await;
    let body = format!(
        r#"{{"key_id":"{key}","cipher_text":"{}","datakey_cipher_length":"44",{CONTEXT}}}"#,
        hex(&made.blob)
    );
    let opened = kms.call("decrypt-datakey", &body).await.ok();
    assert_eq!(
        unhex(opened["data_key"].as_str().unwrap()),
        made.plaintext.expose()
    );
    let body = format!(r#"{{"cipher_text":"{}",{CONTEXT}}}"#, STANDARD.encode(&made.blob));
    let opened = kms.call("decrypt-data", &body).await.ok();
    let text = std::str::from_utf8(made.plaintext.expose()).unwrap();
    assert_eq!(opened["plain_text"], text);
}
