//! The generator as its users see it.

use std::{collections::HashSet, sync::Arc, thread};

use claviger_crypto::{Rng, RngError, SystemRng, rng};

/// A machine without randomness.
#[derive(Debug)]
struct Broken;

impl Rng for Broken {
    fn fill(&self, _: &mut [u8]) -> Result<(), RngError> {
        Err(RngError)
    }
}

#[test]
fn draws_never_repeat_within_or_across_threads() {
    let rng: Arc<dyn Rng> = Arc::new(SystemRng);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let rng = Arc::clone(&rng);
            thread::spawn(move || {
                (0..1_000)
                    .map(|_| rng::draw::<24>(&*rng).unwrap())
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let draws: HashSet<[u8; 24]> = threads
        .into_iter()
        .flat_map(|thread| thread.join().unwrap())
        .collect();
    assert_eq!(draws.len(), 4_000);
}

#[test]
fn every_byte_of_the_buffer_is_filled() {
    // A byte left at its value in all of 64 fills has a chance of 2^-512.
    let mut touched = [false; 100];
    for _ in 0..64 {
        let mut out = [0; 100];
        SystemRng.fill(&mut out).unwrap();
        for (touched, byte) in touched.iter_mut().zip(out) {
            *touched |= byte != 0;
        }
    }
    assert_eq!(touched, [true; 100]);
}

#[test]
fn a_broken_generator_is_an_error() {
    assert_eq!(rng::draw::<24>(&Broken), Err(RngError));
}
