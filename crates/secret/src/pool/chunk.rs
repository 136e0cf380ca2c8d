//! Pages from the kernel.

use std::ptr::{self, NonNull};

use rustix::{
    io::Errno,
    mm::{self, Advice, MapFlags, ProtFlags},
};

/// Bytes of a chunk: a multiple of every page size Linux has on our processors (4, 16 and 64 KiB).
pub(super) const CHUNK_BYTES: usize = 64 * 1024;

/// An anonymous private mapping of [`CHUNK_BYTES`], zeroed, unmapped on drop.
pub(super) struct Chunk {
    pub(super) base: NonNull<u8>,
    /// Whether the pages cannot be swapped out.
    pub(super) locked: bool,
    /// Whether core dumps leave the pages out.
    pub(super) excluded_from_dumps: bool,
}

// SAFETY: the chunk owns its mapping, which belongs to the process and to no thread.
unsafe impl Send for Chunk {}

impl Chunk {
    /// Maps a chunk and protects it as far as the kernel lets us.
    pub(super) fn map() -> Result<Self, Errno> {
        let (protection, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE);
        // SAFETY: with no address asked for, the kernel picks one that is free.
        let address = unsafe { mm::mmap_anonymous(ptr::null_mut(), CHUNK_BYTES, protection, flags)? };
        let base = NonNull::new(address.cast::<u8>()).ok_or(Errno::NOMEM)?;
        // SAFETY: the range is the mapping just made, and neither advice changes what this process reads there.
        let advise = |advice| unsafe { mm::madvise(address, CHUNK_BYTES, advice) };
        let excluded_from_dumps = advise(Advice::LinuxDontDump).is_ok();
        // A forked child would hold a copy that is neither locked nor ever wiped. Where the kernel cannot prevent it,
        // nothing here depends on it.
        let _ = advise(Advice::LinuxDontFork);
        // SAFETY: the range is the mapping just made; locking does not change its contents.
        let locked = unsafe { mm::mlock(address, CHUNK_BYTES) }.is_ok();
        Ok(Self {
            base,
            locked,
            excluded_from_dumps,
        })
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and no slot of it is left: every slot in use keeps its pool alive. Unmapping
        // unlocks. It can fail only for ranges that are not mappings, so there is nothing to tell.
        let _ = unsafe { mm::munmap(self.base.as_ptr().cast(), CHUNK_BYTES) };
    }
}
