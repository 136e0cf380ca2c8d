//! Overwriting of buffers that held request text or secrets.

/// Overwrites `bytes` with zeros in a way the optimiser keeps.
///
/// A plain fill with a barrier is one `memset`; volatile stores would cost more than the rest of the parse.
pub(crate) fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    zeroize::optimization_barrier(bytes);
}
