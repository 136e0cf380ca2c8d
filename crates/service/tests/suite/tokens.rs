//! Tokens: what is shown for them, what they open, until when, and what makes them void.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_model::{
    AccountId, Error, Identity, IdentityHex, KeyFilter, LoginOwner, Missing, Order, Page, SignedDuration,
};
use claviger_secret::SecretBytes;
use claviger_service::ops::identity::{DeleteUser, UpdateUser};
use claviger_service::ops::key::ListKeys;
use claviger_service::ops::session::{
    AccountName, Evidence, GetToken, LoginName, NewToken, ProjectName, RevokeToken, TokenScope,
};
use claviger_service::{AuthnError, Credential, Method, Operation};
use claviger_testkit::World;

use crate::actors::Actor;
use crate::identities::Someone;
use crate::logins::{ALICE, Door, PASSWORD, by_name, shown};

const FULL: &str = "AliyunKMSFullAccess";

pub(crate) fn list(actor: &Actor) -> ListKeys {
    ListKeys {
        scope: actor.scope.clone(),
        filter: KeyFilter::default(),
        order: Order::OldestFirst,
        page: Page { skip: 0, take: 1 },
    }
}

/// A world whose user `alice` may use keys and has a password, and another region.
async fn stage() -> Door {
    let world = World::build()
        .at("2026-11-22T12:00:00.123456Z")
        .region("eu-test-1")
        .start()
        .await;
    let account = world.root().account();
    world.add_user(account, ALICE, &[FULL]).await;
    let door = Door::new(world);
    door.sets_password(ALICE, PASSWORD).await;
    door
}

impl Door {
    /// Whom a token stands for now.
    pub(crate) async fn knows(&self, token: &NewToken) -> Result<Arc<Credential>, AuthnError> {
        self.knows_text(token.text.expose_str().unwrap()).await
    }

    async fn knows_text(&self, text: &str) -> Result<Arc<Credential>, AuthnError> {
        let now = self.world.now();
        self.world.service().authenticate_token(text, now).await
    }

    pub(crate) async fn alice(&self) -> NewToken {
        let account = self.world.root().account();
        let evidence = by_name(&self.world, account, ALICE, PASSWORD).await;
        self.opens(evidence, None).await.unwrap().unwrap()
    }

    /// Makes a call as whoever a token stands for.
    pub(crate) async fn calls_by<O: Operation>(
        &self,
        token: &NewToken,
        operation: O,
    ) -> Result<O::Output, Error> {
        let credential = self.knows(token).await.unwrap();
        let actor = Actor::holding(&self.world, credential);
        actor.calls(&self.world.service(), operation).await
    }
}

fn in_region(name: &str) -> TokenScope {
    TokenScope::Project {
        project: ProjectName::Name(name.into()),
        account: None,
    }
}

#[tokio::test]
async fn a_token_stands_for_who_got_it_with_its_rights() {
    let door = stage().await;
    let (world, account) = (&door.world, door.world.root().account());
    let token = door.alice().await;
    let view = &token.view;
    assert_eq!((view.name.as_str(), &view.facts.region), (ALICE, &None));
    assert_eq!(view.facts.methods.iter().collect::<Vec<_>>(), [Method::Password]);
    assert_eq!(view.facts.issued.to_string(), "2026-11-22T12:00:00.123456Z");
    assert_eq!(view.facts.expires.to_string(), "2026-11-23T12:00:00.123456Z");
    let credential = door.knows(&token).await.unwrap();
    assert_eq!(credential.token(), Some(&view.facts));
    let caller = credential.caller();
    assert!(matches!(&caller.identity, Identity::User { name, .. } if name.as_str() == ALICE));
    assert_eq!((caller.account, &caller.access_key), (account, &None));
    let actor = Actor::holding(world, credential);
    assert!(actor.calls(&world.service(), list(&actor)).await.is_ok());
    let records = world.audited_calls().await;
    let of = |action: &str| records.iter().find(|record| record["action"] == action).unwrap();
    assert_eq!(of("CreateToken")["caller"]["user"], ALICE);
    assert_eq!(of("CreateToken")["request"]["method"], "password");
    assert_eq!(of("ListKeys")["caller"]["user"], ALICE);
    let text = serde_json::to_string(&records).unwrap();
    assert!(!text.contains(token.text.expose_str().unwrap()) && !text.contains(PASSWORD));
}

