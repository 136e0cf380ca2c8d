use claviger_model::{
    AccessKeyId, AccessKeyStatus, Account, AccountId, Attachment, CustomPolicy, DomainId, Extent, Group,
    GroupId, Holder, KeyOwner, Language, NamePage, PolicyId, PolicyRef, PolicyVersion, Role, RoleId,
    ServiceIdentity, SignedDuration, Tags, User, UserId,
};
use claviger_store::{AccessKey, IdentityStore as _, SealedCell, StoreError};

use super::erasure::is_left;
use super::{Place, account, account_id, bytes, draft, moment, on_writer};
use crate::SqliteStore;

const ALL: NamePage = NamePage {
    after: None,
    take: 100,
};

fn user_id() -> UserId {
    UserId::from_number(200_000_000_000_000_001).unwrap()
}

fn role_id() -> RoleId {
    RoleId::from_number(300_000_000_000_000_001).unwrap()
}

fn tags() -> Tags {
    let mut tags = Tags::default();
    tags.set("a".into(), "b".into()).unwrap();
    tags
}

fn user() -> User {
    User {
        account: account_id(),
        id: user_id(),
        name: "u".parse().unwrap(),
        display_name: "d".into(),
        mobile_phone: "m".into(),
        email: "e".into(),
        comments: "c".into(),
        created: moment(),
        updated: moment(),
    }
}

fn group() -> Group {
    Group {
        account: account_id(),
        id: GroupId::from_number(400_000_000_000_000_001).unwrap(),
        name: "g".parse().unwrap(),
        comments: "c".into(),
        created: moment(),
        updated: moment(),
    }
}

fn role() -> Role {
    Role {
        account: account_id(),
        id: role_id(),
        name: "r".parse().unwrap(),
        description: "d".into(),
        trust: "{}".into(),
        max_session: SignedDuration::from_hours(1),
        tags: tags(),
        created: moment(),
        updated: moment(),
    }
}

fn policy() -> CustomPolicy {
    let version = |number| PolicyVersion {
        number,
        document: "{}".into(),
        created: moment(),
    };
    CustomPolicy {
        account: account_id(),
        id: PolicyId::from_number(500_000_000_000_000_001).unwrap(),
        language: Language::Iam,
        title: "t".into(),
        name: "p".parse().unwrap(),
        description: "d".into(),
        default_version: 2,
        last_version: 2,
        versions: vec![version(1), version(2)],
        tags: tags(),
        created: moment(),
        updated: moment(),
    }
}

fn service() -> ServiceIdentity {
    ServiceIdentity {
        name: "s".parse().unwrap(),
        account: account_id(),
        description: "d".into(),
        created: moment(),
    }
}

fn access_key(id: &str, owner: KeyOwner) -> AccessKey {
    AccessKey {
        id: id.parse().unwrap(),
        account: account_id(),
        owner,
        secret: SealedCell(format!("SECRET-OF-{id}").into_bytes().into()),
        status: AccessKeyStatus::Active,
        created: moment(),
        last_used: None,
    }
}

fn holders() -> [Holder; 3] {
    [
        Holder::User("u".parse().unwrap()),
        Holder::Group("g".parse().unwrap()),
        Holder::Role("r".parse().unwrap()),
    ]
}

/// One of each kind.
async fn filled() -> Place {
    let place = Place::new();
    let store = &place.store;
    let (first, access) = account();
    store.create_account(first, access, draft("a")).await.unwrap();
    store.create_user(user(), 1, draft("a")).await.unwrap();
    store.create_group(group(), 1, draft("a")).await.unwrap();
    store.create_role(role(), 1, draft("a")).await.unwrap();
    store.create_policy(policy(), 1, draft("a")).await.unwrap();
    store.create_service(service(), draft("a")).await.unwrap();
    let (user, group) = (user().name, group().name);
    store
        .join_group(account_id(), &user, &group, moment(), 1, draft("a"))
        .await
        .unwrap();
    for holder in holders() {
        let attachment = Attachment {
            extent: Extent::Everywhere,
            policy: PolicyRef::Custom(policy().name),
            holder,
            attached: moment(),
        };
        store
            .attach(account_id(), attachment, 1, draft("a"))
            .await
            .unwrap();
    }
    for (id, owner) in [
        ("AKU", KeyOwner::User(user_id())),
        ("AKS", KeyOwner::Service(service().name)),
    ] {
        store
            .create_access_key(access_key(id, owner), 1, draft("a"))
            .await
            .unwrap();
    }
    place
}

