//! Keys: making, showing, changing.

mod change;
mod create;
mod describe;
mod list;

pub use change::{DisableKey, EnableKey, UpdateKeyDescription};
pub use create::CreateKey;
pub use describe::DescribeKey;
pub use list::ListKeys;
