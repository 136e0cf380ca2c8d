//! How recovery keys and their shares fail. No error holds anything secret.

use claviger_crypto::RngError;
use claviger_secret::PoolError;

/// Shares could not be made, read or put together.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// Numbers that make no sense.
    #[error(
        "{threshold} of {shares} shares cannot be: at least 2 must be needed, and no more than there are"
    )]
    Counts {
        /// Shares that are to be needed.
        threshold: u8,
        /// Shares in all.
        shares: u8,
    },
    /// The text is no share at all.
    #[error("this is not a share: a share begins with `claviger-share-1-`")]
    NotAShare,
    /// The text is a share of a later form.
    #[error("the share has form {form}, which this version of the program does not know")]
    Form {
        /// The form it states.
        form: u32,
    },
    /// The text was a share, but some of its letters are others now.
    #[error("share {index} of the set `{set}` was copied with a mistake: its checksum does not fit")]
    Damaged {
        /// The set, as the text says.
        set: String,
        /// The number, as the text says.
        index: u8,
    },
    /// Not enough of them.
    #[error("{given} of {threshold} shares are not enough")]
    TooFew {
        /// Shares given.
        given: usize,
        /// Shares needed.
        threshold: u8,
    },
    /// A share was given more than once.
    #[error("share {index} was given twice")]
    Twice {
        /// Its number.
        index: u8,
    },
    /// Shares of several sets.
    #[error("share {index} is of the set `{set}`, the others are of `{others}`")]
    OtherSet {
        /// The number of the first that differs.
        index: u8,
        /// Its set.
        set: String,
        /// The set of the first share.
        others: String,
    },
    /// The shares do not fit together, though each of them is whole.
    #[error("the shares do not fit together")]
    Unfit,
    /// No locked memory for the key.
    #[error(transparent)]
    Memory(#[from] PoolError),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RngError),
}
