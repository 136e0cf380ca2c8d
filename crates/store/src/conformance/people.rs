//! Identities to store, and what is asked of several kinds of them.

use claviger_model::{
    AccountId, Attachment, CustomPolicy, Extent, Group, GroupId, GroupName, Holder, KeyOwner, Language,
    NamePage, Named, PolicyId, PolicyName, PolicyRef, PolicyVersion, Role, RoleId, RoleName, ServiceIdentity,
    SignedDuration, Tags, User, UserId, UserName,
};

use super::make::{Maker, draft};
use crate::{AccessKey, Outboxed, Store, StoreError, WriteError};

/// Everything, for lists that are known to be short.
pub(super) const ALL: NamePage = NamePage {
    after: None,
    take: 1000,
};

/// Names in their order, byte by byte.
pub(super) const NAMES: [&str; 8] = ["10", "9", "A", "B", "a", "a-", "ab", "b"];

impl Maker {
    pub(super) fn user(&mut self, account: AccountId, name: &str) -> User {
        let created = self.moment();
        User {
            account,
            id: UserId::draw(&self.random()).unwrap(),
            name: user(name),
            display_name: String::new(),
            mobile_phone: String::new(),
            email: String::new(),
            comments: String::new(),
            created,
            updated: created,
        }
    }

    pub(super) fn group(&mut self, account: AccountId, name: &str) -> Group {
        let created = self.moment();
        Group {
            account,
            id: GroupId::draw(&self.random()).unwrap(),
            name: group(name),
            comments: String::new(),
            created,
            updated: created,
        }
    }

    pub(super) fn role(&mut self, account: AccountId, name: &str) -> Role {
        let created = self.moment();
        Role {
            account,
            id: RoleId::draw(&self.random()).unwrap(),
            name: role(name),
            description: String::new(),
            trust: "trust".into(),
            max_session: SignedDuration::from_hours(1),
            tags: Tags::default(),
            created,
            updated: created,
        }
    }

    /// With one version, whose document is the name.
    pub(super) fn policy(&mut self, account: AccountId, name: &str) -> CustomPolicy {
        let created = self.moment();
        CustomPolicy {
            account,
            id: PolicyId::draw(&self.random()).unwrap(),
            language: Language::Ram,
            title: String::new(),
            name: policy(name),
            description: String::new(),
            default_version: 1,
            last_version: 1,
            versions: vec![PolicyVersion {
                number: 1,
                document: name.into(),
                created,
            }],
            tags: Tags::default(),
            created,
            updated: created,
        }
    }

    pub(super) fn service(&mut self, account: AccountId, name: &str) -> ServiceIdentity {
        ServiceIdentity {
            name: name.parse().unwrap(),
            account,
            description: String::new(),
            created: self.moment(),
        }
    }

    /// An access key whose secret is its id.
    pub(super) fn key_of(&mut self, account: AccountId, owner: &KeyOwner) -> AccessKey {
        let mut of = self.account();
        of.id = account;
        AccessKey {
            owner: owner.clone(),
            ..self.access_key(&of)
        }
    }

    pub(super) fn attachment(&mut self, policy: PolicyRef, holder: Holder) -> Attachment {
        Attachment {
            extent: Extent::Everywhere,
            policy,
            holder,
            attached: self.moment(),
        }
    }
}

pub(super) fn user(name: &str) -> UserName {
    name.parse().unwrap()
}

pub(super) fn group(name: &str) -> GroupName {
    name.parse().unwrap()
}

pub(super) fn role(name: &str) -> RoleName {
    name.parse().unwrap()
}

pub(super) fn policy(name: &str) -> PolicyName {
    name.parse().unwrap()
}

pub(super) fn custom(name: &str) -> PolicyRef {
    PolicyRef::Custom(policy(name))
}

pub(super) fn system(name: &str) -> PolicyRef {
    PolicyRef::System(policy(name))
}

/// One holder of each kind, all of the same name.
pub(super) fn holders(name: &str) -> [Holder; 3] {
    [
        Holder::User(user(name)),
        Holder::Group(group(name)),
        Holder::Role(role(name)),
    ]
}

pub(super) fn tags(pairs: &[(&str, &str)]) -> Tags {
    let mut tags = Tags::default();
    for (name, value) in pairs {
        tags.set((*name).into(), (*value).into()).unwrap();
    }
    tags
}

