//! Keys through their lives: what the tests about time and states share.

use claviger_crypto::rsa::{RsaEncryption, RsaPublicKey};
use claviger_model::{
    EncryptionAlgorithm, EncryptionContext, Error, HashAlgorithm, Key, KeyId, KeySpec, KeyState, Origin,
    Page, SignedDuration, Timestamp,
};
use claviger_service::Service;
use claviger_service::ops::crypto::{Ciphertext, Decrypt, Encrypted};
use claviger_service::ops::import::{GetParametersForImport, ImportKeyMaterial, ImportParameters};
use claviger_service::ops::key::{CreateKey, DescribeKey, ListKeyVersions, ScheduleKeyDeletion};
use claviger_service::ops::tag::TagRules;
use claviger_store::VersionRow;
use claviger_testkit::World;
use serde_json::Value;

use crate::calls::Root;

pub(crate) const DAY: SignedDuration = SignedDuration::from_hours(24);
pub(crate) const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);
/// Material for keys of 256 bits.
pub(crate) const MATERIAL: &[u8] = &[0xa7; 32];

/// The looser rules for labels.
pub(crate) const RULES: TagRules = TagRules {
    of_services: true,
    doomed: false,
};

const ALGORITHM: EncryptionAlgorithm = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256);

/// Wraps material as an owner would.
pub(crate) fn wrap(public_key: &[u8], padding: RsaEncryption, material: &[u8]) -> Vec<u8> {
    let public = RsaPublicKey::from_spki(public_key).unwrap();
    public.encrypt(padding, material).unwrap()
}

impl Root {
    pub(crate) async fn describes(&self, service: &Service, key: KeyId) -> Result<Key, Error> {
        self.calls(service, DescribeKey(self.key(key))).await
    }

    pub(crate) async fn state(&self, service: &Service, key: KeyId) -> KeyState {
        self.describes(service, key).await.unwrap().state
    }

    /// Makes a key whose material is brought.
    pub(crate) async fn makes_empty_key(&self, service: &Service) -> KeyId {
        let create = CreateKey {
            origin: Origin::External,
            ..self.create_key()
        };
        self.calls(service, create).await.unwrap().id
    }

    pub(crate) async fn prepares_import(&self, service: &Service, key: KeyId) -> ImportParameters {
        let asked = GetParametersForImport {
            only_pending: false,
            key: self.key(key),
            spec: KeySpec::Rsa2048,
            algorithm: ALGORITHM,
        };
        self.calls(service, asked).await.unwrap()
    }

    /// Material, wrapped and ready to be handed in.
    pub(crate) fn import(
        &self,
        parameters: &ImportParameters,
        material: &[u8],
        expires: Option<Timestamp>,
    ) -> ImportKeyMaterial {
        ImportKeyMaterial {
            pair: None,
            only_pending: false,
            key: self.key(parameters.key),
            wrapped: wrap(&parameters.public_key, RsaEncryption::OaepSha256, material),
            token: parameters.token.clone(),
            expires,
        }
    }

    /// Brings material from beginning to end.
    pub(crate) async fn brings(
        &self,
        service: &Service,
        key: KeyId,
        material: &[u8],
        expires: Option<Timestamp>,
    ) -> Result<(), Error> {
        let parameters = self.prepares_import(service, key).await;
        let import = self.import(&parameters, material, expires);
        self.calls(service, import).await
    }

    /// Makes a key that rotates.
    pub(crate) async fn makes_rotating_key(&self, service: &Service, interval: SignedDuration) -> Key {
        let create = CreateKey {
            rotation: Some(interval),
            ..self.create_key()
        };
        self.calls(service, create).await.unwrap()
    }

    pub(crate) async fn schedules_deletion(
        &self,
        service: &Service,
        key: KeyId,
        window: SignedDuration,
    ) -> Key {
        let key = self.key(key);
        self.calls(service, ScheduleKeyDeletion { key, window })
            .await
            .unwrap()
    }

    pub(crate) async fn encrypts_now(&self, service: &Service, key: KeyId) -> Encrypted {
        self.encrypts_to_blob(service, self.key(key)).await.unwrap()
    }

    pub(crate) async fn versions(&self, service: &Service, key: KeyId) -> Vec<VersionRow> {
        let list = ListKeyVersions {
            key: self.key(key),
            page: Page { skip: 0, take: 1000 },
        };
        self.calls(service, list).await.unwrap().page.items
    }

    /// The text of a ciphertext.
    pub(crate) async fn reads(&self, service: &Service, blob: &[u8]) -> Vec<u8> {
        let operation = Decrypt {
            opener: claviger_service::ops::crypto::Opener::Named,
            payload: claviger_service::ops::crypto::Payload::Data,
            ciphertext: Ciphertext::parse(blob.to_vec()).unwrap(),
            context: EncryptionContext::default(),
        };
        let decrypted = self.calls(service, operation).await.unwrap();
        decrypted.plaintext.expose().to_vec()
    }
}

/// What the system did by itself, but for announcements: action, key, time of each record.
pub(crate) async fn system_records(world: &World) -> Vec<(String, String, String)> {
    let mut records = all_system_records(world).await;
    records.retain(|(action, ..)| action != "WarnDeletion");
    records
}

/// The same with announcements of deletions.
pub(crate) async fn all_system_records(world: &World) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let records = world.audited_calls().await;
    records
        .iter()
        .filter(|record| record["caller"]["type"] == "system")
        .map(|record| {
            assert_eq!(record["outcome"], "served");
            assert_eq!(record["account"], world.root().account().to_string());
            (
                text(&record["action"]),
                text(&record["response"]["key"]),
                text(&record["time"]),
            )
        })
        .collect()
}

/// A moment as records write it.
pub(crate) fn written(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}
