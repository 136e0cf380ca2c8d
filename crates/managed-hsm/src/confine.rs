//! Giving up rights that the process does not need.
//!
//! Once it has its master key and its socket, the process needs nothing from outside but bytes on connections that
//! clients make. So it gives up, for good and for all threads to come:
//!
//! - **System calls** (`confine/calls.rs`) but those of a list. A list of what is denied would be out of date with every
//!   kernel: `io_uring` alone does by itself what a dozen denied calls did. What is not on the list fails with `ENOSYS`,
//!   as on a kernel that does not have it, so the C library and Tokio take their older ways, and a call that we did not
//!   think of is a failure of that call and not the end of the process. Some calls are there with certain arguments
//!   only: threads but no processes, memory that can be written or executed but not made executable, sockets in pairs.
//! - **Files and networks** (`confine/files.rs`), by Landlock. It says the same again on another level of the kernel, and
//!   also where the architecture has no list.
//! - **New privileges**: the mark that a program started from here gains none by its owner or its file.
//! - **Core dumps and inspection** by other processes of the user.
//! - **Swapping**: all memory is locked if that has no limit; keys are, as far as the limit allows, in any case.
//!
//! What the kernel does not have is reported. It is an error only if the caller wants it so.
//!
//! SOURCE: Linux manual pages seccomp(2), landlock(7), prctl(2), mlockall(2), read 2026-11-22.

mod calls;
mod files;
mod memory;

use std::fmt;
use std::fs;

use claviger_secret::{Hardening, harden_process};
use rustix::thread::set_no_new_privs;

/// What happens if the kernel cannot do something of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// The report tells.
    Report,
    /// It is an error.
    Demand,
}

/// How much of a rule is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enforcement {
    /// All of it.
    Full,
    /// As much as the kernel knows.
    Part,
    /// None, and why.
    None(String),
}

/// What is in force, for logs and `doctor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confinement {
    /// System calls are those of the list.
    pub calls: Enforcement,
    /// No files are opened, and no networks used.
    pub files: Enforcement,
    /// No new privileges.
    pub no_new_privileges: bool,
    /// All memory is locked; `false` if the limit allows keys only.
    pub memory_locked: bool,
    /// Core dumps and inspection.
    pub hardening: Hardening,
}

/// The process keeps rights that it should not have. What could be given up was.
#[derive(Debug, thiserror::Error)]
pub enum NotConfined {
    /// The rules would not hold for threads that there are.
    #[error("the process has {0} threads, and can be confined only while it has one")]
    Threads(usize),
    /// The kernel cannot do something that was demanded.
    #[error("the process is not confined: {0}")]
    Kernel(Confinement),
}

impl Confinement {
    /// Whether nothing is missing that the kernel could have: Landlock of an older one counts. Locking all memory is not asked for: keys are locked by themselves.
    pub fn is_whole(&self) -> bool {
        self.calls == Enforcement::Full
            && !matches!(self.files, Enforcement::None(_))
            && self.no_new_privileges
            && self.hardening.core_files_off
            && self.hardening.not_dumpable
    }
}

/// Gives up all rights that serving does not need, for the rest of the life of the process. Call it when the socket is
/// there and before there are threads.
///
/// # Errors
/// [`NotConfined`]. With [`Strictness::Report`] only if there are threads.
pub fn confine(strictness: Strictness) -> Result<Confinement, NotConfined> {
    // Where it cannot be counted, the rules are made all the same.
    let threads = fs::read_dir("/proc/self/task").map_or(1, Iterator::count);
    if threads > 1 {
        return Err(NotConfined::Threads(threads));
    }
    let hardening = harden_process();
    let no_new_privileges = set_no_new_privs(true).is_ok();
    let memory_locked = memory::lock();
    // Files first: the list of system calls has no call that would make such rules.
    let files = files::close();
    let calls = calls::restrict();
    let confinement = Confinement {
        calls,
        files,
        no_new_privileges,
        memory_locked,
        hardening,
    };
    if strictness == Strictness::Demand && !confinement.is_whole() {
        return Err(NotConfined::Kernel(confinement));
    }
    Ok(confinement)
}

impl fmt::Display for Enforcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("in force"),
            Self::Part => f.write_str("in force as far as the kernel knows it"),
            Self::None(reason) => write!(f, "not in force ({reason})"),
        }
    }
}

impl fmt::Display for Confinement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let yes = |fact: bool| if fact { "yes" } else { "no" };
        write!(
            f,
            "seccomp {}, Landlock {}, no new privileges {}, no core dumps {}, memory locked {}",
            self.calls,
            self.files,
            yes(self.no_new_privileges),
            yes(self.hardening.core_files_off && self.hardening.not_dumpable),
            if self.memory_locked { "all" } else { "keys only" },
        )
    }
}
