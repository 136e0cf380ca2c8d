//! Nonces do not repeat.

use std::thread;

use claviger_provider::Provider;

use crate::fixtures::{Place, provider_of, run};

#[test]
fn a_million_messages_of_one_key_have_a_million_nonces() {
    const THREADS: usize = 4;
    const EACH: usize = 250_000;
    let provider = provider_of("root-key-file.json");
    let place = Place::numbered(1);
    let material = run(provider.generate(&place.binding())).unwrap();
    let sealed = place.sealed(&material);
    let draw = || {
        let mut body = Vec::with_capacity(64);
        let mut nonces = Vec::with_capacity(EACH);
        for _ in 0..EACH {
            body.clear();
            run(provider.encrypt(sealed, b"", b"", &mut body)).unwrap();
            nonces.push(*body.first_chunk::<24>().unwrap());
        }
        nonces
    };
    let mut nonces: Vec<[u8; 24]> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(draw)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    nonces.sort_unstable();
    nonces.dedup();
    assert_eq!(nonces.len(), THREADS * EACH);
}
