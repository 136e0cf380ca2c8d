//! Many keys, and many callers.

use std::sync::Arc;

use claviger_model::KeySpec;

use crate::world::{Key, alone, run};

/// Making so many would take minutes: most are copies of one that nobody asks for.
#[test]
fn keys_are_found_among_thousands() {
    const OTHERS: usize = 12_000;
    alone("many::keys_are_found_among_thousands", |world| {
        let world = world.token("full");
        let provider = world.provider(&["full"]);
        run(async {
            let mut kept = Vec::new();
            for number in 0..5 {
                let key = Key::make(&provider, number, KeySpec::Aes256).await;
                let body = key.encrypt(&provider).await;
                kept.push((key, body));
            }
            Key::make(&provider, 99, KeySpec::Aes256).await;
            let token = world.pull("full");
            token.fill(OTHERS);
            let waits = kept[0].0.encrypt(&provider);
            let back = async { token.put_back() };
            let (body, ()) = tokio::join!(waits, back);
            kept.push((kept[0].0.clone(), body));
            for (key, body) in &kept {
                key.opens(&provider, body).await;
            }
            let late = Key::make(&provider, 100, KeySpec::Aes256).await;
            let body = late.encrypt(&provider).await;
            late.opens(&provider, &body).await;
        });
        assert!(world.objects("full") > OTHERS);
    });
}

#[test]
fn callers_do_not_get_each_others_answers() {
    alone("many::callers_do_not_get_each_others_answers", |world| {
        let world = world.token("busy");
        let provider = Arc::new(world.provider(&["busy"]));
        run(async {
            let mut callers = Vec::new();
            for number in 0..64 {
                let provider = provider.clone();
                callers.push(tokio::spawn(async move {
                    let key = Key::make(&*provider, number, KeySpec::Aes256).await;
                    for _ in 0..20 {
                        let body = key.encrypt(&*provider).await;
                        key.opens(&*provider, &body).await;
                    }
                }));
            }
            for caller in callers {
                caller.await.unwrap();
            }
        });
    });
}

/// Callers get their answers from one another.
#[test]
fn callers_who_go_away_take_no_answer_of_others_along() {
    alone(
        "many::callers_who_go_away_take_no_answer_of_others_along",
        |world| {
            let world = world.token("fickle");
            let provider = Arc::new(world.provider(&["fickle"]));
            run(async {
                let key = Key::make(&*provider, 1, KeySpec::Aes256).await;
                for _ in 0..20 {
                    let mut callers = Vec::new();
                    for _ in 0..48 {
                        let (provider, key) = (provider.clone(), key.clone());
                        callers.push(tokio::spawn(async move { key.encrypt(&*provider).await }));
                    }
                    tokio::task::yield_now().await;
                    for (number, caller) in callers.into_iter().enumerate() {
                        if number % 3 == 0 {
                            caller.await.unwrap();
                        } else {
                            caller.abort();
                        }
                    }
                }
            });
        },
    );
}
