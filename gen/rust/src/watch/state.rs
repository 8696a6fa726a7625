//! What the feed has told so far.

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use crate::proto::securetoken::v1::watch_revocations_response::{Checkpoint, Event, SnapshotPage};
use crate::proto::securetoken::v1::{Revocation, WatchRevocationsResponse};

use super::revoked::{FeedFault, RevokedSet, Subject, Verdict};

/// A set of more entries is looked through for those that have ended once in the interval.
const MAX_SWEEP_ENTRIES: usize = 10_000;
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);
/// The longest cursor of a server, in characters.
const MAX_CURSOR: usize = 256;
/// Of the longest `google.protobuf.Duration`: 10,000 years.
const MAX_SECONDS: u64 = 315_576_000_000;
const NANOS_PER_SECOND: u32 = 1_000_000_000;

/// What checks ask.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// All that any feed has told, until it ends. A snapshot is added to it: the server that gives one may lag
    /// behind the server before.
    revoked: RevokedSet,
    /// `None`: nothing is vouched for.
    vouching: RwLock<Option<Vouching>>,
}

/// The server's word that everything up to an instant has been told.
#[derive(Debug)]
struct Vouching {
    /// When it was written, at the earliest, on the steady clock.
    written: Duration,
    /// How old the server's own knowledge was.
    staleness: Duration,
    key_ids: HashSet<String>,
}

impl Known {
    pub(super) fn judge(&self, subject: &Subject) -> Verdict {
        self.revoked.judge(subject)
    }

    /// How many revocations are known.
    pub(super) fn len(&self) -> usize {
        self.revoked.len()
    }

    /// How old the knowledge is; `None` while nothing is vouched for.
    pub(super) fn age(&self, now: Duration) -> Option<Duration> {
        self.read(|vouching| {
            let vouching = vouching?;
            let since = now.saturating_sub(vouching.written);
            Some(vouching.staleness.saturating_add(since))
        })
    }

    /// Whether the server decrypts with a key, as of the last checkpoint.
    pub(super) fn has_key(&self, key_id: &str) -> bool {
        self.read(|vouching| vouching.is_some_and(|it| it.key_ids.contains(key_id)))
    }

    /// Ends the trust in what is known. The revocations stay in force for answers that come in.
    pub(super) fn distrust(&self) {
        self.set(None);
    }

    fn read<T>(&self, read: impl FnOnce(Option<&Vouching>) -> T) -> T {
        let vouching = self.vouching.read();
        read(vouching.unwrap_or_else(PoisonError::into_inner).as_ref())
    }

    fn set(&self, vouching: Option<Vouching>) {
        *self
            .vouching
            .write()
            .unwrap_or_else(PoisonError::into_inner) = vouching;
    }
}

/// Applies what the feed tells.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Whether a snapshot has begun that has not ended.
    is_amid_snapshot: bool,
    /// Whether a snapshot has been received whole.
    is_complete: bool,
    /// Whether one has by the present stream.
    is_whole: bool,
    cursor: String,
    swept: Duration,
    /// When the present stream was asked for, on the steady clock.
    asked: Duration,
    delay: Duration,
    server_staleness: Duration,
}

impl Progress {
    /// Prepares for a new stream, and gives the cursor to begin at. Where a wall clock that ran ahead has dropped
    /// what has not ended, that is everything.
    pub(super) fn begin(&mut self, known: &Known, wall: SystemTime) -> String {
        self.is_amid_snapshot = false;
        self.is_whole = false;
        known.revoked.begin();
        if known.revoked.has_forgotten(wall) {
            return String::new();
        }
        self.cursor.clone()
    }

    /// The stream was asked for at an instant of the steady clock: to be called before its first event.
    pub(super) fn begun(&mut self, asked: Duration) {
        self.asked = asked;
    }

    /// How long the last checkpoint was on its way, at most.
    pub(super) fn delay(&self) -> Duration {
        self.delay
    }

