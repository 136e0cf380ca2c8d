//! What is kept of a password, and whether one is good enough to be one.

use claviger_crypto::{Rng, RngError};
use claviger_model::{AccountId, LoginOwner, Random};
use claviger_provider::Cell;
use claviger_secret::SecretBytes;

/// The shortest password, in characters. SOURCE: IAM user guide, "Password Policy" (read 2026-11-22): 8 unless somebody
/// says otherwise, and up to 32; longer ones do no harm.
const SHORTEST: usize = 8;
/// The longest password, in characters.
const LONGEST: usize = 128;
/// How many kinds of characters a password has at the least. SOURCE: IAM user guide, "Password Policy": at least 2
/// of upper case, lower case, digits and special characters.
const KINDS: usize = 2;

/// The row of a login, for [`password_cell`].
pub fn password_row(account: AccountId, owner: LoginOwner) -> String {
    match owner {
        LoginOwner::Root => format!("{account}/0"),
        LoginOwner::User(id) => format!("{account}/{id}"),
    }
}

/// The cell that the hash of a password is sealed for. See [`claviger_crypto::password`] for the hash.
pub fn password_cell(row: &str) -> Cell<'_> {
    Cell {
        table: "logins",
        column: "password",
        row,
    }
}

/// Whether a text may be a password: 8 to 128 characters of at least two kinds, and none that steers a terminal.
pub(crate) fn is_strong(password: &SecretBytes) -> bool {
    let Ok(text) = password.expose_str() else {
        return false;
    };
    let kinds: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_digit(),
        |c| !c.is_ascii_alphanumeric(),
    ];
    let kinds = kinds.iter().filter(|kind| text.contains(**kind)).count();
    let length = text.chars().count();
    (SHORTEST..=LONGEST).contains(&length) && kinds >= KINDS && !text.contains(char::is_control)
}

/// Salts are drawn where ids are.
#[derive(Debug)]
pub(super) struct Salts<'a>(pub(super) &'a dyn Random);

impl Rng for Salts<'_> {
    fn fill(&self, out: &mut [u8]) -> Result<(), RngError> {
        self.0.fill(out).map_err(|_| RngError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_enough_and_of_two_kinds() {
        let long = "aB".repeat(64);
        for good in ["abcdefg1", "ABCDEFG1", "abcdefg ", "ABCDefgh", "ünlautig", &long] {
            assert!(is_strong(&SecretBytes::copied(good.as_bytes())), "{good}");
        }
        let (short, longer) = ("abcdef1", format!("{long}c"));
        for bad in [
            "",
            short,
            "abcdefgh",
            "12345678",
            "abcdefg1\n",
            "!!!!!!!!",
            &longer,
        ] {
            assert!(!is_strong(&SecretBytes::copied(bad.as_bytes())), "{bad}");
        }
        assert!(!is_strong(&SecretBytes::copied(b"abcdefg1\xff")));
    }
}
