//! The key that signs checkpoints of the audit log: one for the deployment, made at the first start.

use claviger_provider::{Cell, Keeper, ProviderError};
use claviger_secret::SecretBytes;
use claviger_store::{SealedCell, Store, StoreError};

/// The name of the cell in the store.
const NAME: &str = "audit/checkpoint-key";
const CELL: Cell<'static> = Cell {
    table: "cells",
    column: "value",
    row: NAME,
};

/// The key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointKeyError<E> {
    /// There was none and none could be made.
    #[error("no key for checkpoints can be made: {0}")]
    Generate(E),
    /// It cannot be sealed, or what is in the store does not open.
    #[error("the key for checkpoints: {0}")]
    Keeper(#[from] ProviderError),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The private key that signs checkpoints, as `generate` made it at the first start. Where several start at once for the
/// first time, all get the key of one.
///
/// # Errors
/// When it is neither there nor can be made. A key that is there and does not open is never replaced: auditors know its
/// public half.
pub async fn checkpoint_key<E>(
    store: &dyn Store,
    keeper: &dyn Keeper,
    generate: impl FnOnce() -> Result<SecretBytes, E> + Send,
) -> Result<SecretBytes, CheckpointKeyError<E>> {
    let kept = if let Some(kept) = store.cell(NAME).await? {
        kept
    } else {
        let made = generate().map_err(CheckpointKeyError::Generate)?;
        let sealed = keeper.seal(&CELL, &made)?;
        store.add_cell(NAME, SealedCell(sealed)).await?
    };
    Ok(keeper.open(&CELL, &kept.0)?)
}
