use claviger_model::{AccountId, DomainId, LoginOwner, SignedDuration, User, UserId};
use claviger_store::{AccessKey, IdentityStore as _, LoginStore as _, SealedCell, StoreError};

use super::erasure::is_left;
use super::{Place, account, account_id, bytes, draft, moment, on_writer};
use crate::SqliteStore;

fn user() -> User {
    User {
        account: account_id(),
        id: UserId::from_number(200_000_000_000_000_001).unwrap(),
        name: "u".parse().unwrap(),
        display_name: String::new(),
        mobile_phone: String::new(),
        email: String::new(),
        comments: String::new(),
        created: moment(),
        updated: moment(),
    }
}

async fn filled() -> Place {
    let place = Place::new();
    let (first, access) = account();
    place
        .store
        .create_account(first, access, draft("a"))
        .await
        .unwrap();
    place.store.create_user(user(), 1, draft("a")).await.unwrap();
    place
}

async fn set(store: &SqliteStore, account: AccountId, owner: LoginOwner, password: Option<&str>) {
    let password = password.map(|text| SealedCell(text.repeat(400).into_bytes().into()));
    store
        .update_login(account, owner, password, draft("password"), Box::new(Ok))
        .await
        .unwrap();
}

#[tokio::test]
async fn bad_values_of_logins_are_reported_with_their_place() {
    for (table, column, change) in [
        ("logins", "enabled", "UPDATE logins SET enabled = 2"),
        (
            "logins",
            "changed",
            "UPDATE logins SET changed = 9223372036854775807",
        ),
        (
            "logins",
            "tokens_from",
            "UPDATE logins SET tokens_from = -9223372036854775808",
        ),
        (
            "materials",
            "bytes",
            "UPDATE materials SET bytes = x'0000000501020304'",
        ),
        ("materials", "bytes", "UPDATE logins SET password = 999"),
        ("accounts", "domain", "UPDATE accounts SET domain = x'00'"),
    ] {
        let place = filled().await;
        let owner = LoginOwner::User(user().id);
        set(&place.store, account_id(), owner, Some("password")).await;
        place.store.login(account_id(), owner).await.unwrap();
        place.intruder().execute(change, []).unwrap();
        let error = if table == "accounts" {
            place.store.accounts_named("first").await.unwrap_err()
        } else {
            place.store.login(account_id(), owner).await.unwrap_err()
        };
        assert!(
            matches!(&error, StoreError::BadRow { table: t, column: c, row, .. }
                if (*t, *c) == (table, column) && !row.is_empty() && row != "?"),
            "{change}: {error}"
        );
    }
}

#[tokio::test]
async fn passwords_are_gone_from_the_log_without_being_asked() {
    let place = filled().await;
    let (store, path) = (&place.store, place.path());
    let (mut second, access) = account();
    second.id = AccountId::from_number(6_543_210_987_654_321).unwrap();
    second.domain = DomainId::from_bytes(bytes(2));
    second.created = moment() + SignedDuration::from_secs(1);
    let root = AccessKey {
        id: "AK2".parse().unwrap(),
        account: second.id,
        ..access
    };
    let other = second.id;
    store.create_account(second, root, draft("a")).await.unwrap();
    let owner = LoginOwner::User(user().id);
    set(store, account_id(), owner, Some("FIRST-MARK")).await;
    set(store, other, LoginOwner::Root, Some("ROOT-MARK")).await;
    assert!(is_left(&path, "FIRST-MARK") && is_left(&path, "ROOT-MARK"));

    set(store, account_id(), owner, None).await;
    on_writer(store, |_| {});
    assert!(is_left(&path, "FIRST-MARK"), "it is still the password");
    set(store, account_id(), owner, Some("SECOND-MARK")).await;
    // The log is emptied before whatever comes next.
    on_writer(store, |_| {});
    assert!(!is_left(&path, "FIRST-MARK") && is_left(&path, "SECOND-MARK"));
    store
        .delete_user(account_id(), &user().name, draft("b"))
        .await
        .unwrap();
    on_writer(store, |_| {});
    assert!(!is_left(&path, "SECOND-MARK") && is_left(&path, "ROOT-MARK"));
    store.delete_account(other, draft("b")).await.unwrap();
    on_writer(store, |_| {});
    assert!(!is_left(&path, "ROOT-MARK"));
}
