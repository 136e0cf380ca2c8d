//! Keys: making, showing, changing, ending.

mod change;
mod count;
mod create;
mod deletion;
mod describe;
mod list;
mod policy;
mod protection;
mod rotate;
mod rotation;
mod version;

pub use change::{DisableKey, EnableKey, UpdateKeyDescription, UpdateKeyTitle};
pub use count::{CountKeys, GetQuotas, ScopeQuotas};
pub use create::CreateKey;
pub use deletion::{CancelKeyDeletion, ScheduleKeyDeletion};
pub use describe::DescribeKey;
pub use list::{ListKeys, ListWholeKeys};
pub use policy::{GetKeyPolicy, KeyPolicy, POLICY_LIMIT, SetKeyPolicy};
pub use protection::SetDeletionProtection;
pub use rotate::{GetRotationStatus, RotateOnDemand, RotationView};
pub use rotation::{AlterRotation, BeginRotation, EndRotation, UpdateRotationPolicy};
pub use version::{CreateKeyVersion, DescribeKeyVersion, ListKeyVersions, Version, Versions};
