//! A clock that counts the time that the machine sleeps.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use crate::flights::lock;

/// What a [`WatchedVerifier`](super::WatchedVerifier) measures time with. Only tests give one of their own.
pub trait Clock: Send + Sync {
    /// The time since some fixed instant. No change of the machine's time alters it.
    fn monotonic(&self) -> Duration;
    /// The machine's time, which may be set, and goes on while the machine sleeps.
    fn wall(&self) -> SystemTime;
}

/// The clock of the machine.
pub(super) struct MachineClock(Instant);

impl MachineClock {
    pub(super) fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for MachineClock {
    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// How far the wall clock must get ahead of the monotonic one to tell of a sleep, in nanoseconds: clocks
/// that are slewed differ by less. Naps are counted together.
const LEAST_SLEEP: i64 = 100_000_000;

/// Never goes back, and follows the wall clock forward: Rust's monotonic clock stands still while the
/// machine sleeps. A wall clock that is set forward ages what is kept, which is then asked for anew. One
/// that is set back hides no later sleep: what counts is how far it has got ahead since its last low.
pub(super) struct SteadyClock {
    clock: Box<dyn Clock>,
    monotonic: Duration,
    wall_start: SystemTime,
    /// All that was counted of the wall clock's being ahead, in nanoseconds.
    ahead: AtomicI64,
    /// By how much the wall clock was ahead, at the least since that was last counted, in nanoseconds.
    low: AtomicI64,
    counting: Mutex<()>,
}

impl SteadyClock {
    pub(super) fn new(clock: Box<dyn Clock>) -> Self {
        Self {
            monotonic: clock.monotonic(),
            wall_start: clock.wall(),
            clock,
            ahead: AtomicI64::new(0),
            low: AtomicI64::new(0),
            counting: Mutex::default(),
        }
    }

    /// The machine's time, which may be wrong.
    pub(super) fn wall(&self) -> SystemTime {
        self.clock.wall()
    }

    /// The time since the clock was made.
    pub(super) fn now(&self) -> Duration {
        let (monotonic, lead) = self.read();
        // In this order: `count` changes `ahead` first, so that no sleep is missed in between.
        let gained = lead.saturating_sub(self.low.load(Ordering::SeqCst));
        if (0..LEAST_SLEEP).contains(&gained) {
            self.at(monotonic)
        } else {
            self.count()
        }
    }

    /// Takes a new low, or counts a sleep, by clocks that are read again: those of a check that was held
    /// up may be from before the wall clock was set.
    fn count(&self) -> Duration {
        let _counting = lock(&self.counting);
        let (monotonic, lead) = self.read();
        let gained = lead.saturating_sub(self.low.load(Ordering::SeqCst));
        if gained >= LEAST_SLEEP {
            let ahead = self.ahead.load(Ordering::SeqCst).saturating_add(gained);
            self.ahead.store(ahead, Ordering::SeqCst);
        }
        if !(0..LEAST_SLEEP).contains(&gained) {
            self.low.store(lead, Ordering::SeqCst);
        }
        self.at(monotonic)
    }

    fn at(&self, monotonic: i64) -> Duration {
        let ahead = self.ahead.load(Ordering::SeqCst);
        Duration::from_nanos(monotonic.saturating_add(ahead).unsigned_abs())
    }

    /// The monotonic clock's time, and by how much more the wall clock has advanced, in nanoseconds.
    fn read(&self) -> (i64, i64) {
        let monotonic = nanos(self.clock.monotonic().saturating_sub(self.monotonic));
        let wall = match self.clock.wall().duration_since(self.wall_start) {
            Ok(since) => nanos(since),
            Err(before) => -nanos(before.duration()),
        };
        (monotonic, wall.saturating_sub(monotonic))
    }
}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::UNIX_EPOCH;

    /// The monotonic time and the wall's, in milliseconds.
    #[derive(Clone, Default)]
    struct Hands(Arc<Mutex<(u64, u64)>>);

    impl Clock for Hands {
        fn monotonic(&self) -> Duration {
            Duration::from_millis(self.0.lock().unwrap().0)
        }

        fn wall(&self) -> SystemTime {
            UNIX_EPOCH + Duration::from_millis(self.0.lock().unwrap().1)
        }
    }

    #[test]
    fn a_sleep_counts_and_a_wall_clock_that_is_set_back_does_not() {
        let hands = Hands::default();
        *hands.0.lock().unwrap() = (1000, 9_000_000);
        let clock = SteadyClock::new(Box::new(hands.clone()));
        for (name, monotonic, wall, expected) in [
            ("both go on", 2000, 9_001_000, 1000),
            ("the wall clock is slewed", 2000, 9_001_099, 1000),
            ("the machine sleeps", 2000, 9_061_000, 61_000),
            ("both go on after it", 3000, 9_062_000, 62_000),
            ("the wall clock is set back", 3000, 1_000_000, 62_000),
            ("both go on from there", 4000, 1_001_000, 63_000),
            ("the machine sleeps after it", 4000, 4_601_000, 3_663_000),
            ("a nap", 4000, 4_601_060, 3_663_000),
            ("another nap", 4000, 4_601_120, 3_663_120),
        ] {
            *hands.0.lock().unwrap() = (monotonic, wall);
            assert_eq!(clock.now(), Duration::from_millis(expected), "{name}");
        }
    }

    /// One time on two clocks, in milliseconds, and how long its reader is held up before the wall's.
    #[derive(Clone, Default)]
    struct HeldUp(Arc<Mutex<(u64, u64)>>);

    impl Clock for HeldUp {
        fn monotonic(&self) -> Duration {
            Duration::from_millis(self.0.lock().unwrap().0)
        }

        fn wall(&self) -> SystemTime {
            let mut hands = self.0.lock().unwrap();
            *hands = (hands.0 + hands.1, 0);
            UNIX_EPOCH + Duration::from_millis(hands.0)
        }
    }

    #[test]
    fn a_pause_between_the_two_clocks_is_no_sleep() {
        let hands = HeldUp::default();
        let clock = SteadyClock::new(Box::new(hands.clone()));
        hands.0.lock().unwrap().1 = 5000;
        assert_eq!(clock.now(), Duration::from_secs(5));
        hands.0.lock().unwrap().0 += 1000;
        assert_eq!(clock.now(), Duration::from_secs(6));
    }
}
