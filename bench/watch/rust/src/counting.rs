//! An allocator that counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ops::Sub;
use std::sync::atomic::{AtomicI64, Ordering};

/// The system's allocator, and counters.
pub struct Counting;

/// What all threads hold, in bytes.
static HELD: AtomicI64 = AtomicI64::new(0);

thread_local! {
    static TAKEN: Cell<Taken> = const { Cell::new(Taken { times: 0, bytes: 0 }) };
}

/// What one thread has taken so far.
#[derive(Clone, Copy, Default)]
pub struct Taken {
    /// How often.
    pub times: u64,
    /// How much.
    pub bytes: u64,
}

impl Sub for Taken {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            times: self.times - before.times,
            bytes: self.bytes - before.bytes,
        }
    }
}

/// What all threads hold, in bytes.
pub fn held() -> i64 {
    HELD.load(Ordering::Relaxed)
}

/// What the calling thread has taken.
pub fn taken_here() -> Taken {
    TAKEN.get()
}

// SAFETY: every call goes to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size() as i64, Ordering::Relaxed);
        // A thread that ends has no counters any more.
        let _ = TAKEN.try_with(|taken| {
            let so_far = taken.get();
            taken.set(Taken {
                times: so_far.times + 1,
                bytes: so_far.bytes + layout.size() as u64,
            });
        });
        // SAFETY: the caller's promise is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size() as i64, Ordering::Relaxed);
        // SAFETY: the caller's promise is the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}
