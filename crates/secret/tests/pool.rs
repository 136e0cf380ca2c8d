//! The pool as its users see it.

use std::{collections::HashSet, fs, sync::Arc, thread};

use claviger_secret::{LockedKey, LockedPool, Protection};

/// A key that differs for every `seed`.
fn key_of(seed: u64) -> [u8; 32] {
    let mut key = [0xa5; 32];
    key[..8].copy_from_slice(&seed.to_be_bytes());
    key[24..].copy_from_slice(&seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    key
}

/// `VmFlags` of the mapping that holds `address`, from the kernel's own list.
fn vm_flags(address: usize) -> Option<HashSet<String>> {
    let bound = |text| usize::from_str_radix(text, 16).ok();
    let smaps = fs::read_to_string("/proc/self/smaps").ok()?;
    let mut inside = false;
    for line in smaps.lines() {
        if let Some(flags) = line.strip_prefix("VmFlags:").filter(|_| inside) {
            return Some(flags.split_whitespace().map(str::to_owned).collect());
        }
        // A mapping opens with `start-end` in hexadecimal; its details follow on lines that begin with a name.
        if let Some((start, end)) = line.split(' ').next().and_then(|range| range.split_once('-')) {
            inside = (bound(start)?..bound(end)?).contains(&address);
        }
    }
    None
}

#[test]
fn debug_never_shows_the_key() {
    let pool = LockedPool::<32>::new().unwrap();
    let key = pool.store(&[0x5a; 32]).unwrap();
    assert_eq!(format!("{key:?}"), "LockedKey(32 bytes)");
    let pool = format!("{pool:?}");
    assert!(pool.starts_with("LockedPool(1 keys of 32 bytes"), "{pool}");
    assert!(!pool.contains("90") && !pool.contains("5a"), "{pool}");
}

#[test]
fn the_kernel_agrees_with_the_report() {
    let pool = LockedPool::<32>::new().unwrap();
    let key = pool.store(&key_of(1)).unwrap();
    let report = pool.report();
    let flags = vm_flags(key.expose().as_ptr().addr()).unwrap();
    // lo: locked, dd: not dumped, dc: not copied on fork.
    assert_eq!(flags.contains("lo"), report.protection == Protection::Locked);
    assert_eq!(report.locked_bytes > 0, report.protection == Protection::Locked);
    assert!(report.excluded_from_dumps);
    assert!(flags.contains("dd"));
    assert!(flags.contains("dc"));
}

#[test]
fn ten_thousand_keys_cost_little() {
    let pool = LockedPool::<32>::new().unwrap();
    let keys: Vec<LockedKey<32>> = (0..10_000)
        .map(|seed| pool.store(&key_of(seed)).unwrap())
        .collect();
    let report = pool.report();
    assert_eq!(report.keys, 10_000);
    assert_eq!(report.mapped_bytes, 5 * 65_536);
    for (seed, key) in (0..).zip(&keys) {
        assert_eq!(key.expose(), &key_of(seed));
    }
    drop(keys);
    let report = pool.report();
    assert_eq!((report.keys, report.mapped_bytes), (0, 5 * 65_536));
}

#[test]
fn keys_of_odd_sizes_do_not_overlap() {
    let pool = LockedPool::<33>::new().unwrap();
    let keys: Vec<_> = (0..4_000u32)
        .map(|seed| pool.store(&[seed.to_le_bytes()[0]; 33]).unwrap())
        .collect();
    for (seed, key) in (0u32..).zip(&keys) {
        assert_eq!(key.expose(), &[seed.to_le_bytes()[0]; 33]);
    }
}

#[test]
fn threads_share_a_pool_without_mixing_keys() {
    let pool = LockedPool::<32>::new().unwrap();
    thread::scope(|scope| {
        for thread in 0..8u64 {
            let pool = pool.clone();
            scope.spawn(move || {
                let seeds = thread * 1_000_000..thread * 1_000_000 + 3_000;
                let mut keys: Vec<_> = seeds
                    .map(|seed| (seed, pool.store(&key_of(seed)).unwrap()))
                    .collect();
                // Every other key goes and comes back while the other threads do the same.
                for round in 0..4 {
                    keys.retain(|(seed, _)| seed % 2 == round % 2);
                    let again = thread * 1_000_000 + 10_000 * (round + 1);
                    for seed in again..again + 1_500 {
                        keys.push((seed, pool.store(&key_of(seed)).unwrap()));
                    }
                }
                for (seed, key) in &keys {
                    assert_eq!(key.expose(), &key_of(*seed));
                }
            });
        }
    });
    assert_eq!(pool.report().keys, 0);
}

#[test]
fn a_key_outlives_its_pool_and_threads_share_it() {
    let key = {
        let pool = LockedPool::<64>::new().unwrap();
        pool.store(&[9; 64]).unwrap()
    };
    let key = Arc::new(key);
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let key = Arc::clone(&key);
            thread::spawn(move || assert_eq!(key.expose(), &[9; 64]))
        })
        .collect();
    for reader in readers {
        reader.join().unwrap();
    }
}

#[test]
fn keys_compare_by_their_bytes() {
    let (one, other) = (LockedPool::<32>::new().unwrap(), LockedPool::<32>::new().unwrap());
    let key = one.store(&key_of(1)).unwrap();
    assert_eq!(key, other.store(&key_of(1)).unwrap());
    for at in 0..32 {
        let mut changed = key_of(1);
        changed[at] ^= 0x80;
        assert_ne!(key, one.store(&changed).unwrap());
    }
}
