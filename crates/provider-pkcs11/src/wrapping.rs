//! Pairs that wrap key material on its way in. They live in the token, and are removed some days after.

use std::sync::atomic::Ordering;

use claviger_model::Timestamp;
use claviger_provider::{ProviderError, WrappingBinding, WrappingKey};
use cryptoki::object::{Attribute, AttributeType, ObjectClass};

use crate::pair;
use crate::pool::Route;
use crate::provider::Pkcs11Provider;
use crate::reference::{self, SALT_LEN};
use crate::seat::Seat;
use crate::template::{Duty, Stay};
use crate::trouble::{self, Fault};

/// In front of the day in labels.
const LABEL: &str = "claviger import ";
const DAY: i64 = 24 * 60 * 60;
/// Days that a wrapping key stays: longer than any import may take.
const DAYS: i64 = 3;

/// See [`claviger_provider::Provider::wrapping_key`].
pub(crate) async fn wrapping_key(
    provider: &Pkcs11Provider,
    key: &WrappingBinding<'_>,
) -> Result<WrappingKey, ProviderError> {
    let spec = key.spec;
    let listed = provider
        .found
        .capability()
        .wraps
        .iter()
        .any(|(known, _)| *known == spec);
    if !listed {
        return Err(ProviderError::Incapable);
    }
    let now = provider.clock.now();
    let label = format!("{LABEL}{}", day(now));
    let place = key.to_bytes();
    let work = move |seat: &mut Seat| {
        // A new id with every try: what an interrupted one left goes with its day.
        let salt = seat.random(SALT_LEN)?;
        let salt: [u8; SALT_LEN] = salt.expose().try_into().map_err(|_| ProviderError::Random)?;
        let id = reference::wrapping_id(&place, &salt);
        let stay = Stay::Token {
            id,
            label: label.clone(),
        };
        let (key, public) = pair::generate(seat, &stay, spec, Duty::Unwrap)?;
        seat.remember(&id, key);
        Ok(WrappingKey {
            public: public.spki.into_vec(),
            private: reference::wrapping(&id, &salt),
        })
    };
    let made = provider.pool.call(Route::Aside, work).await?;
    sweep(provider, now).await;
    Ok(made)
}

/// Removes those that are too old, once a day.
async fn sweep(provider: &Pkcs11Provider, now: Timestamp) {
    let today = now.as_second().div_euclid(DAY);
    if provider.swept.swap(today, Ordering::Relaxed) == today {
        return;
    }
    let Ok(oldest) = Timestamp::from_second(now.as_second().saturating_sub(DAYS * DAY)) else {
        return;
    };
    let oldest = day(oldest);
    let work = move |seat: &mut Seat| remove_older(seat, &oldest);
    match provider.pool.call(Route::Aside, work).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "old wrapping keys were removed from the PKCS#11 token"),
        Err(error) => tracing::warn!(%error, "old wrapping keys stay in the PKCS#11 token"),
    }
}

/// Removes the private keys that unwrap and whose labels are ours and name a day before this one.
fn remove_older(seat: &mut Seat, oldest: &str) -> Result<usize, Fault> {
    let template = [
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::Token(true),
        Attribute::Unwrap(true),
    ];
    let mut removed = 0;
    for handle in trouble::checked(seat.session.find_objects(&template))? {
        let label = seat.session.get_attributes(handle, &[AttributeType::Label]);
        if let [Attribute::Label(label)] = trouble::checked(label)?.as_slice()
            && labelled_day(label).is_some_and(|day| day < oldest)
        {
            trouble::checked(seat.session.destroy_object(handle))?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// The UTC day in ISO form, which sorts as it passes.
fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

/// The day that a label names, if it is one of ours to the letter.
fn labelled_day(label: &[u8]) -> Option<&str> {
    let day = str::from_utf8(label).ok()?.strip_prefix(LABEL)?;
    let shape = day.len() == 10
        && day.bytes().enumerate().all(|(at, byte)| {
            if at == 4 || at == 7 {
                byte == b'-'
            } else {
                byte.is_ascii_digit()
            }
        });
    shape.then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_labels_of_ours_name_a_day() {
        assert_eq!(labelled_day(b"claviger import 2026-11-22"), Some("2026-11-22"));
        assert_eq!(day(Timestamp::from_second(1_795_305_600).unwrap()), "2026-11-22");
        for other in [
            b"claviger import 2026-11-2".as_slice(),
            b"claviger import 2026-11-222",
            b"claviger import 2026/11/22",
            b"claviger 0191 2026-11-22",
            b"2026-11-22",
            b"claviger import \xff026-11-22",
        ] {
            assert_eq!(labelled_day(other), None);
        }
    }
}
