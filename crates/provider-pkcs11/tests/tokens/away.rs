//! A token that is pulled and put back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use claviger_model::KeySpec;
use claviger_model::SystemClock;
use claviger_provider::{Provider, ProviderError};
use claviger_provider_pkcs11::{Pkcs11Error, Pkcs11Provider, Settings, TokenSealer};
use claviger_provider_soft::{DeviceError, SealingDevice};

use crate::sealer;
use crate::world::{Key, Place, World, alone, run};

fn impatient(world: &World) -> Pkcs11Provider {
    let settings = Settings {
        patience: Duration::from_millis(200),
        ..world.settings(&["pulled"])
    };
    Pkcs11Provider::open(&settings, Arc::new(SystemClock)).unwrap()
}

#[test]
fn a_token_that_is_away_is_unavailable_and_its_keys_are_there_again_later() {
    let name = "away::a_token_that_is_away_is_unavailable_and_its_keys_are_there_again_later";
    alone(name, |world| {
        let world = world.token("pulled");
        let provider = impatient(&world);
        run(async {
            let key = Key::make(&provider, 1, KeySpec::Aes256).await;
            let unused = Key::make(&provider, 2, KeySpec::Aes256).await;
            let pair = Key::make(&provider, 3, KeySpec::EcP256).await;
            let body = key.encrypt(&provider).await;
            assert!(provider.health()[0].reachable);
            for _ in 0..3 {
                let token = world.pull("pulled");
                let mut out = b"before".to_vec();
                let encrypted = provider.encrypt(key.sealed(), b"", b"plaintext", &mut out).await;
                assert_eq!(encrypted, Err(ProviderError::Unavailable));
                assert_eq!(out, b"before");
                let unavailable = Some(ProviderError::Unavailable);
                let opened = provider.decrypt(key.sealed(), b"additional", &body).await;
                assert_eq!(opened.err(), unavailable);
                let place = Place::numbered(9, KeySpec::Aes256);
                assert_eq!(provider.generate(&place.binding()).await.err(), unavailable);
                let destroyed = provider.destroy(&unused.place.binding()).await;
                assert_eq!(destroyed.err(), unavailable);
                let algorithm =
                    claviger_model::SignatureAlgorithm::Ecdsa(claviger_model::HashAlgorithm::Sha256);
                let signed = provider.sign(pair.sealed(), algorithm, &[1; 32]).await;
                assert_eq!(signed.err(), unavailable);
                assert_eq!(provider.random(16).await.err(), unavailable);
                assert!(!provider.health()[0].reachable);

                token.put_back();
                key.opens(&provider, &body).await;
                let again = unused.encrypt(&provider).await;
                unused.opens(&provider, &again).await;
                assert!(provider.sign(pair.sealed(), algorithm, &[1; 32]).await.is_ok());
                assert!(provider.health()[0].reachable);
            }
        });
    });
}

#[test]
fn a_token_that_is_away_at_the_start_is_used_when_it_comes() {
    let name = "away::a_token_that_is_away_at_the_start_is_used_when_it_comes";
    alone(name, |world| {
        let world = world.token("pulled");
        let earlier = impatient(&world);
        let (key, body) = run(async {
            let key = Key::make(&earlier, 1, KeySpec::Aes256).await;
            let body = key.encrypt(&earlier).await;
            (key, body)
        });
        let table = format!("{:?}", earlier.capability());
        drop(earlier);
        let token = world.pull("pulled");
        let provider = impatient(&world);
        run(async {
            assert!(!provider.health()[0].reachable);
            // Nothing is refused for good that only has to wait.
            for spec in [
                KeySpec::Aes256,
                KeySpec::Rsa2048,
                KeySpec::EcP256,
                KeySpec::HmacSha256,
            ] {
                assert!(provider.capability().makes(spec));
                let place = Place::numbered(2, spec);
                let made = provider.generate(&place.binding()).await;
                assert_eq!(made.err(), Some(ProviderError::Unavailable));
            }
            let opened = provider.decrypt(key.sealed(), b"additional", &body).await;
            assert_eq!(opened.err(), Some(ProviderError::Unavailable));
            token.put_back();
            until("the token is back", || provider.health()[0].reachable).await;
            key.opens(&provider, &body).await;
            assert_eq!(provider.health()[0].absence, None);
            assert_eq!(format!("{:?}", provider.capability()), table);
        });
    });
}

