//! One call of each operation on a key.

use std::sync::LazyLock;

use claviger_crypto::rsa::{RsaPrivateKey, RsaSize};
use claviger_model::{
    Action, Again, EncryptionAlgorithm, EncryptionContext, Error, HashAlgorithm, KeyFilter, KeySpec, Page,
    Resume, SignatureAlgorithm,
};
use claviger_secret::SecretBytes;
use claviger_service::ops::alias::{CreateAlias, DeleteAlias, ListAliases, ListAliasesByKey, UpdateAlias};
use claviger_service::ops::audit::GetKeyUsage;
use claviger_service::ops::crypto::{
    AsymmetricDecrypt, AsymmetricEncrypt, AsymmetricSign, AsymmetricVerify, Ciphertext, DataKeyForm, Decrypt,
    Encrypt, Export, ExportDataKey, GenerateAndExportDataKey, GenerateDataKey,
    GenerateDataKeyWithoutPlaintext, GenerateMac, GetPublicKey, Message, Opener, Payload, ReEncrypt, Source,
    VerifyMac, VersionRef,
};
use claviger_service::ops::import::{DeleteKeyMaterial, GetParametersForImport, ImportKeyMaterial};
use claviger_service::ops::key::{
    AlterRotation, BeginRotation, CancelKeyDeletion, CreateKeyVersion, DescribeKey, DescribeKeyVersion,
    DisableKey, EnableKey, EndRotation, GetKeyPolicy, GetRotationStatus, ListKeyVersions, ListKeys,
    RotateOnDemand, ScheduleKeyDeletion, SetDeletionProtection, SetKeyPolicy, UpdateKeyDescription,
    UpdateKeyTitle, UpdateRotationPolicy,
};
use claviger_service::ops::tag::{ListKeyTags, ListTagRows, TagKeys, UntagKeys};
use claviger_service::{KeyRef, Operation, Service};

use crate::actors::{Actor, Way};
use crate::calls::Root;
use crate::lifetimes::{DAY, MATERIAL, YEAR};
use crate::states::Subject;

const PAGE: Page = Page { skip: 0, take: 10 };
const OAEP: EncryptionAlgorithm = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256);
const ECDSA: SignatureAlgorithm = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256);

/// Someone who makes one call on one key.
struct Asker<'a> {
    service: &'a Service,
    /// Who prepares what a call needs. Things are named as of its account.
    root: &'a Root,
    /// Who calls.
    actor: &'a Actor,
    /// How far the call goes.
    way: Way,
    subject: &'a Subject,
    /// In names that must be new.
    count: usize,
}

/// What an operation of that name answers for a key.
pub(crate) async fn answer(
    service: &Service,
    root: &Root,
    operation: &str,
    subject: &Subject,
    count: usize,
) -> Result<(), Error> {
    let asker = Asker {
        service,
        root,
        actor: root,
        way: Way::Really,
        subject,
        count,
    };
    let answer = asker.calls(operation).await;
    answer.unwrap_or_else(|| unreachable!("nobody knows how to call `{operation}`"))
}

/// What somebody hears whose call on a key of root's account goes as far as that; none where no operation on keys has that
/// name.
pub(crate) async fn answer_on_the_way(
    service: &Service,
    root: &Root,
    (actor, way): (&Actor, Way),
    operation: &str,
    subject: &Subject,
    count: usize,
) -> Option<Result<(), Error>> {
    let asker = Asker {
        service,
        root,
        actor,
        way,
        subject,
        count,
    };
    asker.calls(operation).await
}

