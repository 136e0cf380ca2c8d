//! What a client sees that calls too often.

use std::num::NonZeroU32;

use claviger_dialect_alibaba::Api;
use claviger_model::SignedDuration;
use claviger_service::{CallRates, Rates};
use claviger_testkit::World;

use crate::kms::{Answer, Kms};

const ENCRYPT: [(&str, &str); 2] = [("KeyId", "alias/app"), ("Plaintext", "eA==")];

/// A world of two accounts, each with a key, and these bounds.
async fn bounded(rates: Rates) -> Kms {
    let builder = World::build()
        .caller("LTAIowner", "s1")
        .caller("LTAIneighbour", "s2");
    let kms = Kms::over(builder.rates(rates)).await;
    for place in [0, 1] {
        let caller = kms.world.caller(place);
        let key = kms.create_key_as(caller).await;
        let alias = [("KeyId", &*key), ("AliasName", "alias/app")];
        kms.call_as(caller, "CreateAlias", &alias).await.ok();
    }
    kms
}

fn two_a_second() -> CallRates {
    CallRates {
        crypto: NonZeroU32::new(2),
        identity: NonZeroU32::new(2),
        ..CallRates::default()
    }
}

fn of_accounts() -> Rates {
    Rates {
        account: two_a_second(),
        ..Rates::NONE
    }
}

/// The hints of an answer: in seconds, in milliseconds, and in the words of older clients.
fn hints(answer: &Answer) -> [&str; 3] {
    ["retry-after", "x-acs-retry-after", "x-ratelimit-user"].map(|name| answer.header(name))
}

#[tokio::test]
async fn the_third_call_in_a_second_is_refused_and_told_when_to_come_back() {
    let kms = bounded(of_accounts()).await;
    for _ in 0..2 {
        let served = kms.call("Encrypt", &ENCRYPT).await;
        served.ok();
        assert_eq!(hints(&served), ["", "", ""]);
    }
    let refused = kms.call("Encrypt", &ENCRYPT).await;
    assert_eq!(refused.refused(429, "Rejected.Throttling"), "QPS Limit Exceeded");
    assert_eq!(hints(&refused), ["1", "500", "Remain:0,TimeLeft:500"]);
    // Nobody learns about things by calls that are too many.
    let unknown = [("KeyId", "alias/none"), ("Plaintext", "eA==")];
    kms.call("Encrypt", &unknown)
        .await
        .refused(429, "Rejected.Throttling");
    // Other classes are counted by themselves, other accounts too.
    kms.call("DescribeKey", &ENCRYPT[..1]).await.ok();
    kms.call_as(kms.world.caller(1), "Encrypt", &ENCRYPT).await.ok();
    kms.world.advance(SignedDuration::from_millis(499));
    let refused = kms.call("Encrypt", &ENCRYPT).await;
    refused.refused(429, "Rejected.Throttling");
    assert_eq!(hints(&refused), ["1", "1", "Remain:0,TimeLeft:1"]);
    kms.world.advance(SignedDuration::from_millis(501));
    for _ in 0..2 {
        kms.call("Encrypt", &ENCRYPT).await.ok();
    }
    let refused = kms.call("Encrypt", &ENCRYPT).await.id;
    let records = kms.world.audited_calls().await;
    let record = records
        .iter()
        .find(|record| record["id"] == refused.as_str())
        .unwrap();
    assert_eq!(
        (&record["outcome"], &record["action"]),
        (&"refused".into(), &"Encrypt".into())
    );
    assert_eq!(record["error"]["code"], "throttled");
    assert_eq!(record["error"]["wire"], "Rejected.Throttling");
}

/// A wait of more than a second is told in whole seconds, and not too early.
#[tokio::test]
async fn seconds_are_rounded_up() {
    let once = CallRates {
        crypto: NonZeroU32::MIN.into(),
        ..CallRates::default()
    };
    let kms = bounded(Rates {
        account: once,
        ..Rates::NONE
    })
    .await;
    kms.call("Encrypt", &ENCRYPT).await.ok();
    // The clock is set back a little: the bucket is full only then.
    kms.world.advance(SignedDuration::from_millis(-250));
    let refused = kms.call("Encrypt", &ENCRYPT).await;
    refused.refused(429, "Rejected.Throttling");
    assert_eq!(hints(&refused), ["2", "1250", "Remain:0,TimeLeft:1250"]);
}

#[tokio::test]
async fn apis_on_identities_have_their_own_word_for_it() {
    let kms = bounded(of_accounts()).await;
    let root = kms.world.root();
    kms.ask(root, Api::Sts, "GetCallerIdentity", &[]).await.ok();
    kms.ask(root, Api::Ram, "ListUsers", &[]).await.ok();
    for (api, action) in [
        (Api::Ram, "ListUsers"),
        (Api::Sts, "GetCallerIdentity"),
        (Api::Admin, "ListAccounts"),
    ] {
        let refused = kms.ask(root, api, action, &[]).await;
        let message = refused.refused(429, "Throttling.User");
        assert_eq!(message, "Request was denied due to user flow control.");
        assert_eq!(hints(&refused), ["1", "500", "Remain:0,TimeLeft:500"]);
    }
}

#[tokio::test]
async fn users_have_bounds_of_their_own_and_root_has_none_of_a_user() {
    let kms = bounded(Rates {
        user: two_a_second(),
        ..Rates::NONE
    })
    .await;
    let account = kms.world.root().account();
    let policy = ["AliyunKMSFullAccess"];
    let alice = kms.world.add_user(account, "alice", &policy).await;
    let bob = kms.world.add_user(account, "bob", &policy).await;
    for _ in 0..2 {
        kms.call_as(&alice, "Encrypt", &ENCRYPT).await.ok();
    }
    kms.call_as(&alice, "Encrypt", &ENCRYPT)
        .await
        .refused(429, "Rejected.Throttling");
    kms.call_as(&bob, "Encrypt", &ENCRYPT).await.ok();
    for _ in 0..9 {
        kms.call("Encrypt", &ENCRYPT).await.ok();
    }
}
