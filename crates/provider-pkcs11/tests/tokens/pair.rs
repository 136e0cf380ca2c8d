//! Two tokens with the same keys.

use std::sync::Arc;
use std::time::Duration;

use claviger_model::{KeySpec, SystemClock};
use claviger_provider::{Provider, ProviderError};
use claviger_provider_pkcs11::{Pkcs11Provider, Settings};

use crate::world::{Key, World, alone, run};

fn impatient(world: &World) -> Pkcs11Provider {
    let settings = Settings {
        patience: Duration::from_millis(500),
        ..world.settings(&["ha-one", "ha-two"])
    };
    Pkcs11Provider::open(&settings, Arc::new(SystemClock)).unwrap()
}

/// Makes a key in one token and copies the token. The module sees the copy when it starts anew, which it does when
/// nobody uses it.
fn cloned(world: &World) -> (Key, Vec<u8>, Pkcs11Provider) {
    let provider = world.provider(&["ha-one"]);
    let (key, body) = run(async {
        let key = Key::make(&provider, 1, KeySpec::Aes256).await;
        let body = key.encrypt(&provider).await;
        (key, body)
    });
    drop(provider);
    world.copy("ha-one", "ha-two");
    loop {
        let provider = impatient(world);
        if provider.health().iter().all(|token| token.reachable) {
            return (key, body, provider);
        }
    }
}

#[test]
fn one_token_serves_while_the_other_is_away() {
    alone("pair::one_token_serves_while_the_other_is_away", |world| {
        let world = world.token("ha-one");
        let (key, body, provider) = cloned(&world);
        run(async {
            key.opens(&provider, &body).await;
            for label in ["ha-one", "ha-two"] {
                let token = world.pull(label);
                for _ in 0..3 {
                    key.opens(&provider, &body).await;
                    let again = key.encrypt(&provider).await;
                    key.opens(&provider, &again).await;
                }
                token.put_back();
                // SoftHSM2 sees it again when nobody uses the other.
            }
            let (one, two) = (world.pull("ha-one"), world.pull("ha-two"));
            let opened = provider.decrypt(key.sealed(), b"additional", &body).await;
            assert_eq!(opened.err(), Some(ProviderError::Unavailable));
            two.put_back();
            key.opens(&provider, &body).await;
            one.put_back();
            key.opens(&provider, &body).await;
        });
    });
}

#[test]
fn a_key_that_one_token_lacks_is_used_in_the_other() {
    alone("pair::a_key_that_one_token_lacks_is_used_in_the_other", |world| {
        let world = world.token("ha-one");
        let (key, body, provider) = cloned(&world);
        run(async {
            let second = world.provider(&["ha-two"]);
            let only = Key::make(&second, 2, KeySpec::Aes256).await;
            let other = only.encrypt(&second).await;
            key.opens(&provider, &body).await;
            only.opens(&provider, &other).await;
            // While the token that has it is away, nobody says that it is gone.
            let token = world.pull("ha-two");
            let opened = provider.decrypt(only.sealed(), b"additional", &other).await;
            assert_eq!(opened.err(), Some(ProviderError::Unavailable));
            // Nor that it is destroyed.
            let destroyed = provider.destroy(&key.place.binding()).await;
            assert_eq!(destroyed, Err(ProviderError::Unavailable));
            token.put_back();
        });
    });
}

#[test]
fn one_token_is_enough_for_a_start() {
    alone("pair::one_token_is_enough_for_a_start", |world| {
        let world = world.token("ha-one");
        let (key, body, provider) = cloned(&world);
        drop(provider);
        for label in ["ha-one", "ha-two"] {
            let token = world.pull(label);
            let provider = impatient(&world);
            run(async {
                key.opens(&provider, &body).await;
                let again = key.encrypt(&provider).await;
                key.opens(&provider, &again).await;
                let away: Vec<_> = provider
                    .health()
                    .into_iter()
                    .filter(|token| !token.reachable)
                    .collect();
                assert_eq!(away.len(), 1);
                assert_eq!(away[0].token, label);
                assert!(away[0].absence.is_some());
            });
            drop(provider);
            token.put_back();
        }
    });
}
