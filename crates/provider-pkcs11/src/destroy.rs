//! The end of keys.

use claviger_provider::{Binding, ProviderError};

use crate::provider::Pkcs11Provider;
use crate::reference;
use crate::seat::Seat;

/// See [`claviger_provider::Provider::destroy`]. Done when every token has said that it has no such key any more.
pub(crate) async fn destroy(provider: &Pkcs11Provider, binding: &Binding<'_>) -> Result<(), ProviderError> {
    let id = reference::id(binding);
    provider.publics.remove(&id);
    let work = move |seat: &mut Seat| seat.destroy_all(&id);
    provider.pool.call_all(work).await
}
