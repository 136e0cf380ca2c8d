//! Tests that need to see inside the pool.

use std::thread;

use super::*;

/// Reads a slot that is free. Its pool must be alive.
fn peek<const N: usize>(pool: &LockedPool<N>, slot: NonNull<[u8; N]>) -> [u8; N] {
    let state = pool.shared.state();
    assert!(
        state.free.iter().any(|free| free.0 == slot),
        "the slot is not free"
    );
    // SAFETY: the slot is in the free list of a live pool, so it is mapped, and the lock keeps others away.
    unsafe { slot.read_volatile() }
}

#[test]
fn dropping_a_key_wipes_its_slot() {
    let pool = LockedPool::<32>::new().unwrap();
    let key = pool.store(&[0x5a; 32]).unwrap();
    let slot = NonNull::from(key.expose());
    assert_eq!(key.expose(), &[0x5a; 32]);
    drop(key);
    assert_eq!(peek(&pool, slot), [0; 32]);
}

#[test]
fn a_failed_fill_wipes_what_it_wrote() {
    let pool = LockedPool::<32>::new().unwrap();
    let mut slot = None;
    let result = pool.fill(|bytes| {
        bytes.fill(0x5a);
        slot = Some(NonNull::from(bytes));
        Err(PoolError::Map(io::ErrorKind::Other.into()))
    });
    assert!(result.is_err());
    assert_eq!(peek(&pool, slot.unwrap()), [0; 32]);
    assert_eq!(pool.report().keys, 0);
}

#[test]
fn a_panic_in_fill_wipes_and_frees_the_slot() {
    let pool = LockedPool::<32>::new().unwrap();
    let mut slot = None;
    let panicked = thread::scope(|scope| {
        let filler = scope.spawn(|| {
            pool.fill::<PoolError>(|bytes| {
                bytes.fill(0x5a);
                slot = Some(bytes.as_ptr().addr());
                panic!("on purpose")
            })
        });
        filler.join().is_err()
    });
    assert!(panicked);
    let address = slot.unwrap();
    let slot = pool
        .shared
        .state()
        .free
        .iter()
        .map(|free| free.0)
        .find(|free| free.addr().get() == address);
    assert_eq!(peek(&pool, slot.unwrap()), [0; 32]);
}

#[test]
fn a_freed_slot_is_used_again() {
    let pool = LockedPool::<32>::new().unwrap();
    let first = pool.store(&[1; 32]).unwrap();
    let address = first.expose().as_ptr();
    drop(first);
    let second = pool.fill::<PoolError>(|bytes| {
        assert_eq!(bytes, &[0; 32]);
        bytes.fill(2);
        Ok(())
    });
    assert_eq!(second.unwrap().expose().as_ptr(), address);
}

#[test]
fn the_free_list_never_grows_when_keys_are_dropped() {
    let pool = LockedPool::<4096>::new().unwrap();
    let keys: Vec<_> = (0..100).map(|_| pool.store(&[7; 4096]).unwrap()).collect();
    let capacity = pool.shared.state().free.capacity();
    drop(keys);
    assert_eq!(pool.shared.state().free.capacity(), capacity);
    assert_eq!(pool.report().keys, 0);
}
