//! What is of another account, or not for the caller, is as good as what is not there.

use claviger_model::{CertificateId, Denial, Error, KeyId, KeySpec, KeyVersionId, Resource, Tags};
use claviger_secret::SecretBytes;
use claviger_service::ops::alias::CreateAlias;
use claviger_service::ops::certificate::{CreateCertificate, DescribeCertificate, GetCertificate};
use claviger_service::ops::crypto::{Ciphertext, Decrypt, Encrypt, Opener, ReEncrypt, Source};
use claviger_service::ops::identity::{GetRole, GetUser};
use claviger_service::ops::key::{CreateKey, DescribeKey, SetKeyPolicy};
use claviger_service::ops::session::AssumeRole;
use claviger_service::{CertificateName, CertificateRef, KeyName, KeyRef, Operation, Service};
use claviger_testkit::World;

use crate::actors::Actor;
use crate::calls::Root;

/// What somebody heard, without the name that it asked for.
fn nameless(error: Error, home: &Root) -> Error {
    match error {
        Error::Denied(denial) => Error::Denied(Denial {
            resource: Resource::Keys(home.scope.clone()),
            ..denial
        }),
        other => other,
    }
}

/// Somebody who looks for differences.
struct Spy<'a> {
    actor: &'a Actor,
    service: &'a Service,
    home: &'a Root,
}

impl Spy<'_> {
    /// Both calls hear the same, and are not served.
    async fn sees_no_difference<O: Operation>(&self, there: O, missing: O, what: &str) {
        let there = self.actor.calls(self.service, there).await;
        let missing = self.actor.calls(self.service, missing).await;
        let [there, missing] =
            [there, missing].map(|heard| nameless(heard.map(drop).unwrap_err(), self.home));
        assert_eq!(there, missing, "{what}");
        assert!(
            matches!(there, Error::Denied(_) | Error::NotFound(_)),
            "{what}: {there}"
        );
    }
}

fn encrypt(key: KeyRef) -> Encrypt {
    Encrypt {
        payload: claviger_service::ops::crypto::Payload::Data,
        key,
        plaintext: SecretBytes::copied(b"text"),
        context: claviger_model::EncryptionContext::default(),
    }
}

fn decrypt(blob: &[u8]) -> Decrypt {
    Decrypt {
        opener: Opener::Named,
        payload: claviger_service::ops::crypto::Payload::Data,
        ciphertext: Ciphertext::parse(blob.to_vec()).unwrap(),
        context: claviger_model::EncryptionContext::default(),
    }
}

/// A ciphertext like that one, but of a version that is not there.
fn of_nobody(blob: &[u8]) -> Vec<u8> {
    let mut blob = blob.to_vec();
    blob[..36].copy_from_slice(&KeyVersionId::from_bytes([7; 16]).to_ascii());
    blob
}

/// A policy that denies everybody who might ask.
fn denying(accounts: &[String]) -> String {
    let names = accounts.iter().flat_map(|account| {
        ["root", "user/admin", "user/nobody"].map(|who| format!(r#""acs:ram::{account}:{who}""#))
    });
    let names = names.collect::<Vec<_>>().join(",");
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Deny","Principal":{{"RAM":[{names}]}},"Action":"kms:*","Resource":"*"}}]}}"#
    )
}

impl Spy<'_> {
    /// Asks in every way about what is there, and about what is not.
    async fn sees_nothing(&self, key: KeyId, blob: &[u8], certificate: CertificateId) {
        let home = self.home;
        let missing = home.key(KeyId::from_bytes([1; 16]));
        self.sees_no_difference(DescribeKey(home.key(key)), DescribeKey(missing.clone()), "a key")
            .await;
        self.sees_no_difference(encrypt(home.key(key)), encrypt(missing), "a key to use")
            .await;
        let (known, unknown) = (home.alias("app"), home.alias("none"));
        self.sees_no_difference(DescribeKey(known), DescribeKey(unknown), "an alias")
            .await;
        let text = KeyRef {
            scope: home.scope.clone(),
            name: KeyName::Unknown("text".into()),
        };
        self.sees_no_difference(DescribeKey(home.key(key)), DescribeKey(text), "text")
            .await;
        let nobodys = of_nobody(blob);
        self.sees_no_difference(decrypt(blob), decrypt(&nobodys), "a ciphertext")
            .await;
        let again = |blob: &[u8]| ReEncrypt {
            source: Source::Envelope {
                opener: Opener::Named,
                ciphertext: Ciphertext::parse(blob.to_vec()).unwrap(),
                context: claviger_model::EncryptionContext::default(),
            },
            destination: home.key(key),
            context: claviger_model::EncryptionContext::default(),
        };
        self.sees_no_difference(again(blob), again(&nobodys), "a ciphertext to encrypt again")
            .await;
        let named = |id| CertificateRef {
            scope: home.scope.clone(),
            name: CertificateName::Id(id),
        };
        let (there, none) = (named(certificate), named(CertificateId::from_bytes([1; 16])));
        let describe = (
            DescribeCertificate(there.clone()),
            DescribeCertificate(none.clone()),
        );
        self.sees_no_difference(describe.0, describe.1, "a certificate")
            .await;
        self.sees_no_difference(GetCertificate(there), GetCertificate(none), "its text")
            .await;
    }
}

