//! Checks of the import of key material.

use claviger_model::{EncryptionAlgorithm, KeySpec, ProtectionLevel};

use super::bound::Subject;
use super::cipher::{Ciphers, changes};
use super::door::{Door, Doors, ways};
use super::encryption::{shortest, some_changes};
use super::mac::Codes;
use super::pair::encryptions;
use super::place::{Key, Place};
use super::{Client, must, must_fail};
use crate::ProviderError::{DoesNotOpen, Incapable};
use crate::{ImportFault, Provider, ProviderError, Wrapped};

/// What answers bytes that were not wrapped for here, or not like that.
const UNWRAP: [ProviderError; 1] = [ProviderError::BadImport(ImportFault::Unwrap)];

/// Runs every check of wrapping keys and of what comes in with them.
pub(super) async fn check(provider: &dyn Provider, client: &dyn Client) {
    let capability = provider.capability();
    for &spec in KeySpec::ALL {
        let place = Place::draw(provider, KeySpec::Aes256).await;
        if !capability.wraps.iter().any(|(known, _)| *known == spec) {
            let made = provider.wrapping_key(&place.wrapping(spec)).await;
            must_fail(made, &[Incapable], format_args!("wrapping key {spec:?}"));
        }
    }
    for (wrapping, algorithms) in &*capability.wraps {
        let wrapping = *wrapping;
        let doors = Doors {
            provider,
            client,
            wrapping,
            algorithms,
            door: Door::open(provider, wrapping).await,
        };
        for &spec in capability.imports.iter() {
            for &algorithm in algorithms.iter() {
                doors.takes(spec, algorithm).await;
            }
            doors.knows_material_again(spec).await;
            doors.wants_one_length(spec).await;
        }
        doors.stays_with_its_key().await;
        doors.takes_nothing_else().await;
        doors.takes_nothing_changed().await;
        doors.check_pairs().await;
    }
}

