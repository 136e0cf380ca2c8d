//! Checks of what holds for keys of every kind: material opens in its own place only, and only if it is whole.

use std::fmt;

use claviger_model::Material;

use super::cipher::changes;
use super::place::{Key, Place};
use crate::ProviderError::{self, BadMaterial, DoesNotOpen, Incapable};
use crate::{Provider, Sealed};

/// How keys of one kind are used.
pub(super) trait Subject {
    /// What a use leaves behind: a ciphertext, a signature, a code.
    type Fruit;

    fn provider(&self) -> &dyn Provider;

    /// Uses a key.
    async fn fruit(&self, key: &Key) -> Self::Fruit;

    /// Checks that a key takes what an earlier use left.
    async fn takes(&self, key: &Key, fruit: &Self::Fruit);

    /// Checks that every use fails, in one of these ways.
    async fn refuses(&self, sealed: Sealed<'_>, fruit: &Self::Fruit, ways: &[ProviderError], what: &str);

    /// Names a case.
    fn case(&self, what: impl fmt::Display) -> String;

    /// Checks that a key can be used.
    async fn works(&self, key: &Key) {
        let fruit = self.fruit(key).await;
        self.takes(key, &fruit).await;
    }

    /// What a key leaves behind. The provider does not hold it open after.
    async fn closed(&self, key: &Key) -> Self::Fruit {
        let fruit = self.fruit(key).await;
        self.provider().forget(&key.place.binding());
        fruit
    }
}

/// Runs every check. Without another key, the other places are made up.
pub(super) async fn check(subject: &impl Subject, key: &Key, other: Option<&Key>) {
    let again = other.is_some_and(|other| key.material == other.material);
    assert!(!again, "{}", subject.case("the same material twice"));
    stays_in_its_place(subject, key, other).await;
    changed_is_bad(subject, key).await;
    opens_again(subject, key).await;
}

/// Material is taken in its own place only, whether the provider has it open or not.
async fn stays_in_its_place(subject: &impl Subject, key: &Key, other: Option<&Key>) {
    let elsewhere = match other {
        Some(other) => other.place.clone(),
        None => Place::draw(subject.provider(), key.place.spec).await,
    };
    let fruit = subject.closed(key).await;
    if let Some(other) = other {
        subject.closed(other).await;
    }
    for when in ["closed", "open"] {
        let mut places = key.place.neighbours(&elsewhere).to_vec();
        places.push(("place", elsewhere.clone()));
        for (part, place) in places {
            let sealed = Sealed {
                material: &key.material,
                binding: place.binding(),
            };
            let what = format!("{when}, another {part}");
            subject
                .refuses(sealed, &fruit, &[BadMaterial, DoesNotOpen, Incapable], &what)
                .await;
        }
        subject.works(key).await;
        if let Some(other) = other {
            subject.works(other).await;
        }
    }
}

async fn changed_is_bad(subject: &impl Subject, key: &Key) {
    let fruit = subject.closed(key).await;
    for when in ["closed", "open"] {
        for (how, changed) in changes(&key.material.0) {
            let sealed = Sealed {
                material: &Material(changed.into_boxed_slice()),
                binding: key.place.binding(),
            };
            let what = format!("{when}, material: {how}");
            subject
                .refuses(sealed, &fruit, &[BadMaterial, DoesNotOpen], &what)
                .await;
        }
        subject.works(key).await;
    }
}

/// Forgetting drops what is held open; it does not destroy what the material opens.
async fn opens_again(subject: &impl Subject, key: &Key) {
    let fruit = subject.closed(key).await;
    subject.takes(key, &fruit).await;
}
