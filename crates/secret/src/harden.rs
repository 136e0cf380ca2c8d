//! What a process does before it holds the first secret.

use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};

/// What [`harden_process`] achieved, for the start-up log and `doctor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hardening {
    /// Whether the kernel writes no core file for this process (`RLIMIT_CORE` is 0).
    pub core_files_off: bool,
    /// Whether the process is not dumpable: no core goes to a crash handler's pipe either, and other processes of the
    /// same user cannot attach to it or read its memory.
    pub not_dumpable: bool,
    /// Bytes the process may lock in memory now (`RLIMIT_MEMLOCK`); `None` means no limit. A process with
    /// `CAP_IPC_LOCK` may lock more.
    pub lockable_bytes: Option<u64>,
}

/// Turns core dumps off for this process and raises its memory-lock limit as far as it may.
///
/// Nothing here is fatal; the report tells what could not be done. Programs that this process starts inherit the
/// limits but not the dump setting, so each of ours calls this itself.
///
/// SOURCE: Linux manual pages prctl(2) `PR_SET_DUMPABLE`, setrlimit(2), core(5), read 2026-11-21.
pub fn harden_process() -> Hardening {
    let no_core = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    Hardening {
        core_files_off: setrlimit(Resource::Core, no_core).is_ok(),
        not_dumpable: set_dumpable_behavior(DumpableBehavior::NotDumpable).is_ok(),
        lockable_bytes: raise_memlock(),
    }
}

/// Raises the soft limit to the hard one and returns the limit that holds then.
fn raise_memlock() -> Option<u64> {
    let limit = getrlimit(Resource::Memlock);
    // Raising up to the hard limit is always allowed. Should it fail, the limit read below is the old one.
    let _ = setrlimit(
        Resource::Memlock,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    );
    getrlimit(Resource::Memlock).current
}
