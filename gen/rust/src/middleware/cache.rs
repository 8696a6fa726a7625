//! Valid answers, kept for a few seconds. Time is a parameter here.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::flights::Digest;
use crate::results::Claims;

/// A revoked token may pass for this long at most, whatever is asked for.
const MAX_TTL: Duration = Duration::from_secs(60);

/// The present, on both clocks: the steady one stops while a machine sleeps, and the wall clock may
/// be set. An answer is old as soon as either says so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Present {
    pub(super) steady: Instant,
    pub(super) wall: SystemTime,
}

impl Present {
    pub(super) fn now() -> Self {
        Self {
            steady: Instant::now(),
            wall: SystemTime::now(),
        }
    }
}

/// The claims of valid tokens by digest, the oldest dropped first.
#[derive(Debug)]
pub(super) struct Cache {
    ttl: Duration,
    capacity: usize,
    entries: HashMap<Digest, Entry>,
    /// Each digest of `entries` once, in the order of arrival.
    order: VecDeque<Digest>,
}

#[derive(Debug)]
struct Entry {
    claims: Arc<Claims>,
    asked: Present,
    keep: Duration,
}

impl Entry {
    /// Both clocks must say so: the steady one stands still while a machine sleeps, and the wall
    /// clock may be set back.
    fn is_fresh(&self, now: Present) -> bool {
        let by_wall = now.wall.duration_since(self.asked.wall);
        now.steady.saturating_duration_since(self.asked.steady) < self.keep
            && by_wall.is_ok_and(|age| age < self.keep)
    }
}

impl Cache {
    pub(super) fn new(ttl: Duration, capacity: usize) -> Self {
        let ttl = ttl.min(MAX_TTL);
        Self {
            ttl,
            capacity,
            entries: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    /// The claims of a token that was valid a moment ago, with the time that still remains.
    pub(super) fn get(&self, digest: &Digest, now: Present) -> Option<Arc<Claims>> {
        let entry = self
            .entries
            .get(digest)
            .filter(|entry| entry.is_fresh(now))?;
        let age = now.steady.saturating_duration_since(entry.asked.steady);
        let mut claims = Claims::clone(&entry.claims);
        claims.time_remaining = claims.time_remaining.saturating_sub(age);
        Some(Arc::new(claims))
    }

    /// Keeps an answer. `asked` is the present before the question was sent: what the answer says
    /// of the time that remains was true at that moment or later.
    pub(super) fn put(&mut self, digest: Digest, claims: Arc<Claims>, asked: Present) {
        if self.capacity == 0 {
            return;
        }
        let keep = self.ttl.min(claims.time_remaining);
        let entry = Entry {
            claims,
            asked,
            keep,
        };
        if let Some(older) = self.entries.get_mut(&digest) {
            *older = entry;
            return;
        }
        while let Some(oldest) = self.order.front() {
            let stale = self
                .entries
                .get(oldest)
                .is_none_or(|entry| !entry.is_fresh(asked));
            if !stale && self.entries.len() < self.capacity {
                break;
            }
            self.entries.remove(oldest);
            self.order.pop_front();
        }
        self.order.push_back(digest);
        self.entries.insert(digest, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flights::digest_of;
    use serde_json::Map;

    const SECOND: Duration = Duration::from_secs(1);

    fn claims(now: Present, remaining: Duration) -> Arc<Claims> {
        Arc::new(Claims {
            token_id: "id".into(),
            user_id: "user".into(),
            permissions: vec![],
            issued_at: now.wall,
            session_started_at: now.wall,
            expires_at: now.wall + remaining,
            time_remaining: remaining,
            additional_data: Map::new(),
            session_id: "id".into(),
            key_id: "key".into(),
            audiences: vec![],
            checked_audience: None,
        })
    }

    fn later(now: Present, by: Duration) -> Present {
        Present {
            steady: now.steady + by,
            wall: now.wall + by,
        }
    }

    #[test]
    fn keeps_an_answer_for_its_time_and_no_longer() {
        let now = Present::now();
        let mut cache = Cache::new(5 * SECOND, 10);
        cache.put(digest_of("a"), claims(now, 3600 * SECOND), now);
        let found = cache.get(&digest_of("a"), later(now, 4 * SECOND)).unwrap();
        assert_eq!(found.time_remaining, 3596 * SECOND);
        assert!(cache.get(&digest_of("a"), later(now, 5 * SECOND)).is_none());
        assert!(cache.get(&digest_of("b"), now).is_none());
    }

    #[test]
    fn never_outlives_the_token_on_either_clock() {
        let now = Present::now();
        let mut cache = Cache::new(5 * SECOND, 10);
        cache.put(digest_of("a"), claims(now, SECOND), now);
        assert!(cache.get(&digest_of("a"), later(now, SECOND / 2)).is_some());
        assert!(cache.get(&digest_of("a"), later(now, SECOND)).is_none());
        let woken = Present {
            steady: now.steady,
            wall: now.wall + 2 * SECOND,
        };
        assert!(cache.get(&digest_of("a"), woken).is_none());
        let set_back = Present {
            steady: now.steady + 2 * SECOND,
            wall: now.wall,
        };
        assert!(cache.get(&digest_of("a"), set_back).is_none());
    }

    #[test]
    fn is_bounded_and_drops_the_oldest() {
        let now = Present::now();
        let mut cache = Cache::new(5 * SECOND, 3);
        for name in ["a", "b", "c", "a", "d"] {
            cache.put(digest_of(name), claims(now, 3600 * SECOND), now);
            assert_eq!(cache.entries.len(), cache.order.len());
        }
        assert_eq!(cache.entries.len(), 3);
        assert!(cache.get(&digest_of("a"), now).is_none());
        assert!(cache.get(&digest_of("d"), now).is_some());
    }

    #[test]
    fn makes_room_by_what_is_stale() {
        let now = Present::now();
        let mut cache = Cache::new(5 * SECOND, 3);
        for name in ["a", "b"] {
            cache.put(digest_of(name), claims(now, 3600 * SECOND), now);
        }
        let then = later(now, 6 * SECOND);
        cache.put(digest_of("c"), claims(then, 3600 * SECOND), then);
        assert_eq!(cache.entries.len(), 1);
        assert_eq!(cache.order.len(), 1);
    }

    #[test]
    fn is_capped_and_can_be_empty() {
        let now = Present::now();
        let mut cache = Cache::new(3600 * SECOND, 1);
        cache.put(digest_of("a"), claims(now, 3600 * SECOND), now);
        assert!(cache.get(&digest_of("a"), later(now, MAX_TTL)).is_none());
        let mut none = Cache::new(SECOND, 0);
        none.put(digest_of("a"), claims(now, 3600 * SECOND), now);
        assert!(none.get(&digest_of("a"), now).is_none());
    }
}
