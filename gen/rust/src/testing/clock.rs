//! The machine's clocks, which a test can set forward.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use crate::watch::Clock;

/// Both clocks of the machine, as far ahead as a test has said.
#[derive(Clone, Debug)]
pub(super) struct MovableClock {
    began: Instant,
    /// In microseconds.
    ahead: Arc<AtomicU64>,
}

impl MovableClock {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            ahead: Arc::default(),
        }
    }

    pub(super) fn advance(&self, length: Duration) {
        let micros = u64::try_from(length.as_micros()).unwrap_or(u64::MAX);
        self.ahead.fetch_add(micros, Ordering::SeqCst);
    }

    fn ahead(&self) -> Duration {
        Duration::from_micros(self.ahead.load(Ordering::SeqCst))
    }
}

impl Clock for MovableClock {
    fn monotonic(&self) -> Duration {
        self.began.elapsed() + self.ahead()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now() + self.ahead()
    }
}
