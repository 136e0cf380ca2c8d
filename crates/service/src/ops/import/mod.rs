//! Key material that the owner brings.
//!
//! The way in: the caller asks for a public key and a token, wraps its material with the one and hands it in with the
//! other. The token carries all that the server has to remember of the public key, so nothing is kept and nothing has
//! to be cleaned up; see `docs/adr/0011-import-tokens.md`.

mod discard;
mod material;
mod parameters;

pub use discard::DeleteKeyMaterial;
pub use material::{ImportKeyMaterial, PairMaterial};
pub use parameters::{GetParametersForImport, ImportParameters};

use claviger_model::{Key, KeySpec, Refusal, StateKind};
use claviger_provider::WrappingBinding;

/// Whether the key may be brought material; `only_pending`: one that waits for it and no other.
fn check_takes(key: &Key, only_pending: bool) -> Result<(), Refusal> {
    key.takes_import()?;
    match key.state.kind() {
        StateKind::PendingImport => Ok(()),
        other if only_pending => Err(Refusal::Transition(other)),
        _ => Ok(()),
    }
}

fn wrapping(key: &Key, spec: KeySpec) -> WrappingBinding<'_> {
    WrappingBinding {
        account: key.scope.account,
        region: &key.scope.region,
        key: key.id,
        spec,
    }
}
