//! A process that may not lock memory still works and says so. Alone in its process: it changes the limits.

use claviger_secret::{LockedPool, Protection};
use rustix::{
    process::{Resource, Rlimit, getrlimit, setrlimit},
    thread::{CapabilitySet, capabilities, set_capabilities},
};

#[test]
fn without_the_right_to_lock_keys_are_kept_and_the_report_tells() {
    let mut mine = capabilities(None).unwrap();
    mine.effective.remove(CapabilitySet::IPC_LOCK);
    set_capabilities(None, mine).unwrap();
    let before = getrlimit(Resource::Memlock);
    setrlimit(
        Resource::Memlock,
        Rlimit {
            current: Some(0),
            ..before
        },
    )
    .unwrap();

    let pool = LockedPool::<32>::new().unwrap();
    let key = pool.store(&[3; 32]).unwrap();
    let report = pool.report();
    assert_eq!(key.expose(), &[3; 32]);
    assert_eq!(
        (report.protection, report.locked_bytes),
        (Protection::NotLocked, 0)
    );
    assert!(report.excluded_from_dumps);

    // Room for one chunk: the first is locked, the second is not, and the weaker one counts.
    setrlimit(
        Resource::Memlock,
        Rlimit {
            current: Some(65_536),
            ..before
        },
    )
    .unwrap();
    let pool = LockedPool::<32>::new().unwrap();
    assert_eq!(pool.report().protection, Protection::Locked);
    let _keys: Vec<_> = (0..2_049).map(|_| pool.store(&[3; 32]).unwrap()).collect();
    let report = pool.report();
    assert_eq!(report.protection, Protection::NotLocked);
    assert_eq!((report.mapped_bytes, report.locked_bytes), (131_072, 65_536));
}
