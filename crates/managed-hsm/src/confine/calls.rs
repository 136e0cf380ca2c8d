//! The system calls that serving needs, by seccomp.

use std::collections::BTreeMap;

use rustix::process::{Pid, getpid};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter_all_threads,
};

use super::Enforcement;

/// Calls with any arguments. Each works on what the process has already: its memory, its threads, its open files.
const ALWAYS: &[i64] = &[
    // Connections.
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_close,
    libc::SYS_getpeername,
    libc::SYS_getsockname,
    libc::SYS_getsockopt,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_recvfrom,
    libc::SYS_sendto,
    libc::SYS_shutdown,
    libc::SYS_write,
    libc::SYS_writev,
    // Waiting, and copies of open files, such as the pipe of signals.
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_eventfd2,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_lseek,
    libc::SYS_pipe2,
    libc::SYS_ppoll,
    // Memory.
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_mlock,
    libc::SYS_mlock2,
    libc::SYS_mremap,
    libc::SYS_munlock,
    libc::SYS_munmap,
    // Threads.
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getpriority,
    libc::SYS_membarrier,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getscheduler,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_setpriority,
    libc::SYS_sigaltstack,
    // Time and chance.
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_getrandom,
    libc::SYS_gettimeofday,
    libc::SYS_nanosleep,
    // Questions about the process itself.
    libc::SYS_getcpu,
    libc::SYS_getegid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getrusage,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_sysinfo,
    libc::SYS_uname,
];

/// The same under numbers that only this architecture has.
#[cfg(target_arch = "x86_64")]
const OLDER: &[i64] = &[
    libc::SYS_dup2,
    libc::SYS_epoll_wait,
    libc::SYS_poll,
    libc::SYS_time,
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[i64] = &[];

/// `PR_SET_VMA`, by which the C library names its memory. SOURCE: `linux/prctl.h`.
const PR_SET_VMA: u64 = 0x5356_4d41;

/// Lets only the calls of the list through from now on.
pub(super) fn restrict() -> Enforcement {
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else {
        return Enforcement::None(format!("no list for `{}`", std::env::consts::ARCH));
    };
    let applied = program(arch)
        .map_err(|error| error.to_string())
        .and_then(|program| apply_filter_all_threads(&program).map_err(|error| error.to_string()));
    match applied {
        Ok(()) => Enforcement::Full,
        Err(error) => Enforcement::None(error),
    }
}

fn program(arch: TargetArch) -> Result<BpfProgram, BackendError> {
    let always = ALWAYS.iter().chain(OLDER).map(|call| (*call, Vec::new()));
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = always.collect();
    for (call, condition) in conditions()? {
        rules
            .entry(call)
            .or_default()
            .push(SeccompRule::new(vec![condition])?);
    }
    let absent = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    SeccompFilter::new(rules, absent, SeccompAction::Allow, arch)?.try_into()
}

/// Calls with one argument that it must have; where a call is named more often, any of them.
fn conditions() -> Result<Vec<(i64, SeccompCondition)>, BackendError> {
    let own = number(Pid::as_raw_nonzero(getpid()).get());
    let (thread, executable) = (number(libc::CLONE_THREAD), number(libc::PROT_EXEC));
    let empty_path = number(libc::AT_EMPTY_PATH);
    Ok(vec![
        // Threads and no processes. `clone3` keeps its flags where they cannot be seen; without it, `clone` is used.
        (libc::SYS_clone, with_bits(0, thread, thread)?),
        // Aborting, and no signals to others.
        (libc::SYS_tgkill, equal(0, own)?),
        // Nothing becomes code.
        (libc::SYS_mmap, with_bits(2, executable, 0)?),
        (libc::SYS_mprotect, with_bits(2, executable, 0)?),
        // Of Tokio's signals; a pair connects the process with itself.
        (libc::SYS_socketpair, equal(0, number(libc::AF_UNIX))?),
        // What is open, and nothing by its name.
        (libc::SYS_newfstatat, with_bits(3, empty_path, empty_path)?),
        (libc::SYS_statx, with_bits(2, empty_path, empty_path)?),
        (libc::SYS_ioctl, equal(1, libc::FIONBIO)?),
        (libc::SYS_ioctl, equal(1, libc::TCGETS)?),
        (libc::SYS_prctl, equal(0, number(libc::PR_SET_NAME))?),
        (libc::SYS_prctl, equal(0, number(libc::PR_GET_NAME))?),
        (libc::SYS_prctl, equal(0, PR_SET_VMA)?),
        // Reading limits and not setting them: no new limit is given.
        (libc::SYS_prlimit64, whole(2, 0)?),
    ])
}

fn number(value: i32) -> u64 {
    u64::from(value.unsigned_abs())
}

fn equal(argument: u8, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
}

fn whole(argument: u8, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, value)
}

fn with_bits(argument: u8, bits: u64, value: u64) -> Result<SeccompCondition, BackendError> {
    let masked = SeccompCmpOp::MaskedEq(bits);
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, masked, value)
}
