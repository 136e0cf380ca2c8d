//! Logins, their passwords, and tokens that are void.

use claviger_model::{AccountId, Error, Login, LoginOwner, Missing, SignedDuration, Timestamp, UserId};

use super::Subject;
use super::make::{Maker, draft, drafts, refused};
use super::people::{add_account, add_user};
use super::versions::found;
use crate::{IdentityChange, Outboxed, SealedCell, Store, WriteError};

fn sealed(text: &str) -> SealedCell {
    SealedCell(text.as_bytes().into())
}

async fn set(
    store: &dyn Store,
    account: AccountId,
    owner: LoginOwner,
    password: &str,
) -> Result<Outboxed<Login>, WriteError> {
    let password = Some(sealed(password));
    store
        .update_login(account, owner, password, draft("password"), Box::new(Ok))
        .await
}

/// Also where nobody is: what is asked is only what was stored.
pub async fn who_has_no_login_may_come_in_without_a_password(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let user = LoginOwner::User(UserId::draw(&maker.random()).unwrap());
    let nowhere = maker.account().id;
    for (account, owner) in [(account, LoginOwner::Root), (account, user), (nowhere, user)] {
        let found = store.login(account, owner).await.unwrap();
        assert_eq!(found, (Login::of(account, owner), None));
        assert!(found.0.enabled && !found.0.has_password);
    }
}

/// A change without a password leaves the one that is there, whatever it says of it. The answer is what is read back.
pub async fn a_login_changes_as_asked(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let user = add_user(&*store, &mut maker, account, "a").await;
    let (owner, root) = (LoginOwner::User(user.id), LoginOwner::Root);
    let fine = Timestamp::new(1_800_000_000, 123_456_789).unwrap();
    let wish = Login {
        account: elsewhere,
        owner: root,
        enabled: false,
        has_password: true,
        changed: Some(fine),
        tokens_from: Some(fine + SignedDuration::from_secs(1)),
    };
    let mut seen = Login::of(account, owner);
    for (password, text) in [
        (None, None),
        (Some("first"), Some("first")),
        (None, Some("first")),
        (Some("second"), Some("second")),
    ] {
        let (was, to) = (seen.clone(), wish.clone());
        let change: IdentityChange<Login> = Box::new(move |login| {
            assert_eq!(login, was, "a change sees the login as it is stored");
            Ok(Login {
                has_password: text.is_none(),
                ..to.clone()
            })
        });
        let password = password.map(sealed);
        let done = store
            .update_login(account, owner, password, draft("login"), change)
            .await
            .unwrap();
        let last = drafts(&*store).await.pop().unwrap();
        assert_eq!((last.number, &*last.value), (done.number, "login"));
        let stored = store.login(account, owner).await.unwrap();
        assert_eq!(stored, (done.value.clone(), text.map(sealed)));
        assert_eq!(
            (
                done.value.account,
                done.value.owner,
                done.value.enabled,
                done.value.has_password
            ),
            (account, owner, false, text.is_some())
        );
        seen = done.value;
    }
    drop(store);
    let store = subject.open().await;
    assert_eq!(
        store.login(account, owner).await.unwrap(),
        (seen, Some(sealed("second")))
    );
    for (account, owner) in [(account, root), (elsewhere, root), (elsewhere, owner)] {
        let other = store.login(account, owner).await.unwrap();
        assert_eq!(other, (Login::of(account, owner), None));
    }
}

/// The owner is looked for first. What is refused leaves nothing, the password neither.
pub async fn a_login_needs_its_owner_and_consent(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let account = add_account(&*store, &mut maker).await;
    let elsewhere = add_account(&*store, &mut maker).await;
    let foreign = add_user(&*store, &mut maker, elsewhere, "a").await;
    let nowhere = maker.account().id;
    let before = drafts(&*store).await;
    for (account, owner, wanted) in [
        (nowhere, LoginOwner::Root, Error::NotFound(Missing::Account)),
        (
            account,
            LoginOwner::User(foreign.id),
            Error::NotFound(Missing::User),
        ),
        (account, LoginOwner::Root, Error::DryRun),
    ] {
        let never: IdentityChange<Login> = Box::new(|_| Err(Error::DryRun));
        let answer = store
            .update_login(account, owner, Some(sealed("no")), draft("no"), never)
            .await;
        assert_eq!(refused(answer), wanted);
        assert_eq!(
            store.login(account, owner).await.unwrap(),
            (Login::of(account, owner), None)
        );
    }
    assert_eq!(drafts(&*store).await, before);
}