/// Reads everything that has to do with a table, in the ways the store has.
async fn read(store: &SqliteStore, table: &str) -> Vec<StoreError> {
    let (id, user, group, role) = (account_id(), user(), group(), role());
    let mut errors = Vec::new();
    match table {
        "users" => {
            errors.extend(store.users(id, ALL).await.err());
            errors.extend(store.user_by_id(id, user.id).await.err());
            errors.extend(store.users_of_group(id, &group.name, ALL).await.err());
            errors.extend(store.rights_of_user(id, user.id).await.err());
        }
        "user_groups" => {
            errors.extend(store.groups(id, ALL).await.err());
            errors.extend(store.groups_of_user(id, &user.name).await.err());
        }
        "memberships" => {
            errors.extend(store.groups_of_user(id, &user.name).await.err());
            errors.extend(store.users_of_group(id, &group.name, ALL).await.err());
        }
        "roles" | "role_tags" => {
            errors.extend(store.roles(id, ALL).await.err());
            errors.extend(store.role_by_id(id, role.id).await.err());
            errors.extend(store.rights_of_role(id, role.id).await.err());
        }
        "policies" | "policy_versions" | "policy_tags" => {
            errors.extend(store.policies(id, ALL).await.err());
        }
        "attachments" => {
            for holder in holders() {
                errors.extend(store.attachments_of(id, &holder).await.err());
            }
            errors.extend(store.rights_of_user(id, user.id).await.err());
            errors.extend(store.rights_of_role(id, role.id).await.err());
        }
        "services" => errors.extend(store.services().await.err()),
        "access_keys" => errors.extend(store.access_key(&"AKU".parse().unwrap()).await.err()),
        other => unreachable!("{other}"),
    }
    errors
}

/// Table, column, and a value that it must not hold.
const BAD: &[(&str, &str, &str)] = &[
    ("users", "name", "'bad name'"),
    ("users", "display_name", "CAST(x'ff' AS TEXT)"),
    ("users", "mobile_phone", "CAST(x'ff' AS TEXT)"),
    ("users", "email", "CAST(x'ff' AS TEXT)"),
    ("users", "comments", "CAST(x'ff' AS TEXT)"),
    ("users", "created", "9223372036854775807"),
    ("users", "updated", "-9223372036854775808"),
    ("user_groups", "name", "'bad name'"),
    ("user_groups", "id", "5"),
    ("user_groups", "comments", "CAST(x'ff' AS TEXT)"),
    ("user_groups", "created", "9223372036854775807"),
    ("user_groups", "updated", "9223372036854775807"),
    ("memberships", "joined", "9223372036854775807"),
    ("roles", "name", "''"),
    ("roles", "description", "CAST(x'ff' AS TEXT)"),
    ("roles", "trust", "CAST(x'ff' AS TEXT)"),
    ("roles", "max_session", "-1"),
    ("roles", "created", "9223372036854775807"),
    ("roles", "updated", "9223372036854775807"),
    ("role_tags", "name", "CAST(x'ff' AS TEXT)"),
    ("role_tags", "value", "CAST(x'ff' AS TEXT)"),
    ("policies", "id", "0"),
    ("policies", "language", "'IAM'"),
    ("policies", "title", "CAST(x'ff' AS TEXT)"),
    ("policies", "description", "CAST(x'ff' AS TEXT)"),
    ("policies", "default_version", "-1"),
    ("policies", "default_version", "3"),
    ("policies", "last_version", "4294967296"),
    ("policies", "created", "9223372036854775807"),
    ("policies", "updated", "9223372036854775807"),
    ("policy_versions", "document", "CAST(x'ff' AS TEXT)"),
    ("policy_versions", "created", "9223372036854775807"),
    ("policy_tags", "name", "CAST(x'ff' AS TEXT)"),
    ("policy_tags", "value", "CAST(x'ff' AS TEXT)"),
    ("attachments", "policy", "'bad name'"),
    ("attachments", "policy_kind", "'Custom'"),
    ("attachments", "extent", "'region/UPPER'"),
    ("services", "name", "'bad name'"),
    ("services", "account", "5"),
    ("services", "description", "CAST(x'ff' AS TEXT)"),
    ("services", "created", "9223372036854775807"),
    ("access_keys", "user", "5"),
    ("access_keys", "service", "'bad name'"),
    ("access_keys", "last_used", "9223372036854775807"),
];

