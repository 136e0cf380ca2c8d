//! Checks of keepers.

use claviger_secret::SecretBytes;

use super::cipher::changes;
use super::{must, must_fail};
use crate::ProviderError::DoesNotOpen;
use crate::{Cell, Keeper};

const CELL: Cell<'static> = Cell {
    table: "access_key",
    column: "secret",
    row: "LTAI5tExample",
};

/// Runs every check of [`Keeper`].
///
/// # Panics
/// If one fails.
pub fn check_keeper(keeper: &dyn Keeper) {
    round_trips(keeper);
    nothing_repeats(keeper);
    changed_bytes_do_not_open(keeper);
    secrets_stay_in_their_cell(keeper);
}

fn round_trips(keeper: &dyn Keeper) {
    for length in [0, 1, 16, 30, 32, 255, 4096] {
        let secret = SecretBytes::from((0..=u8::MAX).cycle().take(length).collect::<Vec<u8>>());
        let sealed = must(keeper.seal(&CELL, &secret), format_args!("seal {length} bytes"));
        let opened = must(keeper.open(&CELL, &sealed), format_args!("open {length} bytes"));
        assert!(opened == secret, "open {length} bytes: another secret");
    }
}

fn nothing_repeats(keeper: &dyn Keeper) {
    let secret = SecretBytes::copied(&[0x5a; 32]);
    let first = must(keeper.seal(&CELL, &secret), "seal");
    let second = must(keeper.seal(&CELL, &secret), "seal");
    assert!(first != second, "the same sealed bytes twice");
    let bare = first
        .windows(secret.len())
        .any(|window| window == secret.expose());
    assert!(!bare, "the secret stands in the sealed bytes");
}

fn changed_bytes_do_not_open(keeper: &dyn Keeper) {
    let sealed = must(keeper.seal(&CELL, &SecretBytes::copied(b"hunter2")), "seal");
    for (how, changed) in changes(&sealed) {
        must_fail(keeper.open(&CELL, &changed), &[DoesNotOpen], how);
    }
}

fn secrets_stay_in_their_cell(keeper: &dyn Keeper) {
    let sealed = must(keeper.seal(&CELL, &SecretBytes::copied(b"hunter2")), "seal");
    let table = Cell {
        table: "user",
        ..CELL
    };
    let column = Cell { column: "id", ..CELL };
    let row = Cell {
        row: "LTAI5tOther",
        ..CELL
    };
    // The same letters in a row, cut elsewhere.
    let boundary = Cell {
        table: "access_keys",
        column: "ecret",
        ..CELL
    };
    for cell in [table, column, row, boundary] {
        must_fail(
            keeper.open(&cell, &sealed),
            &[DoesNotOpen],
            format_args!("{cell:?}"),
        );
    }
}
