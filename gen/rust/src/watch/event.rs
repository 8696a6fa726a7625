//! What a verifier tells of itself.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::error::Error;
use crate::flights::lock;

/// Something that a [`WatchedVerifier`](super::WatchedVerifier) did or met. It holds no token.
#[derive(Debug)]
#[non_exhaustive]
pub enum WatchEvent<'a> {
    /// A kept answer was used: the token is valid, whatever it lacks.
    Hit,
    /// The server was asked.
    Miss(MissReason),
    /// A token was refused: the reason of its [`Facts`](crate::Facts), or `UNAVAILABLE` when the server could
    /// not be asked.
    Refusal(&'a str),
    /// The knowledge of revocations has reached half of the age up to which it is vouched for, 1.5 s at least.
    /// Told once until it is younger than half of that.
    Stale(Duration),
    /// The feed has given its first checkpoint, in time.
    Connected,
    /// The feed has ended, and is opened anew.
    Disconnected(&'a Error),
    /// The server refuses the feed, or has more revocations than are kept, and is asked about every token. Told
    /// once until the feed is accepted; it is tried again each minute.
    FeedRefused(&'a Error),
}

/// Why the server was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissReason {
    /// The token was not seen before, or its answer is kept no longer.
    Unknown,
    /// The feed has not told all that is revoked.
    NotReady,
    /// What is known of revocations is too old.
    Stale,
    /// The server has named another set of keys than the token's.
    KeyGone,
    /// A wall clock that ran ahead has dropped what may have revoked the token.
    Forgotten,
}

/// What a [`WatchedVerifier`](super::WatchedVerifier) has done and knows, for metrics. The counts are since
/// it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WatchStats {
    /// Kept answers that were used.
    pub hits: u64,
    /// Checks for which the server was asked.
    pub misses: u64,
    /// Refused tokens, by reason.
    pub refusals: BTreeMap<String, u64>,
    /// How often the feed was opened anew because it had ended.
    pub reconnects: u64,
    /// How old the knowledge of revocations is; `None` before the feed has told all of them.
    pub staleness: Option<Duration>,
    /// Whether kept answers are given without a call.
    pub is_vouching: bool,
    /// How many revocations are known.
    pub revocations: usize,
    /// How many answers are kept.
    pub entries: usize,
    /// An estimate of their memory.
    pub bytes: usize,
}

pub(super) type EventHook = dyn Fn(&WatchEvent<'_>) + Send + Sync;

/// Counts, and tells the hook.
#[derive(Default)]
pub(super) struct Tally {
    hook: Option<Box<EventHook>>,
    hits: AtomicU64,
    misses: AtomicU64,
    reconnects: AtomicU64,
    refusals: Mutex<BTreeMap<String, u64>>,
}

impl Tally {
    pub(super) fn new(hook: Option<Box<EventHook>>) -> Self {
        Self {
            hook,
            ..Self::default()
        }
    }

    pub(super) fn tell(&self, event: &WatchEvent<'_>) {
        let counter = match event {
            WatchEvent::Hit => Some(&self.hits),
            WatchEvent::Miss(_) => Some(&self.misses),
            WatchEvent::Disconnected(_) => Some(&self.reconnects),
            _ => None,
        };
        if let Some(counter) = counter {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        if let WatchEvent::Refusal(reason) = event {
            *lock(&self.refusals)
                .entry((*reason).to_owned())
                .or_default() += 1;
        }
        if let Some(hook) = &self.hook {
            // A hook that panics must neither decide about a token nor end the feed.
            drop(catch_unwind(AssertUnwindSafe(|| hook(event))));
        }
    }

    pub(super) fn refusal(&self, error: &Error) {
        let reason = error.facts().map_or("UNAVAILABLE", |facts| &facts.reason);
        self.tell(&WatchEvent::Refusal(reason));
    }

    pub(super) fn stats(&self) -> WatchStats {
        WatchStats {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            reconnects: self.reconnects.load(Ordering::Relaxed),
            refusals: lock(&self.refusals).clone(),
            ..WatchStats::default()
        }
    }
}

impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tally").finish_non_exhaustive()
    }
}
