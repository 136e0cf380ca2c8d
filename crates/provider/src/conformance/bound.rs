//! Checks of what holds for keys of every kind: material opens in its own place only, and only if it is whole; wrapped
//! anew it is the same key; and what is destroyed is gone where the provider keeps it.

use std::fmt;

use claviger_model::Material;

use super::cipher::changes;
use super::encryption::some_changes;
use super::place::{Key, Place};
use super::{must, must_fail};
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

    /// What a key leaves behind. The provider does not hold it open after, if the material is the key.
    async fn closed(&self, key: &Key) -> Self::Fruit {
        let fruit = self.fruit(key).await;
        close(self.provider(), key).await;
        fruit
    }
}

/// Makes a provider give up what it holds open of a key, where the material is the key.
pub(super) async fn close(provider: &dyn Provider, key: &Key) {
    if !provider.capability().keeps_keys {
        let destroyed = provider.destroy(&key.place.binding()).await;
        must(destroyed, format_args!("destroy {:?}", key.place.spec));
    }
}

/// Runs every check. Without another key, the other places are made up.
pub(super) async fn check(subject: &impl Subject, key: &Key, other: Option<&Key>) {
    let again = other.is_some_and(|other| key.material == other.material);
    assert!(!again, "{}", subject.case("the same material twice"));
    stays_in_its_place(subject, key, other).await;
    changed_is_bad(subject, key).await;
    opens_again(subject, key).await;
    rewraps(subject, key).await;
    ends(subject, key, other).await;
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

/// Material that comes back is the same key in the same place, both forms open, and there is nothing to do a second
/// time. What does not open never becomes something that does.
async fn rewraps(subject: &impl Subject, key: &Key) {
    let provider = subject.provider();
    let fruit = subject.fruit(key).await;
    let what = |what: &str| subject.case(format_args!("rewrap: {what}"));
    if let Some(material) = must(provider.rewrap(key.sealed()).await, what("the material")) {
        assert!(material != key.material, "{}", what("the same material"));
        let again = Key {
            place: key.place.clone(),
            material,
        };
        subject.takes(&again, &fruit).await;
        subject.takes(key, &subject.fruit(&again).await).await;
        let twice = must(provider.rewrap(again.sealed()).await, what("what came back"));
        assert!(twice.is_none(), "{}", what("material came back twice"));
    }
    for (how, changed) in some_changes(&key.material.0) {
        let sealed = Sealed {
            material: &Material(changed.into_boxed_slice()),
            binding: key.place.binding(),
        };
        match provider.rewrap(sealed).await {
            Ok(None) => {}
            Ok(Some(_)) => must(Err("it became material"), what(&how)),
            Err(error) => must_fail(Err::<(), _>(error), &[BadMaterial], what(&how)),
        }
    }
}

/// Destroying is done once and may be asked for again, also for what never was. Where the provider keeps keys, that is
/// the end of this key and of no other; where the material is the key, it opens as before.
async fn ends(subject: &impl Subject, key: &Key, other: Option<&Key>) {
    let provider = subject.provider();
    let fruit = subject.fruit(key).await;
    let nowhere = Place::draw(provider, key.place.spec).await;
    for (what, place) in [
        ("destroy", &key.place),
        ("destroy again", &key.place),
        ("destroy what never was", &nowhere),
    ] {
        must(provider.destroy(&place.binding()).await, subject.case(what));
    }
    if let Some(other) = other {
        subject.works(other).await;
    }
    if provider.capability().keeps_keys {
        subject
            .refuses(key.sealed(), &fruit, &[BadMaterial], "destroyed")
            .await;
        if let Some(other) = other {
            // Nothing of the suite stays behind in a module.
            must(
                provider.destroy(&other.place.binding()).await,
                subject.case("destroy"),
            );
        }
    } else {
        subject.takes(key, &fruit).await;
    }
}

/// Forgetting drops what is held open; it does not destroy what the material opens.
async fn opens_again(subject: &impl Subject, key: &Key) {
    let fruit = subject.closed(key).await;
    subject.takes(key, &fruit).await;
}
