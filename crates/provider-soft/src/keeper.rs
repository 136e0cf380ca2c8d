//! Small secrets of the store, under the root key itself. They are not cached: whoever uses one often keeps it.

use claviger_provider::{Cell, Keeper, ProviderError};
use claviger_secret::SecretBytes;

use crate::{SoftProvider, wrap};

impl Keeper for SoftProvider {
    fn seal(&self, cell: &Cell<'_>, secret: &SecretBytes) -> Result<Box<[u8]>, ProviderError> {
        wrap::wrap_cell(&self.roots, self.rng.as_ref(), cell, secret).map(Vec::into_boxed_slice)
    }

    fn open(&self, cell: &Cell<'_>, sealed: &[u8]) -> Result<SecretBytes, ProviderError> {
        wrap::unwrap_cell(&self.roots, cell, sealed)
    }

    fn reseal(&self, cell: &Cell<'_>, sealed: &[u8]) -> Result<Option<Box<[u8]>>, ProviderError> {
        let sealed = wrap::rewrap_cell(&self.roots, self.rng.as_ref(), cell, sealed)?;
        Ok(sealed.map(Vec::into_boxed_slice))
    }
}
