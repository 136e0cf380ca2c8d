//! One call of each operation that is about no key.

use claviger_model::{
    AccountId, CertificateId, CertificateStatus, EncryptionAlgorithm, Error, HashAlgorithm, KeyFilter,
    KeySpec, NamePage, Page, ProtectionLevel, SignatureAlgorithm, Timestamp,
};
use claviger_secret::SecretBytes;
use claviger_service::ops::account::{Absent, DescribeRegions, DescribeService, ListAbsent, OpenService};
use claviger_service::ops::alias::ListAliases;
use claviger_service::ops::audit::{DescribeTrails, GetAuditStatus, LookupEvents};
use claviger_service::ops::certificate::{
    CertificatePrivateKeyDecrypt, CertificatePrivateKeySign, CertificatePublicKeyEncrypt,
    CertificatePublicKeyVerify, CreateCertificate, CreateCsr, DeleteCertificate, DescribeCertificate,
    GetCertificate, ListCertificateTags, TagCertificate, UntagCertificate, UpdateCertificateStatus,
    UploadCertificate,
};
use claviger_service::ops::crypto::{GenerateRandom, Message};
use claviger_service::ops::deployment as deploy;
use claviger_service::ops::explain::{ExplainDecision, Who};
use claviger_service::ops::key::{CountKeys, CreateKey, GetQuotas, ListKeys, ListWholeKeys};
use claviger_service::ops::session::{AssumeRole, GetCallerIdentity};
use claviger_service::ops::tag::ListTagValues;
use claviger_service::{CertificateName, CertificateRef, Operation};

use crate::actors::Way;
use crate::matrix_people::People;
use crate::states_calls::answer_on_the_way;

const PAGE: Page = Page { skip: 0, take: 10 };
const OAEP: EncryptionAlgorithm = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256);
const ECDSA: SignatureAlgorithm = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256);
pub(crate) const DOCUMENT: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}]}"#;
pub(crate) const TRUST: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"oss"}}]}"#;

/// What a call answers.
pub(crate) type Answer = Result<(), Error>;

/// Somebody who calls.
pub(crate) struct Asker<'a> {
    pub(crate) people: &'a People,
    who: &'a str,
    way: Way,
}

/// What somebody hears who only asks for an operation on a thing.
pub(crate) async fn ask(people: &People, who: &str, operation: &str, thing: &str) -> Error {
    go(people, who, Way::Asks, operation, thing).await.unwrap_err()
}

/// What somebody hears whose call goes as far as that.
pub(crate) async fn go(people: &People, who: &str, way: Way, operation: &str, thing: &str) -> Answer {
    let asker = Asker { people, who, way };
    let heard = match thing {
        "certificate" => asker.certificate(operation, people.certificate()).await,
        "missing-certificate" => {
            asker
                .certificate(operation, CertificateId::from_bytes([9; 16]))
                .await
        }
        "here" => asker.here(operation).await,
        "open" | "closed" | "missing-role" => Some(asker.takes(thing).await),
        key => asker.key(operation, key).await,
    };
    heard.unwrap_or_else(|| unreachable!("nobody knows how to ask for `{operation}` on `{thing}`"))
}

