//! Checks of the import of key pairs.

use claviger_model::{EncryptionAlgorithm, Fingerprint, KeySpec};

use super::client::ClientPair;
use super::door::{Door, Doors, ways};
use super::encryption::{shortest, some_changes};
use super::import::agree;
use super::must;
use super::pair::Pairs;
use super::place::{Key, Place};
use crate::{ImportFault, Imported, ProviderError, Wrapped, WrappedPair};

/// Bytes that a temporary key may have.
const TEMPORARY: [usize; 3] = [16, 24, 32];
/// Bytes that it may not have.
const NOT_TEMPORARY: [usize; 7] = [0, 15, 17, 23, 31, 33, 64];

/// A pair as it travels.
struct Parcel {
    /// The wrapped temporary key.
    bytes: Vec<u8>,
    /// What the temporary key wraps.
    pair: Vec<u8>,
}

/// Under a temporary key as long as its sender likes.
fn pair_of(bytes: &[u8]) -> WrappedPair<'_> {
    WrappedPair {
        bytes,
        temporary_key: None,
    }
}

impl Doors<'_> {
    /// Runs every check of pairs that come in.
    pub(super) async fn check_pairs(&self) {
        let capability = self.provider.capability();
        for &spec in capability.pairs.iter() {
            let pair = self.client.pair(spec);
            self.takes_pair(spec, &pair).await;
            self.knows_pair_again(spec, &pair).await;
            self.wants_both_parts(spec, &pair).await;
            self.wants_temporary_keys(spec, &pair).await;
            self.takes_no_other_pair(spec, &pair).await;
            self.takes_no_changed_pair(spec, &pair).await;
        }
    }

    async fn pack(
        &self,
        door: &Door,
        algorithm: EncryptionAlgorithm,
        length: usize,
        inside: &[u8],
    ) -> Parcel {
        let temporary = must(self.provider.random(length).await, "random");
        Parcel {
            bytes: self.wrap(door, algorithm, temporary.expose()),
            pair: self.client.wrap_key(temporary.expose(), inside),
        }
    }

    fn pair_at<'a>(&self, door: &'a Door, algorithm: EncryptionAlgorithm, parcel: &'a Parcel) -> Wrapped<'a> {
        Wrapped {
            pair: Some(pair_of(&parcel.pair)),
            ..self.wrapped(door, algorithm, &parcel.bytes)
        }
    }

    /// The pair comes in, wrapped in each way.
    async fn import_pair(&self, door: &Door, spec: KeySpec, pair: &ClientPair) -> Vec<(Imported, Place)> {
        let mut imported = Vec::new();
        let ways = self.algorithms.len().max(TEMPORARY.len());
        let ways = self
            .algorithms
            .iter()
            .cycle()
            .zip(TEMPORARY.iter().cycle())
            .take(ways);
        for (&algorithm, &length) in ways {
            let parcel = self.pack(door, algorithm, length, &pair.private).await;
            let place = self.version(&door.place, spec).await;
            let wrapped = self.pair_at(door, algorithm, &parcel);
            let came = self.provider.import(wrapped, &place.binding()).await;
            let what = format!("import {spec:?} as {algorithm:?} under {length} bytes");
            imported.push((must(came, what), place));
        }
        imported
    }

    /// What came in is the pair that was sent, and can be used like one that was made here.
    async fn takes_pair(&self, spec: KeySpec, pair: &ClientPair) {
        let imported = self.import_pair(&self.door, spec, pair).await;
        let keys = imported.into_iter().map(|(imported, place)| Key {
            material: imported.material,
            place,
        });
        let keys: Vec<Key> = keys.collect();
        let first = must(keys.first().ok_or("none"), "imported pairs");
        let pairs = Pairs::like(self.provider, self.client, first).await;
        let same = pairs.public_key(first).await == pair.public;
        assert!(same, "import {spec:?}: another public key");
        agree(&pairs, &keys).await;
    }

    async fn pair_prints(&self, door: &Door, spec: KeySpec, pair: &ClientPair) -> Vec<Fingerprint> {
        let imported = self.import_pair(door, spec, pair).await;
        imported.into_iter().map(|(came, _)| came.fingerprint).collect()
    }

    /// The fingerprint follows the pair and nothing else of one key.
    async fn knows_pair_again(&self, spec: KeySpec, pair: &ClientPair) {
        let prints = self.pair_prints(&self.door, spec, pair).await;
        let same = prints.iter().all(|print| Some(print) == prints.first());
        assert!(same, "import {spec:?}: another fingerprint for the same pair");
        let other = self.client.pair(spec);
        if other.public != pair.public {
            let others = self.pair_prints(&self.door, spec, &other).await;
            let fresh = !others.iter().any(|print| prints.contains(print));
            assert!(fresh, "import {spec:?}: the same fingerprint for another pair");
        }
    }

    /// A pair is a temporary key and a private key; a secret key is neither.
    async fn wants_both_parts(&self, spec: KeySpec, pair: &ClientPair) {
        let place = self.version(&self.door.place, spec).await;
        for &algorithm in self.algorithms {
            let parcel = self.pack(&self.door, algorithm, 32, &pair.private).await;
            let alone = self.wrapped(&self.door, algorithm, &parcel.bytes);
            let missing = [ProviderError::BadImport(ImportFault::NoPrivateKey)];
            let what = format!("import {spec:?} without a private key");
            self.refuses(alone, &place, &missing, &what).await;
            for &secret in self.provider.capability().imports.iter() {
                let wrapped = self.pair_at(&self.door, algorithm, &parcel);
                let place = self.version(&self.door.place, secret).await;
                let misplaced = [ProviderError::BadImport(ImportFault::PrivateKey)];
                let what = format!("import {secret:?} with a private key");
                self.refuses(wrapped, &place, &misplaced, &what).await;
            }
        }
    }

    async fn wants_temporary_keys(&self, spec: KeySpec, pair: &ClientPair) {
        let place = self.version(&self.door.place, spec).await;
        for &algorithm in self.algorithms {
            let parcel = self.pack(&self.door, algorithm, 32, &pair.private).await;
            for length in NOT_TEMPORARY
                .into_iter()
                .filter(|length| *length >= shortest(algorithm))
            {
                let bytes = self.wrap(&self.door, algorithm, &vec![7; length]);
                let wrapped = Wrapped {
                    bytes: &bytes,
                    ..self.pair_at(&self.door, algorithm, &parcel)
                };
                let what = format!("import {spec:?} under a temporary key of {length} bytes");
                self.refuses(
                    wrapped,
                    &place,
                    &ways(algorithm, ImportFault::TemporaryKey),
                    &what,
                )
                .await;
            }
            let other = self.pack(&self.door, algorithm, 16, &pair.private).await;
            let wrapped = Wrapped {
                pair: Some(WrappedPair {
                    temporary_key: Some(32),
                    ..pair_of(&other.pair)
                }),
                ..self.pair_at(&self.door, algorithm, &other)
            };
            let what = format!("import {spec:?} under a temporary key of 16 bytes and not 32");
            let faults = ways(algorithm, ImportFault::TemporaryKey);
            self.refuses(wrapped, &place, &faults, &what).await;
        }
    }

    /// Pairs of other specs, and what is no pair.
    async fn takes_no_other_pair(&self, spec: KeySpec, pair: &ClientPair) {
        let others = self.provider.capability().pairs.iter();
        let others = others.filter(|other| **other != spec).map(|other| {
            let private = self.client.pair(*other).private;
            (format!("a pair of {other:?}"), private)
        });
        let bytes = &pair.private;
        let none = [
            ("one byte", vec![0x30]),
            ("zeros", vec![0; bytes.len()]),
            ("a byte behind", [bytes, [0].as_slice()].concat()),
            ("a byte in front", [&[0], bytes.as_slice()].concat()),
            ("the public key", pair.public.clone()),
            (
                "cut",
                bytes
                    .iter()
                    .take(bytes.len().saturating_sub(1))
                    .copied()
                    .collect(),
            ),
        ];
        let none = none.map(|(what, inside)| (what.to_owned(), inside));
        let place = self.version(&self.door.place, spec).await;
        for (what, inside) in others.chain(none) {
            for &algorithm in self.algorithms {
                let parcel = self.pack(&self.door, algorithm, 32, &inside).await;
                let wrapped = self.pair_at(&self.door, algorithm, &parcel);
                let what = format!("import {spec:?}: {what}");
                self.refuses(wrapped, &place, &ways(algorithm, ImportFault::PrivateKey), &what)
                    .await;
            }
        }
    }

    async fn takes_no_changed_pair(&self, spec: KeySpec, pair: &ClientPair) {
        let place = self.version(&self.door.place, spec).await;
        for &algorithm in self.algorithms {
            let parcel = self.pack(&self.door, algorithm, 32, &pair.private).await;
            let right = self.pair_at(&self.door, algorithm, &parcel);
            for (how, changed) in some_changes(&parcel.pair) {
                let wrapped = Wrapped {
                    pair: Some(pair_of(&changed)),
                    ..right
                };
                let what = format!("import {spec:?}, wrapped pair: {how}");
                self.refuses(wrapped, &place, &ways(algorithm, ImportFault::PrivateKey), &what)
                    .await;
            }
            for (how, changed) in some_changes(&parcel.bytes) {
                let wrapped = Wrapped {
                    bytes: &changed,
                    ..right
                };
                let what = format!("import {spec:?}, temporary key: {how}");
                self.refuses(wrapped, &place, &ways(algorithm, ImportFault::Unwrap), &what)
                    .await;
            }
            let other = self.pack(&self.door, algorithm, 32, &pair.private).await;
            let wrapped = Wrapped {
                pair: Some(pair_of(&other.pair)),
                ..right
            };
            let what = format!("import {spec:?} under another temporary key");
            self.refuses(wrapped, &place, &ways(algorithm, ImportFault::PrivateKey), &what)
                .await;
        }
    }
}
