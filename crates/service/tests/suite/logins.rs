//! Logins: passwords set, shown and refused, and who may come in at all.

use claviger_model::{
    AccountId, Error, Field, Holder, Login, LoginOwner, Missing, PolicyRef, SignedDuration, UserName,
};
use claviger_secret::SecretBytes;
use claviger_service::ops::deployment::CreateAccount;
use claviger_service::ops::identity::{
    CreateUser, DeleteAccessKey, Detach, GetLogin, KeyHolder, ListAccessKeys, LoginHolder, SetPassword,
    SwitchLogin,
};
use claviger_service::ops::session::{
    AccountName, Arrival, Evidence, LoginName, NewToken, TokenScope, TokenWish,
};
use claviger_service::{AuthnError, Service};
use claviger_testkit::{Client, World};

use crate::actors::{Actor, LOCAL};
use crate::identities::{Someone, create_user, denied};
use crate::tokens::nobody;

pub(crate) const ALICE: &str = "alice";
pub(crate) const PASSWORD: &str = "correct horse 1";
const OTHER: &str = "battery staple 2";

/// A world, and a door to come in by with a password.
pub(crate) struct Door {
    pub(crate) world: World,
}

pub(crate) fn shown(text: &str) -> SecretBytes {
    SecretBytes::copied(text.as_bytes())
}

fn user(name: &str) -> LoginHolder {
    LoginHolder::User(name.parse().unwrap())
}

/// Somebody of an account, by names.
pub(crate) async fn by_name(world: &World, account: AccountId, name: &str, password: &str) -> Evidence {
    let account = world.service().account(account).await.unwrap();
    Evidence::Password {
        who: LoginName::Name {
            name: name.into(),
            account: AccountName::Name(account.name.into()),
        },
        password: shown(password),
    }
}

/// Comes with what a wish has to show.
pub(crate) async fn opens(service: &Service, wish: TokenWish) -> Result<Result<NewToken, Error>, AuthnError> {
    let (id, time) = service.begin().unwrap();
    let arrival = Arrival {
        id,
        time,
        dialect: "test",
        api: "test",
        operation: "CreateToken",
        source: LOCAL,
        wire_code: |_, error| error.code(),
    };
    Ok(service.open_token(&arrival, wish).await?.into_inner())
}

impl Door {
    pub(crate) fn new(world: World) -> Self {
        Self { world }
    }

    /// A world whose user `alice` has a password, an access key and no rights.
    async fn with_alice() -> (Self, Client) {
        let world = World::new().await;
        let alice = world.add_user(world.root().account(), ALICE, &[]).await;
        let door = Self::new(world);
        door.sets_password(ALICE, PASSWORD).await;
        (door, alice)
    }

    fn account(&self) -> AccountId {
        self.world.root().account()
    }

    fn root(&self) -> Someone {
        Someone::root_of(&self.world, self.account())
    }

    /// Comes with that.
    pub(crate) async fn opens(
        &self,
        by: Evidence,
        scope: Option<TokenScope>,
    ) -> Result<Result<NewToken, Error>, AuthnError> {
        opens(&self.world.service(), TokenWish { by, scope }).await
    }

    /// What somebody of the account hears who comes with a password.
    async fn hears(&self, name: &str, password: &str) -> Option<AuthnError> {
        let evidence = by_name(&self.world, self.account(), name, password).await;
        self.opens(evidence, None).await.err()
    }

    fn set(&self, holder: LoginHolder, password: &str) -> SetPassword {
        SetPassword {
            account: self.account(),
            holder,
            password: shown(password),
            original: None,
        }
    }

    fn switch(&self, holder: LoginHolder, enabled: bool) -> SwitchLogin {
        SwitchLogin {
            account: self.account(),
            holder,
            enabled,
        }
    }

    pub(crate) async fn sets_password(&self, name: &str, password: &str) {
        let set = self.set(user(name), password);
        self.root().calls(&self.world, set).await.unwrap();
    }

    pub(crate) async fn sets_root_password(&self, password: &str) {
        let set = self.set(LoginHolder::Caller, password);
        self.root().calls(&self.world, set).await.unwrap();
    }

