//! Keeping memory out of swap.

use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{Resource, getrlimit};
use rustix::thread::{CapabilitySet, capabilities};

/// Locks all memory that there is and will be, if that has no limit: with one, the process would fail for want of
/// memory once it is reached. Pages are locked when they are first used.
pub(super) fn lock() -> bool {
    let unlimited = getrlimit(Resource::Memlock).maximum.is_none()
        || capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::IPC_LOCK));
    unlimited && mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT).is_ok()
}