impl Asker<'_> {
    pub(crate) async fn asks<O: Operation>(&self, operation: O) -> Option<Answer> {
        let (service, actor) = (self.people.world.service(), self.people.actor(self.who));
        Some(actor.walks(&service, operation, self.way).await)
    }

    pub(crate) fn account(&self) -> AccountId {
        self.people.root.scope.account
    }

    async fn key(&self, operation: &str, key: &str) -> Option<Answer> {
        // A call that needs both halves asks for the same key in both.
        let operation = if operation == "ReEncrypt" {
            "ReEncryptFrom"
        } else {
            operation
        };
        let (people, subject) = (self.people, self.people.key(key));
        if operation == "CreateCsr" {
            let create = CreateCsr {
                key: people.root.key(subject.id),
                version: Some(subject.version),
                subject: "CN=test".into(),
                alternative_names: Vec::new(),
                algorithm: None,
            };
            return self.asks(create).await;
        }
        if let Some(heard) = self.grants(operation, subject.id).await {
            return Some(heard);
        }
        let (service, actor) = (people.world.service(), people.actor(self.who));
        let (walker, count) = ((actor, self.way), people.count());
        answer_on_the_way(&service, &people.root, walker, operation, subject, count).await
    }

    async fn takes(&self, role: &str) -> Answer {
        let take = AssumeRole {
            role_account: self.account(),
            role: role.into(),
            session: "session".parse().unwrap(),
            duration: None,
            policy: None,
            external_id: None,
        };
        let (service, actor) = (self.people.world.service(), self.people.actor(self.who));
        actor.walks(&service, take, self.way).await
    }

    async fn certificate(&self, operation: &str, id: CertificateId) -> Option<Answer> {
        let certificate = CertificateRef {
            scope: self.people.root.scope.clone(),
            name: CertificateName::Id(id),
        };
        let message = || Message::Digest(vec![7; 32]);
        match operation {
            "GetCertificate" => self.asks(GetCertificate(certificate)).await,
            "DescribeCertificate" => self.asks(DescribeCertificate(certificate)).await,
            "DeleteCertificate" => self.asks(DeleteCertificate(certificate)).await,
            "ListResourceTags" => self.asks(ListCertificateTags { certificate }).await,
            "TagResource" => {
                let tags = vec![("a".into(), "b".into())];
                self.asks(TagCertificate { certificate, tags }).await
            }
            "UntagResource" => {
                let names = vec!["a".into()];
                self.asks(UntagCertificate { certificate, names }).await
            }
            "UpdateCertificateStatus" => {
                let status = CertificateStatus::Inactive;
                self.asks(UpdateCertificateStatus { certificate, status }).await
            }
            "UploadCertificate" => {
                let issued = self.people.issued();
                self.asks(UploadCertificate { certificate, issued }).await
            }
            "CertificatePublicKeyEncrypt" => {
                let encrypt = CertificatePublicKeyEncrypt {
                    certificate,
                    algorithm: OAEP,
                    plaintext: SecretBytes::copied(b"text"),
                };
                self.asks(encrypt).await
            }
            "CertificatePrivateKeyDecrypt" => {
                let decrypt = CertificatePrivateKeyDecrypt {
                    certificate,
                    algorithm: OAEP,
                    ciphertext: vec![1; 256],
                };
                self.asks(decrypt).await
            }
            "CertificatePrivateKeySign" => {
                let sign = CertificatePrivateKeySign {
                    certificate,
                    algorithm: ECDSA,
                    message: message(),
                };
                self.asks(sign).await
            }
            "CertificatePublicKeyVerify" => {
                let verify = CertificatePublicKeyVerify {
                    certificate,
                    algorithm: ECDSA,
                    message: message(),
                    signature: vec![0; 70],
                };
                self.asks(verify).await
            }
            _ => None,
        }
    }

    /// What is about no single key, certificate or role to take: collections, identities, the deployment.
    async fn here(&self, operation: &str) -> Option<Answer> {
        if let Some(heard) = self.collections(operation).await {
            return Some(heard);
        }
        if let Some(heard) = self.key_stores(operation).await {
            return Some(heard);
        }
        if let Some(heard) = self.users(operation).await {
            return Some(heard);
        }
        if let Some(heard) = self.sessions(operation).await {
            return Some(heard);
        }
        if let Some(heard) = self.groups(operation).await {
            return Some(heard);
        }
        if let Some(heard) = self.roles(operation).await {
            return Some(heard);
        }
        if let Some(heard) = self.policies(operation).await {
            return Some(heard);
        }
        if let Some(heard) = self.attachments(operation).await {
            return Some(heard);
        }
        self.deployment(operation).await
    }

    async fn asks_absent(&self, what: Absent) -> Option<Answer> {
        let scope = self.people.root.scope.clone();
        self.asks(ListAbsent { scope, what }).await
    }

    async fn collections(&self, operation: &str) -> Option<Answer> {
        let scope = self.people.root.scope.clone();
        match operation {
            "DescribeRegions" => self.asks(DescribeRegions).await,
            "GetCallerIdentity" => {
                let account = self.people.actor(self.who).scope.account;
                self.asks(GetCallerIdentity { account }).await
            }
            "DescribeService" => self.asks(DescribeService(scope)).await,
            "OpenService" => self.asks(OpenService(scope)).await,
            "ListInstances" => self.asks_absent(Absent::Instances).await,
            "ListAccessPoints" => self.asks_absent(Absent::AccessPoints).await,
            "ListClientKeys" => self.asks_absent(Absent::ClientKeys).await,
            "ListNetworkRules" => self.asks_absent(Absent::NetworkRules).await,
            "ListAccessRules" => self.asks_absent(Absent::AccessRules).await,
            "ListKeys" => {
                let filter = KeyFilter::default();
                self.asks(ListKeys {
                    order: claviger_model::Order::OldestFirst,
                    scope,
                    filter,
                    page: PAGE,
                })
                .await
            }
            "FindKeys" => {
                let list = ListKeys {
                    order: claviger_model::Order::NewestFirst,
                    scope,
                    filter: KeyFilter::default(),
                    page: PAGE,
                };
                let action = claviger_model::Action::FindKeys;
                self.asks(ListWholeKeys { action, list }).await
            }
            "CountKeys" => self.asks(CountKeys { scope }).await,
            "GetQuotas" => self.asks(GetQuotas { scope }).await,
            "ListTagValues" => self.asks(ListTagValues { scope }).await,
            "GenerateRandom" => self.asks(GenerateRandom { scope, length: 64 }).await,
            "ListAliases" => self.asks(ListAliases { scope, page: PAGE }).await,
            "CreateKey" => {
                let create: CreateKey = self.people.root.create_key();
                self.asks(create).await
            }
            "CreateCertificate" => {
                let create = CreateCertificate {
                    scope,
                    spec: KeySpec::EcP256,
                    protection: ProtectionLevel::Software,
                    exportable: false,
                    subject: "CN=test".into(),
                    alternative_names: Vec::new(),
                };
                self.asks(create).await
            }
            _ => None,
        }
    }

    async fn deployment(&self, operation: &str) -> Option<Answer> {
        let (id, service) = (self.account(), || "oss".parse().unwrap());
        let scope = self.people.root.scope.clone();
        match operation {
            "LookupEvents" => {
                let lookup = LookupEvents {
                    scope,
                    filters: Vec::new(),
                    from: Timestamp::MIN,
                    until: Timestamp::MAX,
                    newest_first: true,
                    after: None,
                    take: 10,
                };
                self.asks(lookup).await
            }
            "DescribeTrails" => self.asks(DescribeTrails(scope)).await,
            "GetAuditStatus" => self.asks(GetAuditStatus).await,
            "CreateAccount" => self.asks(deploy::CreateAccount { name: "new".into() }).await,
            "GetAccount" => self.asks(deploy::GetAccount { id }).await,
            "UpdateAccount" => {
                let name = "other".into();
                self.asks(deploy::UpdateAccount { id, name }).await
            }
            "DeleteAccount" => self.asks(deploy::DeleteAccount { id }).await,
            "ListAccounts" => self.asks(deploy::ListAccounts).await,
            "CreateService" => {
                let (name, description) = ("new".parse().unwrap(), String::new());
                self.asks(deploy::CreateService { name, description }).await
            }
            "GetService" => self.asks(deploy::GetService { name: service() }).await,
            "DeleteService" => self.asks(deploy::DeleteService { name: service() }).await,
            "ListServices" => self.asks(deploy::ListServices).await,
            "ExplainDecision" => {
                let explain = ExplainDecision {
                    account: id,
                    as_who: Who::Root,
                    action: "kms:Encrypt".into(),
                    resource: "*".into(),
                    conditions: Vec::new(),
                };
                self.asks(explain).await
            }
            _ => None,
        }
    }
}

pub(crate) fn names() -> NamePage {
    NamePage {
        after: None,
        take: 10,
    }
}