    /// Takes away all that keeps a user from being deleted.
    pub(crate) async fn forsakes(&self, name: &str) {
        let (account, root) = (self.account(), self.root());
        let name: UserName = name.parse().unwrap();
        let holder = KeyHolder::User(name.clone());
        let list = ListAccessKeys {
            account,
            holder: holder.clone(),
        };
        for key in root.calls(&self.world, list).await.unwrap() {
            let delete = DeleteAccessKey {
                account,
                holder: holder.clone(),
                id: key.id,
            };
            root.calls(&self.world, delete).await.unwrap();
        }
        let full = PolicyRef::System("AliyunKMSFullAccess".parse().unwrap());
        let detach = Detach {
            ..root.detach(Holder::User(name), full)
        };
        root.calls(&self.world, detach).await.unwrap();
    }
}

#[tokio::test]
async fn a_user_comes_in_with_its_password_and_no_other() {
    let (door, _) = Door::with_alice().await;
    let wrong = Some(AuthnError::Credentials);
    assert_eq!(door.hears(ALICE, PASSWORD).await, None);
    for (name, password) in [
        (ALICE, OTHER),
        (ALICE, ""),
        ("bob", PASSWORD),
        ("no name!", PASSWORD),
        ("", PASSWORD),
    ] {
        assert_eq!(door.hears(name, password).await, wrong, "{name} {password}");
    }
    for who in [
        LoginName::Id("0123".into()),
        LoginName::Id(format!("{:016x}{:016x}", nobody().number(), 0).into()),
        LoginName::Name {
            name: ALICE.into(),
            account: AccountName::Name("nobody's".into()),
        },
        LoginName::Name {
            name: ALICE.into(),
            account: AccountName::Domain("0".repeat(32).into()),
        },
    ] {
        let password = shown(PASSWORD);
        let heard = door.opens(Evidence::Password { who, password }, None).await;
        assert_eq!(heard.err(), wrong);
    }
    // The root has none yet.
    let name = door.world.service().account(door.account()).await.unwrap().name;
    assert_eq!(door.hears(&name, PASSWORD).await, wrong);
    door.sets_root_password(OTHER).await;
    assert_eq!(door.hears(&name, OTHER).await, None);
}