#[tokio::test]
async fn bad_values_of_identities_are_reported_with_their_place() {
    let sound = filled().await;
    for &(table, column, value) in BAD {
        assert!(read(&sound.store, table).await.is_empty());
        let place = filled().await;
        place
            .intruder()
            .execute(&format!("UPDATE {table} SET {column} = {value}"), [])
            .unwrap();
        let errors = read(&place.store, table).await;
        assert!(!errors.is_empty(), "{table}.{column} = {value} went unnoticed");
        for error in errors {
            assert!(
                matches!(&error, StoreError::BadRow { table: t, column: c, row, .. }
                    if (*t, *c) == (table, column) && !row.is_empty() && row != "?"),
                "{table}.{column} = {value}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn rows_that_miss_others_are_reported() {
    for (change, table, column) in [
        ("UPDATE users SET id = 5", "users", "id"),
        ("UPDATE roles SET id = 5", "roles", "id"),
        ("DELETE FROM policies", "attachments", "policy"),
        (
            "DELETE FROM policy_versions WHERE number = 2",
            "policies",
            "default_version",
        ),
        ("DELETE FROM materials WHERE slot > 0", "materials", "bytes"),
    ] {
        let place = filled().await;
        place.intruder().execute(change, []).unwrap();
        let (store, id) = (&place.store, account_id());
        let mut errors = Vec::new();
        match table {
            "users" => errors.extend(store.user(id, &user().name).await.err()),
            "roles" => errors.extend(store.role(id, &role().name).await.err()),
            "materials" => errors.extend(store.access_key(&"AKU".parse().unwrap()).await.err()),
            _ => {
                errors.extend(store.rights_of_user(id, user_id()).await.err());
                errors.extend(store.rights_of_role(id, role_id()).await.err());
            }
        }
        assert!(!errors.is_empty(), "{change} went unnoticed");
        for error in errors {
            assert!(
                matches!(&error, StoreError::BadRow { table: t, column: c, .. } if (*t, *c) == (table, column)),
                "{change}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn secrets_of_deleted_access_keys_are_gone_from_the_log_without_being_asked() {
    let place = filled().await;
    let (store, path) = (&place.store, place.path());
    let second = Account {
        id: AccountId::from_number(6_543_210_987_654_321).unwrap(),
        domain: DomainId::from_bytes(bytes(2)),
        created: moment() + SignedDuration::from_secs(1),
        ..account().0
    };
    let root = AccessKey {
        account: second.id,
        ..access_key("AKR", KeyOwner::Root)
    };
    store
        .create_account(second.clone(), root, draft("a"))
        .await
        .unwrap();
    let ids = ["AKU", "AKS", "AKR"];
    for id in ids {
        assert!(is_left(&path, &format!("SECRET-OF-{id}")), "{id}");
    }
    for id in ids {
        let deleted = match id {
            "AKU" => {
                let (owner, id) = (KeyOwner::User(user_id()), id.parse::<AccessKeyId>().unwrap());
                store
                    .delete_access_key(account_id(), &owner, &id, draft("b"))
                    .await
            }
            "AKS" => store.delete_service(&service().name, draft("b")).await,
            _ => store.delete_account(second.id, draft("b")).await,
        };
        deleted.unwrap();
        // The log is emptied before whatever comes next.
        on_writer(store, |_| {});
        assert!(!is_left(&path, &format!("SECRET-OF-{id}")), "{id}");
    }
}
