//! Things to store, the same in every run.

use claviger_model::{
    AccessKeyStatus, Account, AccountId, Alias, AliasName, Change, Creator, DomainId, Error, Fingerprint,
    Import, Key, KeyFilter, KeyId, KeyOwner, KeySpec, KeyState, KeyVersion, KeyVersionId, Material, Order,
    Origin, Page, ProtectionLevel, Random, RandomError, Scope, Tags, Timestamp, Usage,
};

use crate::{AccessKey, Draft, HeldMaterial, KeyChange, KeyCheck, Outboxed, SealedCell, Store, WriteError};

/// Everything, for lists that are known to be short.
pub(super) const ALL: Page = Page { skip: 0, take: 1000 };

/// Makes things that differ from each other, each a millisecond younger than the one before.
#[derive(Debug)]
pub(super) struct Maker {
    made: i64,
}

/// Numbers that look random and are not.
#[derive(Debug)]
pub(super) struct Fixed(u64);

impl Random for Fixed {
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomError> {
        for (byte, place) in out.iter_mut().zip(1u64..) {
            // The finaliser of SplitMix64 (Steele, Lea, Flood 2014): neighbours come out unlike each other.
            let mut mixed = self
                .0
                .wrapping_mul(64)
                .wrapping_add(place)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (mixed ^ (mixed >> 31)).to_le_bytes()[0];
        }
        Ok(())
    }
}

impl Maker {
    pub(super) fn new() -> Self {
        Self { made: 0 }
    }

    /// A maker whose things differ from those of every other number, up to 10,000 of them each.
    pub(super) fn numbered(number: i64) -> Self {
        Self {
            made: (number + 1) * 10_000,
        }
    }

    pub(super) fn random(&self) -> Fixed {
        Fixed(self.made.cast_unsigned())
    }

    /// A moment after all earlier ones.
    pub(super) fn moment(&mut self) -> Timestamp {
        self.made += 1;
        moment(self.made)
    }

    pub(super) fn scope(&mut self, region: &str) -> Scope {
        self.made += 1;
        Scope {
            account: AccountId::draw(&self.random()).unwrap(),
            region: region.parse().unwrap(),
        }
    }

    pub(super) fn key_id(&mut self) -> KeyId {
        let now = self.moment();
        KeyId::draw(now, &self.random()).unwrap()
    }

    pub(super) fn version_id(&mut self) -> KeyVersionId {
        let now = self.moment();
        KeyVersionId::draw(now, &self.random()).unwrap()
    }

    /// A plain key in use, without a version.
    pub(super) fn key(&mut self, scope: &Scope) -> Key {
        let id = self.key_id();
        let created = moment(self.made);
        Key {
            id,
            scope: scope.clone(),
            spec: KeySpec::Aes256,
            usage: Usage::EncryptDecrypt,
            origin: Origin::Generated,
            protection: ProtectionLevel::Software,
            creator: Creator::Account,
            created,
            state: KeyState::Enabled,
            title: None,
            description: String::new(),
            primary: None,
            last_rotated: created,
            rotation: None,
            rotation_from: None,
            rotation_kept: None,
            warned: false,
            import: None,
            deletion_protection: None,
            policy: None,
            tags: Tags::default(),
        }
    }

    /// A version of a key, which becomes its primary.
    pub(super) fn version(&mut self, key: &mut Key) -> KeyVersion {
        let id = self.version_id();
        key.primary = Some(id);
        KeyVersion {
            id,
            key: key.id,
            scope: key.scope.clone(),
            created: moment(self.made),
            material: Some(Material(id.to_ascii().into())),
        }
    }

    /// What an import of material leaves with a key.
    pub(super) fn import(&mut self, expires: Option<Timestamp>) -> Import {
        let version = self.version_id();
        let mut fingerprint = [0; 32];
        self.random().fill(&mut fingerprint).unwrap();
        Import {
            fingerprint: Fingerprint(fingerprint),
            version,
            expires,
        }
    }

