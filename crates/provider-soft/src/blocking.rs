//! Work that takes long.

use claviger_provider::ProviderError;
use tokio::runtime::Handle;

/// Runs RSA's private operations, which take from half a millisecond to seconds, on a thread of their own, so that
/// the threads of the runtime stay free for others.
///
/// Without a runtime there is nobody to stay free for, and the work is done at once.
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ProviderError> {
    match Handle::try_current() {
        // It fails if the runtime is shutting down.
        Ok(runtime) => runtime
            .spawn_blocking(work)
            .await
            .map_err(|_| ProviderError::Unavailable),
        Err(_) => Ok(work()),
    }
}