impl Asker<'_> {
    async fn calls(&self, operation: &str) -> Option<Result<(), Error>> {
        if let Some(answer) = self.shows(operation).await {
            return Some(answer);
        }
        if let Some(answer) = self.changes(operation).await {
            return Some(answer);
        }
        if let Some(answer) = self.brings(operation).await {
            return Some(answer);
        }
        if let Some(answer) = self.encrypts(operation).await {
            return Some(answer);
        }
        self.signs(operation).await
    }

    fn key(&self) -> KeyRef {
        self.root.key(self.subject.id)
    }

    async fn call<O: Operation>(&self, operation: O) -> Option<Result<(), Error>> {
        Some(self.actor.walks(self.service, operation, self.way).await)
    }

    async fn shows(&self, operation: &str) -> Option<Result<(), Error>> {
        let (key, scope) = (self.key(), self.root.scope.clone());
        match operation {
            "DescribeKey" => self.call(DescribeKey(key)).await,
            "ListKeys" => {
                let filter = KeyFilter::default();
                self.call(ListKeys {
                    order: claviger_model::Order::OldestFirst,
                    scope,
                    filter,
                    page: PAGE,
                })
                .await
            }
            "ListAliases" => self.call(ListAliases { scope, page: PAGE }).await,
            "ListAliasesByKey" => self.call(ListAliasesByKey { key, page: PAGE }).await,
            "ListResourceTags" => self.call(ListKeyTags { key }).await,
            "ListTagResources" => {
                self.call(ListTagRows {
                    scope,
                    keys: vec![key],
                    tags: Vec::new(),
                    after: None,
                    limit: 10,
                })
                .await
            }
            "DescribeKeyVersion" => {
                let version = Some(self.subject.version);
                self.call(DescribeKeyVersion { key, version }).await
            }
            "ListKeyVersions" => self.call(ListKeyVersions { key, page: PAGE }).await,
            "GetRotationStatus" => self.call(GetRotationStatus { key }).await,
            "GetKeyPolicy" => self.call(GetKeyPolicy { key }).await,
            "GetKeyUsage" => self.call(GetKeyUsage { key }).await,
            _ => None,
        }
    }

    async fn changes(&self, operation: &str) -> Option<Result<(), Error>> {
        let key = self.key();
        let name = || self.subject.alias.parse().unwrap();
        match operation {
            "EnableKey" => {
                let again = Again::Fine;
                self.call(EnableKey { key, again }).await
            }
            "DisableKey" => {
                let again = Again::Fine;
                self.call(DisableKey { key, again }).await
            }
            "ScheduleKeyDeletion" => self.call(ScheduleKeyDeletion { key, window: 7 * DAY }).await,
            "CancelKeyDeletion" => {
                let resume = Resume::Enabled;
                self.call(CancelKeyDeletion { key, resume }).await
            }
            "UpdateKeyDescription" => {
                let description = "new".into();
                self.call(UpdateKeyDescription { key, description }).await
            }
            "UpdateKeyTitle" => {
                let title = format!("title-{}", self.count).parse().unwrap();
                self.call(UpdateKeyTitle { key, title }).await
            }
            "SetDeletionProtection" => {
                let reason = Some("why".into());
                self.call(SetDeletionProtection { key, reason }).await
            }
            "SetKeyPolicy" => {
                let policy = r#"{"Version":"1","Statement":[{"Effect":"Allow","Principal":{"RAM":"acs:ram::1234567890123456:root"},"Action":"kms:*","Resource":"*"}]}"#.into();
                self.call(SetKeyPolicy { key, policy }).await
            }
            "UpdateRotationPolicy" => {
                let interval = Some(YEAR);
                self.call(UpdateRotationPolicy { key, interval }).await
            }
            "BeginRotation" => self.call(BeginRotation { key, default: YEAR }).await,
            "AlterRotation" => {
                let interval = 30 * DAY;
                self.call(AlterRotation { key, interval }).await
            }
            "EndRotation" => self.call(EndRotation { key }).await,
            "RotateOnDemand" => self.call(RotateOnDemand { key }).await,
            "CreateKeyVersion" => self.call(CreateKeyVersion { key }).await,
            "CreateAlias" => {
                let name = format!("new-{}", self.count).parse().unwrap();
                self.call(CreateAlias {
                    prefixed: true,
                    per_key: u32::MAX,
                    name,
                    key,
                })
                .await
            }
            "DeleteAlias" => {
                let (scope, of) = (self.root.scope.clone(), None);
                self.call(DeleteAlias {
                    scope,
                    name: name(),
                    of,
                })
                .await
            }
            "UpdateAlias" if self.way == Way::Asks => self.call(UpdateAlias { name: name(), key }).await,
            "UpdateAlias" => {
                let name: claviger_model::AliasName = format!("moves-{}", self.count).parse().unwrap();
                let made = CreateAlias {
                    prefixed: true,
                    per_key: u32::MAX,
                    name: name.clone(),
                    key: self.root.key(self.subject.bystander),
                };
                self.root.calls(self.service, made).await.unwrap();
                self.call(UpdateAlias { name, key }).await
            }
            _ => self.tags(operation).await,
        }
    }

    async fn tags(&self, operation: &str) -> Option<Result<(), Error>> {
        let action = *Action::ALL.iter().find(|action| action.name() == operation)?;
        let keys = vec![self.key()];
        match action {
            Action::TagResource | Action::TagResources => {
                let tags = vec![("team".into(), "a".into())];
                self.call(TagKeys {
                    action,
                    keys,
                    tags,
                    rules: crate::lifetimes::RULES,
                })
                .await
            }
            Action::UntagResource | Action::UntagResources => {
                let names = Some(vec!["team".into()]);
                self.call(UntagKeys {
                    action,
                    keys,
                    names,
                    must_bear: false,
                    rules: crate::lifetimes::RULES,
                })
                .await
            }
            _ => None,
        }
    }

    async fn brings(&self, operation: &str) -> Option<Result<(), Error>> {
        let key = self.key();
        match (operation, &self.subject.parameters) {
            ("GetParametersForImport", _) => {
                self.call(GetParametersForImport {
                    only_pending: false,
                    key,
                    spec: KeySpec::Rsa2048,
                    algorithm: OAEP,
                })
                .await
            }
            ("ImportKeyMaterial", Some(_)) => {
                // The token of the first import has expired by now.
                let parameters = self.root.prepares_import(self.service, self.subject.id).await;
                self.call(self.root.import(&parameters, MATERIAL, None)).await
            }
            ("ImportKeyMaterial", None) => {
                self.call(ImportKeyMaterial {
                    pair: None,
                    only_pending: false,
                    key,
                    wrapped: vec![0; 256],
                    token: Vec::new(),
                    expires: None,
                })
                .await
            }
            ("DeleteKeyMaterial", _) => {
                self.call(DeleteKeyMaterial {
                    key,
                    again: claviger_model::Again::Fine,
                })
                .await
            }
            _ => None,
        }
    }

    async fn encrypts(&self, operation: &str) -> Option<Result<(), Error>> {
        let key = self.key();
        let none = EncryptionContext::default;
        let data_key = |key| GenerateDataKey {
            key,
            length: 32,
            form: DataKeyForm::Base64,
            context: none(),
        };
        let parsed = |blob: &[u8]| Ciphertext::parse(blob.to_vec()).unwrap();
        let payload = if operation.ends_with("DataKey") {
            Payload::DataKey
        } else {
            Payload::Data
        };
        match operation {
            "Encrypt" | "EncryptDataKey" => {
                let plaintext = SecretBytes::copied(b"text");
                self.call(Encrypt {
                    payload,
                    key,
                    plaintext,
                    context: none(),
                })
                .await
            }
            "Decrypt" | "DecryptDataKey" => {
                let ciphertext = parsed(&self.subject.blob);
                self.call(Decrypt {
                    opener: Opener::Named,
                    payload,
                    ciphertext,
                    context: none(),
                })
                .await
            }
            "GenerateDataKey" => self.call(data_key(key)).await,
            "GenerateDataKeyWithoutPlaintext" => {
                self.call(GenerateDataKeyWithoutPlaintext(data_key(key))).await
            }
            "GenerateAndExportDataKey" => {
                self.call(GenerateAndExportDataKey {
                    data_key: data_key(key),
                    export: export(),
                })
                .await
            }
            "ExportDataKey" => {
                self.call(ExportDataKey {
                    ciphertext: parsed(&self.subject.data_key),
                    context: none(),
                    form: DataKeyForm::Base64,
                    export: export(),
                })
                .await
            }
            "ReEncryptFrom" => {
                self.re_encrypts(parsed(&self.subject.blob), self.subject.bystander)
                    .await
            }
            "ReEncryptTo" => {
                let bystander = self.root.encrypts_now(self.service, self.subject.bystander).await;
                self.re_encrypts(parsed(&bystander.blob), self.subject.id).await
            }
            _ => None,
        }
    }

    async fn re_encrypts(
        &self,
        ciphertext: Ciphertext,
        to: claviger_model::KeyId,
    ) -> Option<Result<(), Error>> {
        self.call(ReEncrypt {
            source: Source::Envelope {
                opener: Opener::Named,
                ciphertext,
                context: EncryptionContext::default(),
            },
            destination: self.root.key(to),
            context: EncryptionContext::default(),
        })
        .await
    }

    async fn signs(&self, operation: &str) -> Option<Result<(), Error>> {
        let (key, version) = (self.key(), VersionRef::Named(Some(self.subject.version)));
        let digest = vec![7; 32];
        let message = || SecretBytes::copied(b"message");
        match operation {
            "AsymmetricEncrypt" => {
                self.call(AsymmetricEncrypt {
                    key,
                    version,
                    algorithm: OAEP,
                    plaintext: message(),
                })
                .await
            }
            "AsymmetricDecrypt" => {
                let ciphertext = match self.subject.blob.as_slice() {
                    blob if blob.len() == 256 => blob.to_vec(),
                    _ => vec![1; 256],
                };
                let answer = self
                    .call(AsymmetricDecrypt {
                        key,
                        version,
                        algorithm: OAEP,
                        ciphertext,
                    })
                    .await;
                // Where the key is asked at all, it finds the ciphertext wrong: that is its answer.
                match answer {
                    Some(Err(Error::Invalid(claviger_model::Field::Ciphertext))) => Some(Ok(())),
                    other => other,
                }
            }
            "AsymmetricSign" => {
                self.call(AsymmetricSign {
                    key,
                    version,
                    algorithm: ECDSA,
                    size_only: false,
                    message: Message::Digest(digest),
                })
                .await
            }
            "AsymmetricVerify" => {
                self.call(AsymmetricVerify {
                    key,
                    version,
                    algorithm: ECDSA,
                    size_only: false,
                    message: Message::Digest(digest),
                    signature: vec![0; 70],
                })
                .await
            }
            "GetPublicKey" => {
                self.call(GetPublicKey {
                    key,
                    version,
                    any_state: false,
                })
                .await
            }
            _ => self.codes(operation).await,
        }
    }

    async fn codes(&self, operation: &str) -> Option<Result<(), Error>> {
        let (key, message) = (self.key(), SecretBytes::copied(b"message"));
        match operation {
            "GenerateMac" => {
                self.call(GenerateMac {
                    key,
                    algorithm: None,
                    message,
                })
                .await
            }
            "VerifyMac" => {
                self.call(VerifyMac {
                    key,
                    algorithm: None,
                    message,
                    code: vec![0; 32],
                })
                .await
            }
            _ => None,
        }
    }
}

/// Someone's public key for the export of data keys.
fn export() -> Export {
    static PUBLIC: LazyLock<Vec<u8>> =
        LazyLock::new(|| RsaPrivateKey::generate(RsaSize::R2048).unwrap().public_key_der());
    Export {
        spec: KeySpec::Rsa2048,
        algorithm: OAEP,
        public_key: PUBLIC.clone(),
    }
}