    pub(super) fn alias(&mut self, key: &Key, text: &str) -> Alias {
        let created = self.moment();
        Alias {
            scope: key.scope.clone(),
            name: name(text),
            prefixed: !text.contains('_'),
            key: key.id,
            created,
            updated: created,
        }
    }

    pub(super) fn account(&mut self) -> Account {
        let created = self.moment();
        let random = self.random();
        Account {
            id: AccountId::draw(&random).unwrap(),
            domain: DomainId::draw(&random).unwrap(),
            name: format!("account {}", self.made),
            created,
        }
    }

    pub(super) fn access_key(&mut self, account: &Account) -> AccessKey {
        let created = self.moment();
        AccessKey {
            id: format!("AK.{}", self.made).parse().unwrap(),
            account: account.id,
            owner: KeyOwner::Root,
            secret: SealedCell(self.made.to_le_bytes().into()),
            status: AccessKeyStatus::Active,
            created,
            last_used: None,
        }
    }
}

/// The creator of keys that a service made.
pub(super) fn made_by(name: &str) -> Creator {
    Creator::Service(name.parse().unwrap())
}

fn moment(number: i64) -> Timestamp {
    Timestamp::from_millisecond(1_767_225_600_000 + number).unwrap()
}

pub(super) fn name(text: &str) -> AliasName {
    text.parse().unwrap()
}

pub(super) fn draft(text: &str) -> Draft {
    Draft(text.as_bytes().into())
}

/// Lets every key be named.
pub(super) fn any() -> KeyCheck {
    Box::new(|_| Ok(()))
}

/// Sets the description, whatever the state.
pub(super) fn describe(text: &str) -> KeyChange {
    let text = text.to_owned();
    Box::new(move |key| {
        Ok(Change::Changed(Key {
            description: text.clone(),
            ..key
        }))
    })
}

/// The refusal of a change that the domain refused.
pub(super) fn refused<T: std::fmt::Debug>(result: Result<T, WriteError>) -> Error {
    match result.unwrap_err() {
        WriteError::Domain(error) => error,
        WriteError::Store(error) => unreachable!("the store failed: {error}"),
    }
}

/// Adds a plain key with a version.
pub(super) async fn add_key(store: &dyn Store, maker: &mut Maker, scope: &Scope) -> Key {
    let key = maker.key(scope);
    add(store, maker, key).await
}

/// The place of a version.
pub(super) fn held(key: &Key, version: KeyVersionId) -> HeldMaterial {
    HeldMaterial {
        scope: key.scope.clone(),
        key: key.id,
        version,
        spec: key.spec,
    }
}

/// Tells of material in hardware that a version is about to have, if it is for that. Whoever told of it before had time until
/// then.
pub(super) async fn expect(store: &dyn Store, key: &Key, version: KeyVersionId, until: Timestamp) -> bool {
    if key.protection != HeldMaterial::PROTECTION {
        return true;
    }
    let expected = store.expect_material(held(key, version), until, until).await;
    expected.unwrap()
}

/// Adds a key with a version.
pub(super) async fn add(store: &dyn Store, maker: &mut Maker, mut key: Key) -> Key {
    let version = maker.version(&mut key);
    assert!(expect(store, &key, version.id, maker.moment()).await);
    store
        .create_key(key.clone(), Some(version), u32::MAX, draft("create"))
        .await
        .unwrap();
    key
}

/// All keys of a scope.
pub(super) async fn all_keys(store: &dyn Store, scope: &Scope) -> Vec<KeyId> {
    store
        .keys(scope, &KeyFilter::default(), Order::OldestFirst, ALL)
        .await
        .unwrap()
        .items
}

/// The texts of the drafts that are not settled, with their numbers.
pub(super) async fn drafts(store: &dyn Store) -> Vec<Outboxed<String>> {
    let drafts = store.outbox(0, 100_000).await.unwrap();
    let text = |draft: Draft| String::from_utf8(draft.0.into_vec()).unwrap();
    drafts
        .into_iter()
        .map(|draft| Outboxed {
            number: draft.number,
            value: text(draft.value),
        })
        .collect()
}
