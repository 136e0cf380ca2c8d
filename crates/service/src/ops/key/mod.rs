//! Keys: making, showing, changing, ending.

mod change;
mod create;
mod deletion;
mod describe;
mod list;
mod policy;
mod protection;
mod rotation;
mod version;

pub use change::{DisableKey, EnableKey, UpdateKeyDescription};
pub use create::CreateKey;
pub use deletion::{CancelKeyDeletion, ScheduleKeyDeletion};
pub use describe::DescribeKey;
pub use list::ListKeys;
pub use policy::{GetKeyPolicy, KeyPolicy, POLICY_LIMIT, SetKeyPolicy};
pub use protection::SetDeletionProtection;
pub use rotation::UpdateRotationPolicy;
pub use version::{CreateKeyVersion, DescribeKeyVersion, ListKeyVersions, Version, Versions};
