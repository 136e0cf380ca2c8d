//! Two accounts, people of both, and a key of the first: the stage for tests of grants.

use claviger_model::{
    Action, Denial, EncryptionContext, Error, GrantId, KeyId, KeyVersionId, Page, Paged, Party, Resource,
    Scope,
};
use claviger_secret::SecretBytes;
use claviger_service::ops::crypto::{Ciphertext, Decrypt, Encrypt, Encrypted, Opener, Payload};
use claviger_service::ops::grant::{CreateGrant, ListGrants, ListRetirableGrants, RetireGrant, RevokeGrant};
use claviger_service::ops::key::{CreateKey, DescribeKey};
use claviger_service::{KeyName, KeyRef, Operation};
use claviger_testkit::World;

use crate::calls::Root;
use crate::identities::Someone;

/// The most grants of one key, as a front door would say.
pub(crate) const QUOTA: u32 = 100;
/// Everything of a list.
pub(crate) const ALL: Page = Page { skip: 0, take: 1000 };
/// The other region of the stage.
pub(crate) const ELSEWHERE: &str = "cn-shanghai";

pub(crate) struct Stage {
    pub(crate) world: World,
    /// The root of the account that owns the key.
    pub(crate) owner: Someone,
    /// A user of the same account without rights.
    pub(crate) alice: Someone,
    /// A user of the other account without rights.
    pub(crate) bob: Someone,
    /// A user of the other account that may do everything there.
    pub(crate) carol: Someone,
    pub(crate) key: KeyId,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let world = World::build()
            .caller("LTAIfirst", "a")
            .caller("LTAIsecond", "b")
            .region(ELSEWHERE)
            .start()
            .await;
        let owner = Someone::root(&world, 0);
        let (home, abroad) = (owner.account(), world.caller(1).account());
        let alice = Someone::client(&world, world.add_user(home, "alice", &[]).await);
        let bob = Someone::client(&world, world.add_user(abroad, "bob", &[]).await);
        let carol = world.add_user(abroad, "carol", &["AliyunKMSFullAccess"]).await;
        let carol = Someone::client(&world, carol);
        let key = Root::of(&world).await.makes_key(&world.service()).await.id;
        Self {
            world,
            owner,
            alice,
            bob,
            carol,
            key,
        }
    }

    pub(crate) async fn calls<O: Operation>(&self, who: &Someone, operation: O) -> Result<O::Output, Error> {
        who.calls(&self.world, operation).await
    }

    pub(crate) async fn makes_key(&self, create: CreateKey) -> KeyId {
        self.calls(&self.owner, create).await.unwrap().id
    }

    /// A grant of the owner.
    pub(crate) async fn grants(&self, to: &Someone, actions: &[Action]) -> GrantId {
        let grant = grant(&self.owner, self.key, self.party(to).await, actions);
        self.calls(&self.owner, grant).await.unwrap()
    }

    pub(crate) async fn party(&self, who: &Someone) -> Party {
        let actor = who.actor(&self.world).await.unwrap();
        Party::of(actor.credential().caller()).unwrap()
    }

    /// Encrypts under the key by its bare id, in the caller's own scope.
    pub(crate) async fn encrypts(&self, who: &Someone) -> Result<Encrypted, Error> {
        self.calls(who, encrypt(who, self.key)).await
    }

    /// Opens what was encrypted, in the caller's own scope.
    pub(crate) async fn decrypts(&self, who: &Someone, blob: &[u8]) -> Result<(), Error> {
        let decrypt = decrypt(who.scope.clone(), blob);
        self.calls(who, decrypt).await.map(drop)
    }

    pub(crate) async fn revokes(&self, who: &Someone, grant: GrantId) -> Result<(), Error> {
        let key = anywhere(who, self.key);
        self.calls(who, RevokeGrant { key, grant }).await
    }

    pub(crate) async fn retires(&self, who: &Someone, grant: GrantId) -> Result<(), Error> {
        let key = anywhere(who, self.key);
        self.calls(who, RetireGrant { key, grant }).await
    }

    pub(crate) async fn lists(&self, who: &Someone) -> Result<Vec<GrantId>, Error> {
        let key = anywhere(who, self.key);
        let listed = self.calls(who, ListGrants { key, page: ALL }).await;
        listed.map(ids)
    }

    pub(crate) async fn lists_retirable(&self, who: &Someone) -> Result<Vec<GrantId>, Error> {
        let list = ListRetirableGrants {
            scope: who.scope.clone(),
            page: ALL,
        };
        self.calls(who, list).await.map(ids)
    }

    /// Somebody hears of the key what it hears of a key that is nowhere.
    pub(crate) async fn sees_nothing(&self, who: &Someone, blob: &[u8]) {
        let there = self.asks_about(who, self.key).await;
        let nowhere = self.asks_about(who, KeyId::from_bytes([1; 16])).await;
        assert_eq!(there, nowhere);
        let mut nobodys = blob.to_vec();
        nobodys[..36].copy_from_slice(&KeyVersionId::from_bytes([7; 16]).to_ascii());
        assert_eq!(
            self.decrypts(who, blob).await.unwrap_err(),
            self.decrypts(who, &nobodys).await.unwrap_err()
        );
    }

    /// What somebody hears of a key in whatever it asks for, without the name that it asked for.
    async fn asks_about(&self, who: &Someone, key: KeyId) -> Vec<Error> {
        let named = || anywhere(who, key);
        let id = GrantId::from_bytes([7; 32]);
        let everybody = Party::Account(who.account());
        let retire = RetireGrant {
            key: named(),
            grant: id,
        };
        let revoke = RevokeGrant {
            key: named(),
            grant: id,
        };
        let list = ListGrants {
            key: named(),
            page: ALL,
        };
        let make = grant(who, key, everybody, &[Action::Encrypt]);
        let heard = [
            self.calls(who, DescribeKey(named())).await.map(drop),
            self.calls(who, encrypt(who, key)).await.map(drop),
            self.calls(who, retire).await,
            self.calls(who, revoke).await,
            self.calls(who, list).await.map(drop),
            self.calls(who, make).await.map(drop),
        ];
        let nameless = |heard: Result<(), Error>| match heard.unwrap_err() {
            Error::Denied(denial) => {
                assert_eq!(denial.resource, Resource::Key(who.scope.clone(), key));
                Error::Denied(Denial {
                    resource: Resource::Keys(who.scope.clone()),
                    ..denial
                })
            }
            other => other,
        };
        heard.map(nameless).into()
    }
}