    /// How old the server's own knowledge was at the last checkpoint.
    pub(super) fn server_staleness(&self) -> Duration {
        self.server_staleness
    }

    /// After a fault: the feed must begin anew.
    pub(super) fn restart(&mut self, known: &Known) {
        known.distrust();
        *self = Self::default();
    }

    /// Takes an event, and tells whether answers can be vouched for since.
    pub(super) fn apply(
        &mut self,
        event: WatchRevocationsResponse,
        known: &Known,
        now: Duration,
    ) -> Result<bool, FeedFault> {
        match event.event {
            Some(Event::Snapshot(page)) => self.page(&page, known).map(|()| false),
            Some(Event::Changes(changes)) => {
                self.changes(&changes.revocations, known).map(|()| false)
            }
            Some(Event::Checkpoint(checkpoint)) => self.checkpoint(checkpoint, known, now),
            None => Err(FeedFault::Malformed), // of a kind that this crate does not know
        }
    }

    fn page(&mut self, page: &SnapshotPage, known: &Known) -> Result<(), FeedFault> {
        if !page.first && !self.is_amid_snapshot {
            return Err(FeedFault::Malformed);
        }
        known.revoked.add(&page.revocations)?;
        self.is_amid_snapshot = !page.last;
        self.is_complete |= page.last;
        self.is_whole = page.last;
        Ok(())
    }

    fn changes(&self, revocations: &[Revocation], known: &Known) -> Result<(), FeedFault> {
        if !self.is_complete && !self.is_amid_snapshot {
            return Err(FeedFault::Malformed);
        }
        known.revoked.add(revocations)
    }

    /// Ignores one amid a snapshot: the set in force lacks what the snapshot has yet to tell.
    fn checkpoint(
        &mut self,
        told: Checkpoint,
        known: &Known,
        now: Duration,
    ) -> Result<bool, FeedFault> {
        // One that is missing is no zero: the server has not said that it is up to date.
        let staleness = told.staleness.and_then(length_of);
        let staleness = staleness.ok_or(FeedFault::Malformed)?;
        let uptime = told
            .uptime
            .map(|it| length_of(it).ok_or(FeedFault::Malformed));
        let uptime = uptime.transpose()?;
        // The server began the stream no earlier than it was asked for.
        let written = uptime.map_or(now, |uptime| self.asked + uptime);
        if told.cursor.chars().count() > MAX_CURSOR {
            return Err(FeedFault::Malformed);
        }
        if self.is_amid_snapshot {
            return Ok(false);
        }
        if !self.is_complete {
            return Err(FeedFault::Malformed);
        }
        self.cursor = told.cursor;
        self.delay = now.saturating_sub(written);
        self.server_staleness = staleness;
        known.set(Some(Vouching {
            written: written.min(now),
            staleness,
            key_ids: told.key_ids.into_iter().collect(),
        }));
        // The server knew all that was in force when it began the stream, and has told it.
        if self.is_whole && uptime.is_some_and(|uptime| uptime >= staleness) {
            known.revoked.relearn();
        }
        Ok(true)
    }

    /// Drops what has ended by the wall clock, unless that was done a moment ago.
    pub(super) fn sweep(&mut self, known: &Known, now: Duration, wall: SystemTime) {
        if known.len() > MAX_SWEEP_ENTRIES && now.saturating_sub(self.swept) < SWEEP_INTERVAL {
            return;
        }
        self.swept = now;
        known.revoked.sweep(wall);
    }
}

/// `None` for what is no duration of zero or more.
fn length_of(told: prost_types::Duration) -> Option<Duration> {
    let seconds = u64::try_from(told.seconds).ok()?;
    let nanos = u32::try_from(told.nanos).ok()?;
    (seconds <= MAX_SECONDS && nanos < NANOS_PER_SECOND).then(|| Duration::new(seconds, nanos))
}
