//! What the library that splits keys must not get wrong.

use std::collections::HashSet;

use claviger_crypto::SystemRng;

use super::deal;

/// Coefficients come from the whole field, zero included: anything else tells something of the key, and libraries
/// got it wrong before (RUSTSEC-2024-0398). With two shares needed, the shares 1 and 2 differ by three times the
/// coefficient, so every difference must come up. That one of them does not, in 9,600 draws, has a chance of 1 in
/// 10^13.
#[test]
fn coefficients_come_from_the_whole_field() {
    let mut seen = HashSet::new();
    for _ in 0..300 {
        let (_, shares) = deal(2, 2, &SystemRng).unwrap();
        let (first, second) = (shares[0].point(), shares[1].point());
        seen.extend(
            first[1..]
                .iter()
                .zip(&second[1..])
                .map(|(left, right)| left ^ right),
        );
    }
    assert_eq!(seen.len(), 256);
}