#[tokio::test]
async fn strangers_are_counted_and_those_who_come_in_are_recorded() {
    let (door, _) = Door::with_alice().await;
    door.hears(ALICE, OTHER).await;
    door.hears("bob", OTHER).await;
    assert_eq!(door.hears(ALICE, PASSWORD).await, None);
    door.world.service().write_strangers().await;
    let records = door.world.audit_records().await;
    let strangers: Vec<_> = records
        .iter()
        .filter(|record| record["kind"] == "strangers")
        .collect();
    assert_eq!(strangers.len(), 1, "{records:?}");
    let rows = strangers[0].to_string();
    assert!(
        rows.contains(r#""reason":"credentials""#) && rows.contains(r#""count":2"#),
        "{rows}"
    );
    let made: Vec<_> = records
        .iter()
        .filter(|record| record["action"] == "CreateToken")
        .collect();
    assert_eq!(made.len(), 1);
    let all = serde_json::to_string(&records).unwrap();
    assert!(!all.contains(PASSWORD) && !all.contains(OTHER));
}

#[tokio::test]
async fn a_name_that_two_accounts_have_is_nobodys() {
    let (door, _) = Door::with_alice().await;
    let of = door.world.service().account(door.account()).await.unwrap();
    let same = CreateAccount {
        name: of.name.clone(),
    };
    door.root().calls(&door.world, same).await.unwrap();
    assert_eq!(door.hears(ALICE, PASSWORD).await, Some(AuthnError::Credentials));
    let by_domain = Evidence::Password {
        who: LoginName::Name {
            name: ALICE.into(),
            account: AccountName::Domain(of.domain.to_string().into()),
        },
        password: shown(PASSWORD),
    };
    assert!(door.opens(by_domain, None).await.is_ok());
}

/// Else the sixth try would tell who is there.
#[tokio::test]
async fn a_name_that_nobody_has_is_locked_however_its_account_is_named() {
    let (door, _) = Door::with_alice().await;
    let of = door.world.service().account(door.account()).await.unwrap();
    for name in [ALICE, "nobody"] {
        for _ in 0..5 {
            assert_eq!(door.hears(name, OTHER).await, Some(AuthnError::Credentials));
        }
        let who = LoginName::Name {
            name: name.into(),
            account: AccountName::Domain(of.domain.to_string().into()),
        };
        let password = shown(OTHER);
        let heard = door.opens(Evidence::Password { who, password }, None).await;
        assert_eq!(heard.err(), Some(AuthnError::Locked), "{name}");
    }
}

/// Else the sixth try would tell who is there.
#[tokio::test]
async fn a_name_that_nobody_has_is_locked_like_any_other() {
    let (door, _) = Door::with_alice().await;
    for _ in 0..5 {
        assert_eq!(door.hears("nobody", OTHER).await, Some(AuthnError::Credentials));
    }
    assert_eq!(door.hears("nobody", OTHER).await, Some(AuthnError::Locked));
    assert_eq!(door.hears("somebody", OTHER).await, Some(AuthnError::Credentials));
    door.world.advance(SignedDuration::from_mins(15));
    assert_eq!(door.hears("nobody", OTHER).await, Some(AuthnError::Credentials));
}

#[tokio::test]
async fn five_wrong_passwords_lock_a_login_for_a_quarter_of_an_hour() {
    let (door, _) = Door::with_alice().await;
    door.world.add_user(door.account(), "bob", &[]).await;
    door.sets_password("bob", PASSWORD).await;
    for _ in 0..5 {
        assert_eq!(door.hears(ALICE, OTHER).await, Some(AuthnError::Credentials));
    }
    assert_eq!(door.hears(ALICE, PASSWORD).await, Some(AuthnError::Locked));
    assert_eq!(door.hears("bob", PASSWORD).await, None, "others are not locked");
    door.world.advance(SignedDuration::from_millis(15 * 60_000 - 1));
    assert_eq!(door.hears(ALICE, PASSWORD).await, Some(AuthnError::Locked));
    door.world.advance(SignedDuration::from_millis(1));
    assert_eq!(door.hears(ALICE, PASSWORD).await, None);
    for _ in 0..4 {
        assert_eq!(door.hears(ALICE, OTHER).await, Some(AuthnError::Credentials));
    }
    assert_eq!(door.hears(ALICE, PASSWORD).await, None, "four are not five");
}

#[tokio::test]
async fn a_new_password_makes_tokens_void() {
    let (door, alice) = Door::with_alice().await;
    let token = door.alice().await;
    door.world.advance(SignedDuration::from_millis(1));
    door.sets_password(ALICE, OTHER).await;
    assert_eq!(door.knows(&token).await.err(), Some(AuthnError::TokenRevoked));
    assert_eq!(door.hears(ALICE, PASSWORD).await, Some(AuthnError::Credentials));
    assert_eq!(door.hears(ALICE, OTHER).await, None);
    // Access keys go on.
    assert!(Actor::of(&door.world, &alice).await.is_ok());
}

/// A new password waits to be hashed, and who knows the old one may come in meanwhile.
#[tokio::test]
async fn tokens_that_were_given_while_a_password_is_set_are_void() {
    let (door, _) = Door::with_alice().await;
    let root = Actor::of(&door.world, door.world.root()).await.unwrap();
    let service = door.world.service();
    let (_, called) = service.begin().unwrap();
    door.world.advance(SignedDuration::from_secs(1));
    let token = door.alice().await;
    door.world.advance(SignedDuration::from_secs(1));
    let set = door.set(user(ALICE), OTHER);
    let done = root.goes_at(&service, set, (called, false), LOCAL).await;
    assert_eq!(done, Ok(()));
    assert_eq!(door.knows(&token).await.err(), Some(AuthnError::TokenRevoked));
}

#[tokio::test]
async fn users_change_their_own_password_with_the_one_they_have() {
    let (door, alice) = Door::with_alice().await;
    let alice = Someone::client(&door.world, alice);
    let own = |original: Option<&str>, password: &str| SetPassword {
        original: original.map(shown),
        ..door.set(LoginHolder::Caller, password)
    };
    for wrong in [None, Some(OTHER)] {
        let heard = alice.calls(&door.world, own(wrong, OTHER)).await;
        assert_eq!(heard, Err(Error::Credentials));
    }
    assert_eq!(alice.calls(&door.world, own(Some(PASSWORD), OTHER)).await, Ok(()));
    assert_eq!(door.hears(ALICE, OTHER).await, None);
    denied(alice.calls(&door.world, door.set(user(ALICE), PASSWORD)).await);
    denied(
        alice
            .calls(&door.world, door.switch(LoginHolder::Caller, true))
            .await,
    );
    // Who has none cannot give itself one.
    let bob = door.world.add_user(door.account(), "bob", &[]).await;
    let bob = Someone::client(&door.world, bob);
    let heard = bob.calls(&door.world, own(Some(PASSWORD), OTHER)).await;
    assert_eq!(heard, Err(Error::Credentials));
    // What is guessed there counts.
    for _ in 0..5 {
        let _ = alice.calls(&door.world, own(Some(PASSWORD), OTHER)).await;
    }
    assert_eq!(door.hears(ALICE, OTHER).await, Some(AuthnError::Locked));
}

#[tokio::test]
async fn a_password_must_be_one() {
    let (door, _) = Door::with_alice().await;
    for weak in ["", "abcdef1", "abcdefgh", "12345678", &"aB".repeat(65)] {
        let heard = door.root().calls(&door.world, door.set(user(ALICE), weak)).await;
        assert_eq!(heard, Err(Error::Invalid(Field::Password)), "{weak}");
    }
    let missing = door.root().calls(&door.world, door.set(user("bob"), OTHER)).await;
    assert_eq!(missing, Err(Error::NotFound(Missing::User)));
}

#[tokio::test]
async fn who_is_switched_off_comes_in_with_nothing() {
    let (mut door, alice) = Door::with_alice().await;
    let token = door.alice().await;
    assert!(Actor::of(&door.world, &alice).await.is_ok());
    let off = door.switch(user(ALICE), false);
    let login = door.root().calls(&door.world, off).await.unwrap();
    assert!(!login.enabled && login.has_password);
    for again in [false, true] {
        let heard = Actor::of(&door.world, &alice).await.map(drop);
        assert_eq!(heard, Err(AuthnError::Disabled), "again: {again}");
        assert_eq!(door.knows(&token).await.err(), Some(AuthnError::Disabled));
        assert_eq!(door.hears(ALICE, PASSWORD).await, Some(AuthnError::Disabled));
        let forged = alice.with_secret("other");
        let heard = Actor::of(&door.world, &forged).await.map(drop);
        assert_eq!(
            heard,
            Err(AuthnError::WrongSignature),
            "who has not the secret hears nothing of it"
        );
        assert_eq!(door.hears(ALICE, OTHER).await, Some(AuthnError::Credentials));
        door.world.restart().await;
    }
    let on = door.switch(user(ALICE), true);
    door.root().calls(&door.world, on).await.unwrap();
    assert!(Actor::of(&door.world, &alice).await.is_ok());
    assert_eq!(door.hears(ALICE, PASSWORD).await, None);
}

#[tokio::test]
async fn tokens_stay_void_when_their_user_is_switched_on_again() {
    let (door, _) = Door::with_alice().await;
    let token = door.alice().await;
    door.world.advance(SignedDuration::from_millis(1));
    for enabled in [false, true] {
        let switch = door.switch(user(ALICE), enabled);
        door.root().calls(&door.world, switch).await.unwrap();
    }
    assert_eq!(door.knows(&token).await.err(), Some(AuthnError::TokenRevoked));
}

#[tokio::test]
async fn a_login_is_shown_and_kept() {
    let (mut door, _) = Door::with_alice().await;
    let set = door.world.now();
    door.world.restart().await;
    let get = |holder| GetLogin {
        account: door.account(),
        holder,
    };
    let shown = door.root().calls(&door.world, get(user(ALICE))).await.unwrap();
    assert_eq!(
        (shown.enabled, shown.has_password, shown.changed),
        (true, true, Some(set))
    );
    let own = door.root().calls(&door.world, get(LoginHolder::Caller)).await;
    assert_eq!(own, Ok(Login::of(door.account(), LoginOwner::Root)));
    let service = Someone::client(&door.world, door.world.add_service("oss").await);
    denied(service.calls(&door.world, get(user(ALICE))).await);
    assert_eq!(door.hears(ALICE, PASSWORD).await, None);
}

#[tokio::test]
async fn an_administrator_without_keys_gives_passwords() {
    let world = World::new().await;
    let account = world.root().account();
    let admin = world.add_user(account, "admin", &["AliyunRAMFullAccess"]).await;
    let admin = Someone::client(&world, admin);
    let door = Door::new(world);
    let make = CreateUser {
        ..create_user(account, ALICE)
    };
    admin.calls(&door.world, make).await.unwrap();
    let set = door.set(user(ALICE), PASSWORD);
    assert_eq!(admin.calls(&door.world, set).await, Ok(()));
    assert_eq!(door.hears(ALICE, PASSWORD).await, None);
}
