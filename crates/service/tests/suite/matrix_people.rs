//! Who asks in the matrix, and for what.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use claviger_model::{
    AccessKeyId, Certificate, CertificateId, KeyId, KeySpec, KeyVersionId, Page, PolicyName, Tags,
};
use claviger_service::ops::alias::CreateAlias;
use claviger_service::ops::certificate::{GetCertificate, IssuedChain};
use claviger_service::ops::key::{CreateKey, ListKeyVersions};
use claviger_service::ops::session::AssumeRole;
use claviger_testkit::{Client, World};

use crate::actors::Actor;
use crate::calls::Root;
use crate::certificate_desk::{issued, named};
use crate::states::Subject;

/// The kinds of things, by what operations are about.
pub(crate) const THINGS: &[&[&str]] = &[
    &["plain", "blue", "shared", "oss", "missing"],
    &["certificate", "missing-certificate"],
    &["here"],
    &["open", "closed", "missing-role"],
];

const ADMINISTRATOR: &str = "AdministratorAccess";
const FULL: &str = "AliyunKMSFullAccess";
/// Everything with what is labelled as blue.
const OF_BLUE: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"kms:tag/team":"blue"}}}]}"#;
/// Nothing with what is labelled as blue.
const NOT_BLUE: &str = r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"kms:tag/team":"blue"}}}]}"#;
const ENCRYPT: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}]}"#;

/// Everybody, and everything they ask for. All things are of the first account.
pub(crate) struct People {
    pub(crate) world: World,
    pub(crate) root: Root,
    certificate: Option<Certificate>,
    /// An access key of the user `none`.
    pub(crate) access_key: Option<AccessKeyId>,
    /// A policy of the account.
    pub(crate) policy: PolicyName,
    actors: HashMap<&'static str, Actor>,
    keys: HashMap<&'static str, Subject>,
    count: AtomicUsize,
}

impl People {
    pub(crate) async fn new() -> Self {
        let world = World::build()
            .caller("LTAIhome", "secret of home")
            .caller("LTAIabroad", "secret of abroad")
            .start()
            .await;
        let root = Root::at(&world, 0).await;
        let policy = world.add_policy(root.scope.account, OF_BLUE).await;
        let mut people = Self {
            certificate: None,
            access_key: None,
            policy,
            world,
            root,
            actors: HashMap::new(),
            keys: HashMap::new(),
            count: AtomicUsize::new(0),
        };
        people.add_users().await;
        people.add_sessions().await;
        people.add_things().await;
        people
    }

    /// Somebody by name.
    pub(crate) fn actor(&self, name: &str) -> &Actor {
        &self.actors[name]
    }

    /// A key by name, with what operations on it need.
    pub(crate) fn key(&self, name: &str) -> &Subject {
        &self.keys[name]
    }

    /// Puts another key among them.
    pub(crate) fn add_subject(&mut self, name: &'static str, subject: Subject) {
        self.keys.insert(name, subject);
    }

    /// The certificate.
    pub(crate) fn certificate(&self) -> CertificateId {
        self.certificate.as_ref().unwrap().id
    }

    /// What was issued for it.
    pub(crate) fn issued(&self) -> IssuedChain {
        let issued = self
            .certificate
            .as_ref()
            .and_then(|certificate| certificate.issued.as_ref());
        IssuedChain::parse(&issued.unwrap().certificate, None).unwrap()
    }

