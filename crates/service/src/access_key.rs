//! New access keys: how their two halves look, and where the secret one lies.

use claviger_model::{
    AccessKeyId, AccessKeyStatus, AccountId, Error, KeyOwner, Random, RandomError, Timestamp,
};
use claviger_provider::{Cell, Keeper, ProviderError};
use claviger_secret::SecretBytes;
use claviger_store::{AccessKey, SealedCell};

use crate::envelope::from_provider;
use crate::service::Service;
use crate::session::KEY_START;

/// SOURCE: RAM, access keys: ids of people's and programs' keys begin like this.
const LASTING: &str = "LTAI";
/// Letters and digits behind the beginning.
const TAIL_LEN: usize = 20;
/// SOURCE: RAM, access keys: secrets have 30 characters. With 62 to choose from that is 178 bits.
const SECRET_LEN: usize = 30;

const LETTERS_AND_DIGITS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// An access key at its birth, the only time that its secret is shown.
#[derive(Debug)]
pub struct NewAccessKey {
    /// Its public half.
    pub id: AccessKeyId,
    /// Its secret half: 30 letters and digits.
    pub secret: SecretBytes,
    /// Whether it opens anything.
    pub status: AccessKeyStatus,
    /// When it was made.
    pub created: Timestamp,
}

/// Why an access key could not be made.
#[derive(Debug, thiserror::Error)]
pub enum NewAccessKeyError {
    /// There is no randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The secret could not be sealed.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

impl NewAccessKey {
    /// Draws an access key that works at once, and seals its secret for the store.
    ///
    /// # Errors
    /// When nothing can be drawn or sealed; then there is no access key.
    pub fn draw(
        account: AccountId,
        owner: KeyOwner,
        now: Timestamp,
        random: &dyn Random,
        keeper: &dyn Keeper,
    ) -> Result<(Self, AccessKey), NewAccessKeyError> {
        let new = Self {
            id: draw_id(LASTING, random)?,
            secret: draw_secret(random)?,
            status: AccessKeyStatus::Active,
            created: now,
        };
        let sealed = keeper.seal(&secret_cell(&new.id), &new.secret)?;
        let kept = AccessKey {
            id: new.id.clone(),
            account,
            owner,
            secret: SealedCell(sealed),
            status: new.status,
            created: now,
            last_used: None,
        };
        Ok((new, kept))
    }
}

impl Service {
    /// Draws an access key for somebody.
    pub(crate) fn new_access_key(
        &self,
        account: AccountId,
        owner: KeyOwner,
        now: Timestamp,
    ) -> Result<(NewAccessKey, AccessKey), Error> {
        let (random, keeper) = (self.random.as_ref(), self.keeper.as_ref());
        NewAccessKey::draw(account, owner, now, random, keeper).map_err(|error| match error {
            NewAccessKeyError::Provider(error) => from_provider(error),
            NewAccessKeyError::Random(error) => {
                tracing::error!(%error, "cannot draw an access key");
                Error::Internal
            }
        })
    }
}

/// The cell that the secret of an access key is sealed for.
pub fn secret_cell(id: &AccessKeyId) -> Cell<'_> {
    Cell {
        table: "access_keys",
        column: "secret",
        row: id.as_str(),
    }
}

/// Draws both halves of the access key of a session.
pub(crate) fn draw_temporary(random: &dyn Random) -> Result<(AccessKeyId, SecretBytes), RandomError> {
    Ok((draw_id(KEY_START, random)?, draw_secret(random)?))
}

fn draw_id(beginning: &str, random: &dyn Random) -> Result<AccessKeyId, RandomError> {
    let mut tail = [0; TAIL_LEN];
    draw_word(random, &mut tail)?;
    let id = tail.iter().map(|byte| char::from(*byte));
    // INVARIANT: letters, digits and dots make an access key id.
    let id = beginning.chars().chain(id).collect::<String>().parse();
    id.map_err(|_| RandomError)
}

fn draw_secret(random: &dyn Random) -> Result<SecretBytes, RandomError> {
    SecretBytes::filled(SECRET_LEN, |out| draw_word(random, out))
}

/// Fills a place with letters and digits, each as likely as any other.
fn draw_word(random: &dyn Random, out: &mut [u8]) -> Result<(), RandomError> {
    for place in out {
        *place = draw_letter(random)?;
    }
    Ok(())
}

fn draw_letter(random: &dyn Random) -> Result<u8, RandomError> {
    loop {
        let mut byte = [0];
        random.fill(&mut byte)?;
        let [byte] = byte;
        // 6 bits; two of the 64 values have no letter.
        if let Some(letter) = LETTERS_AND_DIGITS.get(usize::from(byte >> 2)) {
            return Ok(*letter);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    /// Gives every byte in turn.
    #[derive(Debug, Default)]
    struct Counting(AtomicU8);
    impl Random for Counting {
        fn fill(&self, out: &mut [u8]) -> Result<(), RandomError> {
            out.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
            Ok(())
        }
    }

    #[test]
    fn every_letter_and_digit_is_as_likely_as_any_other() {
        let random = Counting::default();
        let mut counts = HashMap::new();
        for _ in 0..248 {
            *counts.entry(draw_letter(&random).unwrap()).or_insert(0) += 1;
        }
        assert!(LETTERS_AND_DIGITS.iter().all(|letter| counts[letter] == 4));
    }

    #[test]
    fn temporary_keys_look_like_the_vendors() {
        let random = Counting::default();
        let mut seen = HashSet::new();
        for _ in 0..10 {
            let (id, secret) = draw_temporary(&random).unwrap();
            assert!(id.as_str().starts_with("STS.") && id.as_str().len() == 24);
            assert_eq!(secret.len(), 30);
            assert!(seen.insert(id));
        }
    }
}