/// Adds an account.
pub(super) async fn add_account(store: &dyn Store, maker: &mut Maker) -> AccountId {
    let account = maker.account();
    let id = account.id;
    let key = maker.access_key(&account);
    store
        .create_account(account, key, draft("account"))
        .await
        .unwrap();
    id
}

/// Adds a user.
pub(super) async fn add_user(store: &dyn Store, maker: &mut Maker, account: AccountId, name: &str) -> User {
    let user = maker.user(account, name);
    store
        .create_user(user.clone(), u32::MAX, draft("user"))
        .await
        .unwrap();
    user
}

/// Adds a group.
pub(super) async fn add_group(store: &dyn Store, maker: &mut Maker, account: AccountId, name: &str) -> Group {
    let group = maker.group(account, name);
    store
        .create_group(group.clone(), u32::MAX, draft("group"))
        .await
        .unwrap();
    group
}

/// Adds a role.
pub(super) async fn add_role(store: &dyn Store, maker: &mut Maker, account: AccountId, name: &str) -> Role {
    let role = maker.role(account, name);
    store
        .create_role(role.clone(), u32::MAX, draft("role"))
        .await
        .unwrap();
    role
}

/// Adds a policy.
pub(super) async fn add_policy(
    store: &dyn Store,
    maker: &mut Maker,
    account: AccountId,
    name: &str,
) -> CustomPolicy {
    let policy = maker.policy(account, name);
    store
        .create_policy(policy.clone(), u32::MAX, draft("policy"))
        .await
        .unwrap();
    policy
}

/// Adds a user, a group, a role and a policy of the same name.
pub(super) async fn add_each(store: &dyn Store, maker: &mut Maker, account: AccountId, name: &str) {
    add_user(store, maker, account, name).await;
    add_group(store, maker, account, name).await;
    add_role(store, maker, account, name).await;
    add_policy(store, maker, account, name).await;
}

/// Puts a user into a group.
pub(super) async fn join(
    store: &dyn Store,
    maker: &mut Maker,
    account: AccountId,
    names: (&str, &str),
) -> Result<Outboxed<()>, WriteError> {
    let now = maker.moment();
    store
        .join_group(
            account,
            &user(names.0),
            &group(names.1),
            now,
            u32::MAX,
            draft("join"),
        )
        .await
}

/// Puts a policy on an identity.
pub(super) async fn attach(
    store: &dyn Store,
    maker: &mut Maker,
    account: AccountId,
    policy: PolicyRef,
    holder: Holder,
) -> Attachment {
    let attachment = maker.attachment(policy, holder);
    store
        .attach(account, attachment.clone(), u32::MAX, draft("attach"))
        .await
        .unwrap();
    attachment
}

/// Fails unless a list shows all of [`NAMES`], in their order, in pages of every length.
pub(super) async fn assert_pages<T>(
    list: impl AsyncFn(NamePage) -> Result<Named<T>, StoreError>,
    name: fn(&T) -> &str,
) {
    let page = async |after: Option<&str>, take| {
        let after = after.map(str::to_owned);
        let page = list(NamePage { after, take }).await.unwrap();
        let names: Vec<_> = page.items.iter().map(|item| name(item).to_owned()).collect();
        (names, page.more)
    };
    for take in 1..=NAMES.len() + 1 {
        let mut rest = &NAMES[..];
        let mut after: Option<&str> = None;
        loop {
            let (head, tail) = rest.split_at(take.min(rest.len()));
            let (names, more) = page(after, take.try_into().unwrap()).await;
            assert_eq!(
                (names, more),
                (head.iter().map(|name| (*name).into()).collect(), !tail.is_empty())
            );
            if tail.is_empty() {
                break;
            }
            (rest, after) = (tail, head.last().copied());
        }
    }
    assert_eq!(page(None, 0).await, (vec![], true));
    assert_eq!(page(Some("b"), 5).await, (vec![], false));
    assert_eq!(page(Some("zzz"), 0).await, (vec![], false));
    // What the page begins after need not be there any more.
    assert_eq!(page(Some("C"), 1).await, (vec!["a".into()], true));
    assert_eq!(page(Some("a"), u32::MAX).await.0, NAMES[5..]);
}
