//! The server's present.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::results::Claims;

/// The server's present, as its answers tell it: a lower bound that goes on with the steady clock. What is
/// kept of tokens and of revocations ends by it alone, so that a machine whose clock is wrong forgets no
/// revocation of a token that it still knows.
#[derive(Debug)]
pub(super) struct ServerTime(AtomicI64);

/// Before the first answer.
const UNKNOWN: i64 = i64::MIN;

impl ServerTime {
    pub(super) fn new() -> Self {
        Self(AtomicI64::new(UNKNOWN))
    }

    /// Takes the server's present from an answer that was received at an instant of the steady clock.
    pub(super) fn observe(&self, claims: &Claims, received: Duration) {
        let present = micros(claims.expires_at) - duration_micros(claims.time_remaining);
        let offset = present.saturating_sub(duration_micros(received));
        self.0.fetch_max(offset, Ordering::Relaxed);
    }

    /// In microseconds since 1970, once an answer has told it.
    pub(super) fn at(&self, now: Duration) -> Option<i64> {
        let offset = self.0.load(Ordering::Relaxed);
        (offset != UNKNOWN).then(|| offset.saturating_add(duration_micros(now)))
    }
}

/// An instant in microseconds since 1970, rounded down.
pub(super) fn micros(instant: SystemTime) -> i64 {
    match instant.duration_since(UNIX_EPOCH) {
        Ok(since) => duration_micros(since),
        Err(before) => {
            let nanos = i64::try_from(before.duration().as_nanos()).unwrap_or(i64::MAX);
            -nanos.div_euclid(1000) - i64::from(nanos % 1000 != 0)
        }
    }
}

fn duration_micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