/// Whoever comes later under the same number starts anew.
pub async fn logins_go_with_their_owners(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    add_account(&*store, &mut maker).await;
    let account = maker.account();
    let key = maker.access_key(&account);
    let id = account.id;
    store
        .create_account(account.clone(), key.clone(), draft("account"))
        .await
        .unwrap();
    let user = add_user(&*store, &mut maker, id, "a").await;
    let neighbour = add_user(&*store, &mut maker, id, "b").await;
    let owners = [user.id, neighbour.id].map(LoginOwner::User);
    for owner in [owners[0], owners[1], LoginOwner::Root] {
        set(&*store, id, owner, "password").await.unwrap();
    }
    store.delete_user(id, &user.name, draft("delete")).await.unwrap();
    let plain = |owner| (Login::of(id, owner), None);
    assert_eq!(store.login(id, owners[0]).await.unwrap(), plain(owners[0]));
    for owner in [owners[1], LoginOwner::Root] {
        assert!(store.login(id, owner).await.unwrap().1.is_some());
    }
    store.create_user(user, 9, draft("user")).await.unwrap();
    assert_eq!(store.login(id, owners[0]).await.unwrap(), plain(owners[0]));

    for name in ["a", "b"] {
        let name = super::people::user(name);
        store.delete_user(id, &name, draft("delete")).await.unwrap();
    }
    store.delete_account(id, draft("delete")).await.unwrap();
    store
        .create_account(account, key, draft("account"))
        .await
        .unwrap();
    for owner in [owners[1], LoginOwner::Root] {
        assert_eq!(store.login(id, owner).await.unwrap(), plain(owner));
    }
}

/// Neither replaced ones nor those that went with their owner.
pub async fn passwords_that_were_replaced_or_deleted_are_nowhere(subject: &dyn Subject) {
    let mut maker = Maker::new();
    let marks = ["MARK-OVER-", "MARK-GONE-", "MARK-ROOT-", "MARK-STAYS-"];
    let store = subject.open().await;
    add_account(&*store, &mut maker).await;
    let account = add_account(&*store, &mut maker).await;
    let stays = add_account(&*store, &mut maker).await;
    let mut users = Vec::new();
    for round in 0..12_usize {
        let text = |mark: &str| mark.repeat(1 + round * round);
        let user = add_user(&*store, &mut maker, account, &format!("u{round}")).await;
        let owner = LoginOwner::User(user.id);
        set(&*store, account, owner, &text(marks[0])).await.unwrap();
        users.push(user);
    }
    set(&*store, account, LoginOwner::Root, marks[2]).await.unwrap();
    set(&*store, stays, LoginOwner::Root, marks[3]).await.unwrap();
    drop(store);
    assert_eq!(found(subject, &marks).await, [marks[0], marks[2], marks[3]]);

    let store = subject.open().await;
    for (user, round) in users.iter().zip(0_usize..) {
        let text = marks[1].repeat(1 + round * round);
        let owner = LoginOwner::User(user.id);
        set(&*store, account, owner, &text).await.unwrap();
    }
    drop(store);
    assert_eq!(found(subject, &marks).await, marks[1..]);

    let store = subject.open().await;
    for user in &users {
        store
            .delete_user(account, &user.name, draft("delete"))
            .await
            .unwrap();
    }
    store.delete_account(account, draft("delete")).await.unwrap();
    drop(store);
    assert_eq!(found(subject, &marks).await, [marks[3]]);
}

/// Until they are forgotten, which is not before they have ended by themselves; the later of two ends counts.
pub async fn void_tokens_are_known_until_they_end(subject: &dyn Subject) {
    let store = subject.open().await;
    let start = Timestamp::from_second(2_000_000_000).unwrap();
    let hour = SignedDuration::from_hours(1);
    let ids = [1, 2, 3].map(|number| [number; 16]);
    let revoked = async |store: &dyn Store| {
        let mut known = Vec::new();
        for (id, number) in ids.iter().zip(1..) {
            if store.is_token_revoked(*id).await.unwrap() {
                known.push(number);
            }
        }
        known
    };
    assert_eq!(revoked(&*store).await, [0; 0]);
    for (id, hours) in [(ids[0], 1_i32), (ids[1], 2), (ids[0], 3), (ids[1], 1)] {
        let until = start + hour * hours;
        let done = store.revoke_token(id, until, draft("revoke")).await.unwrap();
        let last = drafts(&*store).await.pop().unwrap();
        assert_eq!((last.number, &*last.value), (done.number, "revoke"));
    }
    drop(store);
    let store = subject.open().await;
    assert_eq!(revoked(&*store).await, [1, 2]);
    for (hours, known) in [(2_i32, &[1, 2][..]), (3, &[1]), (4, &[])] {
        store.forget_tokens(start + hour * hours).await.unwrap();
        assert_eq!(revoked(&*store).await, known, "after {hours} hours");
    }
    assert_eq!(drafts(&*store).await.len(), 4, "forgetting leaves no drafts");
}