impl Doors<'_> {
    /// What came in can be used like what was made here, and what came in twice is the same key.
    async fn takes(&self, spec: KeySpec, algorithm: EncryptionAlgorithm) {
        let what = format!("import {spec:?} as {algorithm:?}");
        let secret = self.secret(spec).await;
        let mut keys = Vec::new();
        for _ in 0..2 {
            let place = self.version(&self.door.place, spec).await;
            let imported = self.import(&self.door, algorithm, &place, &secret).await;
            keys.push(Key {
                material: must(imported, &what).material,
                place,
            });
        }
        if let Some(format) = self.provider.capability().envelope(spec) {
            let ciphers = Ciphers {
                provider: self.provider,
                spec,
                format,
            };
            agree(&ciphers, &keys).await;
        } else {
            let codes = Codes {
                provider: self.provider,
                spec,
            };
            agree(&codes, &keys).await;
        }
    }

    /// The fingerprint follows the material and nothing else of one key.
    async fn knows_material_again(&self, spec: KeySpec) {
        let secret = self.secret(spec).await;
        let other = self.secret(spec).await;
        let mut prints = Vec::new();
        for &algorithm in self.algorithms {
            prints.push(self.fingerprint(&self.door, algorithm, spec, &secret).await);
        }
        let same = prints.iter().all(|print| Some(print) == prints.first());
        assert!(same, "import {spec:?}: another fingerprint for the same material");
        let print = self.fingerprint(&self.door, self.algorithm(), spec, &other).await;
        assert!(
            !prints.contains(&print),
            "import {spec:?}: the same fingerprint for other material"
        );
    }

    /// A wrapping key serves the key it was made for, and a fingerprint tells of one key only.
    async fn stays_with_its_key(&self) {
        let (spec, algorithm) = (self.spec(), self.algorithm());
        let secret = self.secret(spec).await;
        let here = self.fingerprint(&self.door, algorithm, spec, &secret).await;
        let drawn = Place::draw(self.provider, spec).await;
        for (part, place) in self.door.place.neighbours(&drawn) {
            if !["account", "region", "key"].contains(&part) {
                continue;
            }
            let bytes = self.wrap(&self.door, algorithm, &secret);
            let mut wrapped = self.wrapped(&self.door, algorithm, &bytes);
            let elsewhere = self.version(&place, spec).await;
            let what = format!("import for another {part}");
            self.refuses(wrapped, &elsewhere, &[DoesNotOpen], &what).await;
            wrapped.wrapping = place.wrapping(self.wrapping);
            self.refuses(wrapped, &elsewhere, &[DoesNotOpen], &what).await;

            let door = Door::open_at(self.provider, self.wrapping, place).await;
            assert!(
                door.key.public != self.door.key.public,
                "the same wrapping key for another {part}"
            );
            let there = self.fingerprint(&door, algorithm, spec, &secret).await;
            assert!(here != there, "{what}: the same fingerprint");
            let bytes = self.wrap(&door, algorithm, &secret);
            let wrapped = self.wrapped(&self.door, algorithm, &bytes);
            let place = self.version(&self.door.place, spec).await;
            self.refuses(wrapped, &place, &UNWRAP, "import with another wrapping key")
                .await;
        }
    }

    /// Specs, algorithms and protection levels outside the table.
    async fn takes_nothing_else(&self) {
        let (spec, algorithm) = (self.spec(), self.algorithm());
        let bytes = self.wrap(&self.door, algorithm, &self.secret(spec).await);
        let wrapped = self.wrapped(&self.door, algorithm, &bytes);
        let capability = self.provider.capability();
        for &other in KeySpec::ALL {
            if !capability.takes(other) {
                let place = self.version(&self.door.place, other).await;
                self.refuses(wrapped, &place, &[Incapable], &format!("import {other:?}"))
                    .await;
            }
        }
        let place = self.version(&self.door.place, spec).await;
        for other in encryptions().filter(|other| !self.algorithms.contains(other)) {
            let wrapped = Wrapped {
                algorithm: other,
                ..wrapped
            };
            self.refuses(wrapped, &place, &[Incapable], &format!("import as {other:?}"))
                .await;
        }
        let place = place.other_protection();
        let what = match place.protection {
            ProtectionLevel::Hsm => "import into a module in hardware",
            ProtectionLevel::Software => "import into software",
        };
        self.refuses(wrapped, &place, &[Incapable], what).await;
    }

    async fn takes_nothing_changed(&self) {
        let spec = self.spec();
        let place = self.version(&self.door.place, spec).await;
        let secret = self.secret(spec).await;
        for &algorithm in self.algorithms {
            let bytes = self.wrap(&self.door, algorithm, &secret);
            for (how, changed) in some_changes(&bytes) {
                let wrapped = self.wrapped(&self.door, algorithm, &changed);
                let what = format!("import as {algorithm:?}: {how}");
                self.refuses(wrapped, &place, &UNWRAP, &what).await;
            }
            for &other in self.algorithms.iter().filter(|other| **other != algorithm) {
                let wrapped = self.wrapped(&self.door, other, &bytes);
                let what = format!("import as {other:?} of what was wrapped as {algorithm:?}");
                self.refuses(wrapped, &place, &UNWRAP, &what).await;
            }
        }
        let bytes = self.wrap(&self.door, self.algorithm(), &secret);
        for (how, changed) in changes(&self.door.key.private) {
            let wrapped = Wrapped {
                private: &changed,
                ..self.wrapped(&self.door, self.algorithm(), &bytes)
            };
            let what = format!("import with a changed wrapping key: {how}");
            self.refuses(wrapped, &place, &[DoesNotOpen], &what).await;
        }
    }

    /// Under an algorithm that tells strangers too much, material of another length opens as little as anything else.
    async fn wants_one_length(&self, spec: KeySpec) {
        let secret = self.secret(spec).await;
        let place = self.version(&self.door.place, spec).await;
        let others = [0, 1, secret.len() / 2, secret.len() - 1, secret.len() + 1];
        for length in others.into_iter().chain(other_lengths(secret.len())) {
            let other: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
            let algorithms = self.algorithms.iter().copied();
            for algorithm in algorithms.filter(|algorithm| length >= shortest(*algorithm)) {
                let bytes = self.wrap(&self.door, algorithm, &other);
                let wrapped = self.wrapped(&self.door, algorithm, &bytes);
                let what = format!("import {spec:?} of {length} bytes");
                self.refuses(wrapped, &place, &ways(algorithm, ImportFault::Length), &what)
                    .await;
            }
        }
    }
}

/// Every key takes what every other one left.
pub(super) async fn agree(subject: &impl Subject, keys: &[Key]) {
    for one in keys {
        let fruit = subject.fruit(one).await;
        for other in keys {
            subject.takes(other, &fruit).await;
        }
    }
}

/// Lengths that keys of other specs have.
fn other_lengths(length: usize) -> impl Iterator<Item = usize> {
    [16, 24, 28, 32, 48, 64]
        .into_iter()
        .filter(move |other| *other != length)
}