    /// A number that nobody has had yet.
    pub(crate) fn count(&self) -> usize {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    async fn add(&mut self, name: &'static str, client: &Client) {
        let actor = Actor::of(&self.world, client).await.unwrap();
        self.actors.insert(name, actor);
    }

    async fn add_users(&mut self) {
        let (home, abroad) = (self.world.caller(0).clone(), self.world.caller(1).clone());
        self.add("root", &home).await;
        self.add("farR", &abroad).await;
        for (name, policies) in [
            ("admin", &[ADMINISTRATOR][..]),
            ("full", &[FULL]),
            ("crypt", &["AliyunKMSCryptoUserAccess"]),
            ("reads", &["AliyunKMSReadOnlyAccess"]),
            ("ram", &["AliyunRAMFullAccess", "AliyunSTSAssumeRoleAccess"]),
            ("group", &[]),
            ("blue", &[OF_BLUE]),
            ("unblu", &[FULL, NOT_BLUE]),
            ("none", &[]),
            ("named", &[]),
            ("ban", &[FULL]),
        ] {
            let client = self.world.add_user(home.account(), name, policies).await;
            if name == "group" {
                self.world
                    .add_group(home.account(), "group", &["group"], &[FULL])
                    .await;
            }
            self.add(name, &client).await;
            if name == "none" {
                self.access_key = client.access_key_id().parse().ok();
            }
        }
        for (name, policies) in [("far", &[ADMINISTRATOR][..]), ("far0", &[])] {
            let client = self.world.add_user(abroad.account(), name, policies).await;
            self.add(name, &client).await;
        }
        for name in ["oss", "ecs"] {
            let client = self.world.add_service(name).await;
            self.add(name, &client).await;
        }
    }

    async fn add_sessions(&mut self) {
        let home = self.world.root().account();
        let trust = self.everyone();
        self.world.add_role(home, "worker", &trust, &[FULL]).await;
        for (name, policy) in [("sess", None), ("thin", Some(ENCRYPT.to_owned()))] {
            let take = AssumeRole {
                role_account: home,
                role: "worker".into(),
                session: name.parse().unwrap(),
                duration: None,
                policy,
                external_id: None,
            };
            let taken = self
                .actor("ram")
                .calls(&self.world.service(), take)
                .await
                .unwrap();
            let secret = taken.secret.expose_str().unwrap();
            let client = self
                .world
                .root()
                .session(home, taken.access_key.as_str(), secret, &taken.token);
            self.add(name, &client).await;
        }
    }

    /// A trust policy for both accounts and one service.
    fn everyone(&self) -> String {
        let (home, abroad) = (self.world.caller(0).account(), self.world.caller(1).account());
        format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"RAM":["acs:ram::{home}:root","acs:ram::{abroad}:root"],"Service":"oss.aliyuncs.com"}}}}]}}"#
        )
    }

    /// The policy on the key `shared`.
    fn shared(&self) -> String {
        let (home, abroad) = (self.world.caller(0).account(), self.world.caller(1).account());
        let statement = |effect: &str, who: &str| {
            format!(
                r#"{{"Effect":"{effect}","Principal":{{"RAM":["{who}"]}},"Action":"kms:*","Resource":"*"}}"#
            )
        };
        let all = [
            statement("Allow", &format!("acs:ram::{home}:root")),
            statement("Allow", &format!("acs:ram::{abroad}:root")),
            statement("Allow", &format!("acs:ram::{home}:user/named")),
            statement("Deny", &format!("acs:ram::{home}:user/ban")),
        ];
        format!(r#"{{"Version":"1","Statement":[{}]}}"#, all.join(","))
    }

    async fn add_things(&mut self) {
        let (service, home) = (self.world.service(), self.root.scope.account);
        let mut blue = Tags::default();
        blue.set("team".into(), "blue".into()).unwrap();
        let plain = self.root.create_key();
        let tagged = CreateKey {
            tags: blue,
            ..self.root.create_key()
        };
        let shared = CreateKey {
            policy: Some(self.shared()),
            ..self.root.create_key()
        };
        for (name, create) in [("plain", plain), ("blue", tagged), ("shared", shared)] {
            let id = self.root.calls(&service, create).await.unwrap().id;
            self.add_key(name, id).await;
        }
        let oss = self.world.add_service_key(home, "oss").await;
        self.add_key("oss", oss).await;
        self.add_missing();
        let (certificate, _) = issued(&self.root, &service, KeySpec::EcP256).await;
        let get = GetCertificate(named(&self.root, &certificate));
        self.certificate = Some(self.root.calls(&service, get).await.unwrap());
        let closed = self
            .everyone()
            .replace(":root", ":user/somebody")
            .replace("oss.", "ots.");
        self.world.add_role(home, "open", &self.everyone(), &[]).await;
        self.world.add_role(home, "closed", &closed, &[]).await;
    }

    async fn add_key(&mut self, name: &'static str, id: KeyId) {
        let service = self.world.service();
        let alias = format!("to-{name}");
        if name != "oss" {
            let create = CreateAlias {
                prefixed: true,
                per_key: u32::MAX,
                name: alias.parse().unwrap(),
                key: self.root.key(id),
            };
            self.root.calls(&service, create).await.unwrap();
        }
        let list = ListKeyVersions {
            key: self.root.key(id),
            page: Page { skip: 0, take: 1 },
        };
        let version = self.root.calls(&service, list).await.unwrap().page.items[0].id;
        let blob = self.root.encrypts_now(&service, id).await.blob;
        let subject = Subject {
            id,
            version,
            alias,
            data_key: blob.clone(),
            blob,
            parameters: None,
            bystander: id,
        };
        self.keys.insert(name, subject);
    }

    /// A key that is not there, and its ciphertext.
    fn add_missing(&mut self) {
        let version = KeyVersionId::from_bytes([5; 16]);
        let mut blob = self.key("plain").blob.clone();
        blob[..36].copy_from_slice(&version.to_ascii());
        let subject = Subject {
            id: KeyId::from_bytes([6; 16]),
            version,
            alias: "to-nothing".into(),
            data_key: blob.clone(),
            blob,
            parameters: None,
            bystander: self.key("plain").id,
        };
        self.keys.insert("missing", subject);
    }
}
