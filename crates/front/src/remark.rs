//! What else there is to know about a server that serves.

use std::fmt;
use std::sync::Arc;

/// Says in one line what is wrong with a part that not every call needs; nothing while it is well.
#[derive(Clone)]
pub(crate) struct Remark(Arc<dyn Fn() -> Option<String> + Send + Sync>);

impl Remark {
    pub(crate) fn new(remark: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(remark))
    }

    pub(crate) fn text(&self) -> Option<String> {
        (self.0)()
    }
}

impl fmt::Debug for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remark")
    }
}
