//! For how long a stream of the feed is followed.

use std::time::Duration;

/// Its age is told by two clocks, of the server and of this machine, which may differ by 500 ppm: by 0.15 s
/// within this time.
const MAX_LIFE: Duration = Duration::from_secs(300);
/// Of a stream whose server knows too little to be vouched by: the next may be another server's.
const BEHIND_LIFE: Duration = Duration::from_secs(5);

/// When a stream is opened again in time.
pub(super) struct Life {
    /// Of the next stream whose server knows too little: twice as long each time, as all servers may.
    behind: Duration,
}

impl Life {
    pub(super) fn new() -> Self {
        Self {
            behind: BEHIND_LIFE,
        }
    }

    /// Whether a stream of an age is over, whose server knows too little or not.
    pub(super) fn is_over(&mut self, age: Duration, is_behind: bool) -> bool {
        if !is_behind {
            self.behind = BEHIND_LIFE;
            return age > MAX_LIFE;
        }
        if age <= self.behind {
            return false;
        }
        self.behind = MAX_LIFE.min(self.behind * 2);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_whose_server_knows_too_little_is_left_later_each_time() {
        let mut life = Life::new();
        for seconds in [5, 10, 20, 40, 80, 160, 300, 300] {
            let end = Duration::from_secs(seconds);
            assert!(!life.is_over(end, true));
            assert!(life.is_over(end + Duration::from_nanos(1), true));
        }
        assert!(!life.is_over(MAX_LIFE, false));
        assert!(life.is_over(MAX_LIFE + Duration::from_nanos(1), false));
        assert!(life.is_over(BEHIND_LIFE + Duration::from_nanos(1), true));
    }
}