#[tokio::test]
async fn strangers_learn_nothing() {
    let world = World::build()
        .caller("LTAIhome", "secret of home")
        .caller("LTAIabroad", "secret of abroad")
        .start()
        .await;
    let (service, home) = (world.service(), Root::at(&world, 0).await);
    let (here, abroad) = (home.scope.account, world.caller(1).account());
    let mut tags = Tags::default();
    tags.set("team".into(), "blue".into()).unwrap();
    let create = CreateKey {
        tags,
        ..home.create_key()
    };
    let key = home.calls(&service, create).await.unwrap().id;
    let name = "app".parse().unwrap();
    let alias = CreateAlias {
        prefixed: true,
        per_key: u32::MAX,
        name,
        key: home.key(key),
    };
    home.calls(&service, alias).await.unwrap();
    let blob = home.encrypts_now(&service, key).await.blob;
    let certificate = CreateCertificate {
        scope: home.scope.clone(),
        spec: KeySpec::EcP256,
        protection: claviger_model::ProtectionLevel::Software,
        exportable: false,
        subject: "CN=test".into(),
        alternative_names: Vec::new(),
    };
    let certificate = home.calls(&service, certificate).await.unwrap().id;
    let nobody = world.add_user(here, "nobody", &[]).await;
    let admin = world.add_user(abroad, "admin", &["AdministratorAccess"]).await;
    let poor = world.add_user(abroad, "nobody", &[]).await;
    let oss = world.add_service("oss").await;
    let strangers = [&nobody, &admin, &poor, &oss, &world.caller(1).clone()];
    for denied in [false, true] {
        if denied {
            let policy = denying(&[here.to_string(), abroad.to_string()]);
            let key = home.key(key);
            home.calls(&service, SetKeyPolicy { key, policy }).await.unwrap();
        }
        for stranger in strangers {
            let actor = &Actor::of(&world, stranger).await.unwrap();
            let spy = Spy {
                actor,
                service: &service,
                home: &home,
            };
            spy.sees_nothing(key, &blob, certificate).await;
        }
    }
}

#[tokio::test]
async fn identities_of_other_accounts_show_nothing() {
    let world = World::build()
        .caller("LTAIhome", "secret of home")
        .caller("LTAIabroad", "secret of abroad")
        .start()
        .await;
    let (service, home) = (world.service(), Root::at(&world, 0).await);
    let (account, abroad) = (home.scope.account, world.caller(1).account());
    let trust = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Deny","Action":"sts:AssumeRole","Principal":{{"RAM":"acs:ram::{abroad}:root"}}}}]}}"#
    );
    world.add_role(account, "ops", &trust, &[]).await;
    world.add_user(account, "alice", &[]).await;
    let admin = world.add_user(abroad, "admin", &["AdministratorAccess"]).await;
    for stranger in [&admin, &world.caller(1).clone()] {
        let actor = &Actor::of(&world, stranger).await.unwrap();
        let spy = Spy {
            actor,
            service: &service,
            home: &home,
        };
        let user = |name: &str| GetUser {
            account,
            name: name.parse().unwrap(),
        };
        spy.sees_no_difference(user("alice"), user("bob"), "a user").await;
        let role = |name: &str| GetRole {
            account,
            name: name.parse().unwrap(),
        };
        spy.sees_no_difference(role("ops"), role("none"), "a role").await;
        let take = |role: &str| AssumeRole {
            role_account: account,
            role: role.into(),
            session: "spy".parse().unwrap(),
            duration: None,
            policy: None,
            external_id: None,
        };
        spy.sees_no_difference(take("ops"), take("none"), "a role to take")
            .await;
        spy.sees_no_difference(take("ops"), take("no/name"), "text").await;
    }
}