#[test]
fn callers_who_are_patient_do_not_notice() {
    alone("away::callers_who_are_patient_do_not_notice", |world| {
        let world = world.token("pulled");
        let settings = Settings {
            patience: Duration::from_secs(60),
            ..world.settings(&["pulled"])
        };
        let provider = Pkcs11Provider::open(&settings, Arc::new(SystemClock)).unwrap();
        run(async {
            let key = Key::make(&provider, 1, KeySpec::Aes256).await;
            let body = key.encrypt(&provider).await;
            let token = world.pull("pulled");
            let waiting = async {
                let (one, other) = tokio::join!(key.encrypt(&provider), key.opens(&provider, &body));
                (one, other).0
            };
            let back = async {
                until("the token is away", || !provider.health()[0].reachable).await;
                token.put_back();
            };
            let (body, ()) = tokio::join!(waiting, back);
            key.opens(&provider, &body).await;
        });
    });
}

/// Callers go on while the token goes and comes: each call works or says that the token is away, and nothing that was
/// acknowledged is lost.
#[test]
fn nothing_that_was_acknowledged_is_lost() {
    alone("away::nothing_that_was_acknowledged_is_lost", |world| {
        let world = world.token("pulled");
        let provider = Arc::new(impatient(&world));
        run(async {
            let key = Key::make(&*provider, 1, KeySpec::Aes256).await;
            let stop = Arc::new(AtomicBool::new(false));
            let (done, refused) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
            let mut callers = Vec::new();
            for caller in 1..=8 {
                let task = storm(
                    provider.clone(),
                    key.clone(),
                    caller,
                    stop.clone(),
                    done.clone(),
                    refused.clone(),
                );
                callers.push(tokio::spawn(task));
            }
            for _ in 0..5 {
                wait_for_more(&done).await;
                let token = world.pull("pulled");
                wait_for_more(&refused).await;
                token.put_back();
            }
            wait_for_more(&done).await;
            stop.store(true, Ordering::Relaxed);
            for caller in callers {
                for (key, body) in caller.await.unwrap() {
                    key.opens(&*provider, &body).await;
                }
            }
        });
    });
}

async fn wait_for_more(counter: &AtomicU64) {
    let before = counter.load(Ordering::Relaxed);
    until("20 more", || counter.load(Ordering::Relaxed) >= before + 20).await;
}

/// Waits for what has to come.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), waiting).await;
    assert!(waited.is_ok(), "never: {what}");
}

/// Makes keys and ciphertexts until it is told to stop.
async fn storm(
    provider: Arc<Pkcs11Provider>,
    old: Key,
    caller: u64,
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
    refused: Arc<AtomicU64>,
) -> Vec<(Key, Vec<u8>)> {
    let mut kept = Vec::new();
    let mut number = caller << 32;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        let place = Place::numbered(number, KeySpec::Aes256);
        let made = match number % 16 {
            0 => provider
                .generate(&place.binding())
                .await
                .map(|material| Key { place, material }),
            _ => Ok(old.clone()),
        };
        let result = match made {
            Err(error) => Err(error),
            Ok(key) => {
                let mut body = Vec::new();
                let sealed = provider
                    .encrypt(key.sealed(), b"additional", b"plaintext", &mut body)
                    .await;
                // A key that was acknowledged must be there, even if its first use was refused.
                if sealed.is_err() && number.is_multiple_of(16) {
                    kept.push((key, Vec::new()));
                } else if sealed.is_ok() {
                    kept.push((key, body));
                }
                sealed
            }
        };
        match result {
            Ok(()) => done.fetch_add(1, Ordering::Relaxed),
            Err(error) => {
                assert_eq!(error, ProviderError::Unavailable);
                refused.fetch_add(1, Ordering::Relaxed)
            }
        };
    }
    for (key, body) in &mut kept {
        if body.is_empty() {
            *body = key.encrypt(&*provider).await;
        }
    }
    kept
}

#[test]
fn sealers_say_that_a_token_is_away() {
    alone("away::sealers_say_that_a_token_is_away", |world| {
        let world = world.token("root");
        let keeper = TokenSealer::open(sealer::settings(&["root"], "root")).unwrap();
        let wrapped = keeper.wrap(&sealer::KEY).unwrap();
        let token = world.pull("root");
        assert!(matches!(
            keeper.unwrap(&wrapped),
            Err(DeviceError::Unavailable(_))
        ));
        let opened = TokenSealer::open(sealer::settings(&["root"], "root"));
        assert!(matches!(opened.err(), Some(Pkcs11Error::NotFound { .. })));
        token.put_back();
        assert_eq!(keeper.unwrap(&wrapped).unwrap().expose(), sealer::KEY);
    });
}