fn ids(paged: Paged<claviger_model::Grant>) -> Vec<GrantId> {
    assert_eq!(paged.total, paged.items.len() as u64);
    paged.items.into_iter().map(|grant| grant.id).collect()
}

/// A key by its bare id, asked for at home.
pub(crate) fn anywhere(who: &Someone, id: KeyId) -> KeyRef {
    KeyRef {
        scope: who.scope.clone(),
        name: KeyName::Anywhere(id),
    }
}

pub(crate) fn grant(who: &Someone, key: KeyId, to: Party, actions: &[Action]) -> CreateGrant {
    CreateGrant {
        key: anywhere(who, key),
        name: String::new(),
        grantee: to,
        retiring: None,
        actions: actions.to_vec(),
        quota: QUOTA,
    }
}

pub(crate) fn encrypt(who: &Someone, key: KeyId) -> Encrypt {
    Encrypt {
        key: anywhere(who, key),
        payload: Payload::Data,
        plaintext: SecretBytes::copied(b"text"),
        context: EncryptionContext::default(),
    }
}

pub(crate) fn decrypt(within: Scope, blob: &[u8]) -> Decrypt {
    Decrypt {
        ciphertext: Ciphertext::parse(blob.to_vec()).unwrap(),
        opener: Opener::Within(within),
        payload: Payload::Data,
        context: EncryptionContext::default(),
    }
}
