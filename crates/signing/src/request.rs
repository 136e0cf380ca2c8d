//! What a signature in the headers covers.

use crate::query::Params;

/// The parts of a request that are signed. Not `Debug`: parameters and body may hold plaintexts.
pub struct Request<'r, H: ?Sized> {
    /// HTTP method, upper-case.
    pub method: &'r str,
    /// Path of the target, as sent. `/` for operations of the RPC kind.
    pub path: &'r str,
    /// Parameters of the query only, without those of a form body.
    pub query: &'r Params<'r>,
    /// All headers.
    pub headers: &'r H,
    /// The raw body.
    pub body: &'r [u8],
}