#[tokio::test]
async fn a_token_ends_at_its_moment() {
    let door = stage().await;
    let token = door.alice().await;
    door.world
        .advance(SignedDuration::from_hours(24) - SignedDuration::from_millis(1));
    assert!(door.knows(&token).await.is_ok(), "a millisecond is left");
    door.world.advance(SignedDuration::from_millis(1));
    assert_eq!(door.knows(&token).await.err(), Some(AuthnError::TokenExpired));
}

#[tokio::test]
async fn a_token_that_was_changed_anywhere_is_none() {
    let door = stage().await;
    let token = door.alice().await;
    // In memory or not, a changed token is looked at anew.
    assert!(door.knows(&token).await.is_ok());
    let sealed = STANDARD.decode(token.text.expose()).unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        let heard = door.knows_text(&STANDARD.encode(changed)).await;
        assert_eq!(heard.err(), Some(AuthnError::TokenMalformed), "byte {at}");
    }
    for other in [
        "",
        "=",
        "token",
        &format!(" {}", token.text.expose_str().unwrap()),
    ] {
        let heard = door.knows_text(other).await;
        assert_eq!(heard.err(), Some(AuthnError::TokenMalformed), "`{other}`");
    }
    // Neither is one of another deployment, nor the token of a session.
    let elsewhere = stage().await.alice().await;
    assert_eq!(
        door.knows(&elsewhere).await.err(),
        Some(AuthnError::TokenMalformed)
    );
    assert!(door.knows(&token).await.is_ok());
}

#[tokio::test]
async fn a_token_opens_the_region_or_the_account_that_was_asked_for() {
    let door = stage().await;
    let account = door.world.root().account();
    let service = door.world.service();
    let of = service.account(account).await.unwrap();
    let project = service
        .project(&claviger_model::Scope {
            account,
            region: "eu-test-1".parse().unwrap(),
        })
        .await
        .unwrap();
    let evidence = async || by_name(&door.world, account, ALICE, PASSWORD).await;
    let opens = async |scope| door.opens(evidence().await, scope).await.unwrap();
    let named = opens(Some(in_region("eu-test-1"))).await.unwrap();
    assert_eq!(named.view.project, Some(project));
    assert_eq!(named.view.facts.region.as_ref().unwrap().as_str(), "eu-test-1");
    let by_id = |text: &str, account| {
        Some(TokenScope::Project {
            project: ProjectName::Id(text.into()),
            account,
        })
    };
    let own = Some(AccountName::Domain(of.domain.to_string().into()));
    let same = opens(by_id(&project.to_string(), own.clone())).await.unwrap();
    assert_eq!(same.view.facts.region, named.view.facts.region);
    let whole = opens(Some(TokenScope::Account(own))).await.unwrap();
    assert_eq!((whole.view.project, &whole.view.account), (None, &of));
    let nowhere = Error::NotFound(Missing::Project);
    for wrong in [
        Some(in_region("mars-1")),
        by_id(&"0".repeat(32), None),
        by_id("eu-test-1", None),
    ] {
        assert_eq!(opens(wrong).await.err(), Some(nowhere.clone()));
    }
    let foreign = Some(AccountName::Name("somebody else".into()));
    let wrong = opens(by_id(&project.to_string(), foreign.clone())).await;
    assert_eq!(wrong.err(), Some(Error::NotFound(Missing::Account)));
    let wrong = opens(Some(TokenScope::Account(foreign))).await;
    assert_eq!(wrong.err(), Some(Error::NotFound(Missing::Account)));
}

#[tokio::test]
async fn the_root_and_secrets_of_access_keys_get_tokens_too() {
    let door = stage().await;
    let (world, account) = (&door.world, door.world.root().account());
    let root = world.root();
    let secret = |id: &str, secret: &str| Evidence::Secret {
        access_key: id.into(),
        secret: shown(secret),
    };
    let right = secret(root.access_key_id(), root.secret());
    let token = door.opens(right, None).await.unwrap().unwrap();
    assert_eq!(token.view.owner, LoginOwner::Root);
    assert_eq!(token.view.name, token.view.account.name);
    assert_eq!(
        token.view.facts.methods.iter().collect::<Vec<_>>(),
        [Method::Secret]
    );
    assert_eq!(
        door.knows(&token).await.unwrap().caller().identity,
        Identity::Root
    );
    let service = world.add_service("oss").await;
    for wrong in [
        secret(root.access_key_id(), "other"),
        secret(root.access_key_id(), ""),
        secret("LTAInobody", root.secret()),
        secret("no key!", root.secret()),
        secret(service.access_key_id(), service.secret()),
    ] {
        let heard = door.opens(wrong, None).await;
        assert_eq!(heard.err(), Some(AuthnError::Credentials));
    }
    door.sets_root_password("root password 1").await;
    let id = IdentityHex { account, number: 0 }.to_string();
    let by_id = |id: &str| Evidence::Password {
        who: LoginName::Id(id.into()),
        password: shown("root password 1"),
    };
    let token = door.opens(by_id(&id), None).await.unwrap().unwrap();
    assert_eq!(token.view.owner, LoginOwner::Root);
    assert_eq!(
        door.opens(by_id("x"), None).await.err(),
        Some(AuthnError::Credentials)
    );
}

