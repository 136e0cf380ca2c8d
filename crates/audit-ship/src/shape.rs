//! How a record is spelled for a sink.

use std::collections::BTreeMap;
use std::sync::Arc;

use claviger_audit::Seq;

/// Name of the shape that this crate makes itself.
pub const CLAVIGER: &str = "claviger";

/// Spells a record, given with its number, as one line of JSON without a line break; nothing for a record that has no
/// place in the shape. Called on a thread that may block.
pub type Render = Arc<dyn Fn(Seq, &[u8]) -> Option<Vec<u8>> + Send + Sync>;

/// Shapes by name, beside [`CLAVIGER`].
pub type Shapes = BTreeMap<String, Render>;

/// `{"seq":S,"record":R}`.
pub(crate) fn claviger() -> Render {
    Arc::new(|seq, record| {
        let mut out = format!("{{\"seq\":{seq},\"record\":").into_bytes();
        out.extend_from_slice(record);
        out.push(b'}');
        Some(out)
    })
}
