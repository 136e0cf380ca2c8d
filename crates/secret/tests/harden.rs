//! Alone in its process: hardening cannot be undone.

use claviger_secret::harden_process;
use rustix::process::{DumpableBehavior, Resource, Rlimit, dumpable_behavior, getrlimit, setrlimit};

#[test]
fn dumps_are_off_and_the_lock_limit_is_raised() {
    let before = getrlimit(Resource::Memlock);
    setrlimit(
        Resource::Memlock,
        Rlimit {
            current: Some(4_096),
            ..before
        },
    )
    .unwrap();

    let report = harden_process();

    assert!(report.core_files_off);
    assert_eq!(
        getrlimit(Resource::Core),
        Rlimit {
            current: Some(0),
            maximum: Some(0)
        }
    );
    assert!(report.not_dumpable);
    assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    assert_eq!(
        getrlimit(Resource::Memlock),
        Rlimit {
            current: before.maximum,
            ..before
        }
    );
    assert_eq!(report.lockable_bytes, before.maximum);
    assert_eq!(harden_process(), report);
}