#[tokio::test]
async fn a_token_gets_another_that_lives_no_longer() {
    let door = stage().await;
    let first = door.alice().await;
    door.world.advance(SignedDuration::from_hours(20));
    let again = Evidence::Token(SecretBytes::copied(first.text.expose()));
    let second = door
        .opens(again, Some(in_region("eu-test-1")))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(second.view.facts.expires, first.view.facts.expires);
    assert_ne!(second.view.facts.id, first.view.facts.id);
    let methods: Vec<_> = second.view.facts.methods.iter().collect();
    assert_eq!(methods, [Method::Password, Method::Token]);
    let heard = door.opens(Evidence::Token(shown("token")), None).await;
    assert_eq!(heard.err(), Some(AuthnError::TokenMalformed));
}

#[tokio::test]
async fn who_shows_a_token_looks_at_it_and_makes_it_void_in_its_own_account() {
    let mut door = stage().await;
    let account = door.world.root().account();
    let (one, other) = (door.alice().await, door.alice().await);
    let subject = |token: &NewToken| SecretBytes::copied(token.text.expose());
    let look = |token: &NewToken| GetToken {
        subject: subject(token),
    };
    let void = |token: &NewToken| RevokeToken {
        subject: subject(token),
    };
    assert_eq!(door.calls_by(&one, look(&other)).await, Ok(other.view.clone()));
    let stranger = door.world.add_account("elsewhere").await;
    let stranger = Someone::client(&door.world, stranger);
    let missing = Error::NotFound(Missing::Token);
    assert_eq!(
        stranger.calls(&door.world, look(&other)).await,
        Err(missing.clone())
    );
    assert_eq!(
        stranger.calls(&door.world, void(&other)).await,
        Err(missing.clone())
    );
    assert_eq!(door.calls_by(&one, void(&other)).await, Ok(()));
    assert_eq!(door.knows(&other).await.err(), Some(AuthnError::TokenRevoked));
    assert_eq!(door.calls_by(&one, void(&other)).await, Err(missing.clone()));
    let nonsense = GetToken {
        subject: shown("nonsense"),
    };
    assert_eq!(door.calls_by(&one, nonsense).await, Err(missing));
    // It is void after a restart, and the other is not.
    door.world.restart().await;
    assert_eq!(door.knows(&other).await.err(), Some(AuthnError::TokenRevoked));
    assert!(door.knows(&one).await.is_ok());
    let root = Someone::root_of(&door.world, account);
    assert!(root.calls(&door.world, look(&one)).await.is_ok());
}

#[tokio::test]
async fn a_token_follows_its_user_and_ends_with_it() {
    let door = stage().await;
    let account = door.world.root().account();
    let root = Someone::root_of(&door.world, account);
    let token = door.alice().await;
    let rename = UpdateUser {
        account,
        name: ALICE.parse().unwrap(),
        new_name: Some("alix".parse().unwrap()),
        display_name: None,
        mobile_phone: None,
        email: None,
        comments: None,
    };
    root.calls(&door.world, rename).await.unwrap();
    let credential = door.knows(&token).await.unwrap();
    assert!(matches!(&credential.caller().identity, Identity::User { name, .. } if name.as_str() == "alix"));
    door.forsakes("alix").await;
    let delete = DeleteUser {
        account,
        name: "alix".parse().unwrap(),
    };
    root.calls(&door.world, delete).await.unwrap();
    assert_eq!(door.knows(&token).await.err(), Some(AuthnError::TokenRevoked));
}

/// An account that is not the world's.
pub(crate) fn nobody() -> AccountId {
    "1000000000000001".parse().unwrap()
}
