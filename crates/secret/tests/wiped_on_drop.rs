//! Looks at what `SecretBytes` gives back to the allocator. Alone in its process: it brings its own allocator.

#![expect(
    unsafe_code,
    reason = "an allocator is the one place that may look at memory given back"
)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

use claviger_secret::SecretBytes;

/// A size nothing else in the process allocates.
const WATCHED: usize = 5_003;

/// Passes everything on to the system and counts the watched allocations that come back, clean or not.
struct Watch;

static CLEAN: AtomicUsize = AtomicUsize::new(0);
static DIRTY: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes unchanged to the system allocator.
unsafe impl GlobalAlloc for Watch {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `alloc`.
        let block = unsafe { System.alloc(layout) };
        if layout.size() == WATCHED && !block.is_null() {
            // SAFETY: the block was just allocated with that size. Initialising it lets `dealloc` read all of it.
            unsafe { block.write_bytes(0xee, WATCHED) };
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.size() == WATCHED {
            // SAFETY: the block is still allocated with that size, and all of it was initialised.
            let bytes = unsafe { std::slice::from_raw_parts(block, WATCHED) };
            let counter = if bytes.iter().all(|byte| *byte == 0) {
                &CLEAN
            } else {
                &DIRTY
            };
            counter.fetch_add(1, Ordering::SeqCst);
        }
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(block, layout) };
    }
}

#[global_allocator]
static WATCH: Watch = Watch;

/// How many watched blocks `work` gave back: clean ones, dirty ones.
fn given_back(work: impl FnOnce()) -> (usize, usize) {
    let before = (CLEAN.load(Ordering::SeqCst), DIRTY.load(Ordering::SeqCst));
    work();
    (
        CLEAN.load(Ordering::SeqCst) - before.0,
        DIRTY.load(Ordering::SeqCst) - before.1,
    )
}

#[test]
fn every_way_to_make_a_secret_ends_in_clean_memory() {
    // A plain vector does not wipe: the watch can tell the difference.
    assert_eq!(given_back(|| drop(vec![0x5a_u8; WATCHED])), (0, 1));

    assert_eq!(
        given_back(|| drop(SecretBytes::from(vec![0x5a; WATCHED]))),
        (1, 0)
    );
    assert_eq!(given_back(|| drop(SecretBytes::copied(&[0x5a; WATCHED]))), (1, 0));
    let fill = |bytes: &mut [u8]| {
        bytes.fill(0x5a);
        Ok::<_, ()>(())
    };
    assert_eq!(given_back(|| drop(SecretBytes::filled(WATCHED, fill))), (1, 0));

    // Spare capacity: text shorter than its allocation, and a decoder that wrote more than it kept.
    let mut text = String::with_capacity(WATCHED);
    text.push_str("hunter2");
    assert_eq!(given_back(|| drop(SecretBytes::from(text))), (1, 0));
    let overwrite = |bytes: &mut [u8]| {
        bytes.fill(0x5a);
        Ok::<_, ()>(10)
    };
    assert_eq!(
        given_back(|| drop(SecretBytes::filled_within(WATCHED, overwrite))),
        (1, 0)
    );

    // A writer that fails half way.
    let fail = |bytes: &mut [u8]| {
        bytes.fill(0x5a);
        Err(())
    };
    assert_eq!(given_back(|| drop(SecretBytes::filled(WATCHED, fail))), (1, 0));
}
