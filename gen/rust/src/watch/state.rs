//! What the feed has told so far.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::proto::securetoken::v1::watch_revocations_response::{Checkpoint, Event, SnapshotPage};
use crate::proto::securetoken::v1::{Revocation, WatchRevocationsResponse};

use super::revoked::{FeedFault, RevokedSet, Subject};
use super::server_time::ServerTime;

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
pub(super) struct Known(RwLock<Facts>);

#[derive(Debug, Default)]
struct Facts {
    revoked: Arc<RevokedSet>,
    /// `None`: nothing is vouched for.
    vouching: Option<Vouching>,
}

/// The server's word that everything up to an instant has been told.
#[derive(Debug)]
struct Vouching {
    /// On the steady clock.
    received: Duration,
    /// How old the server's own knowledge was.
    staleness: Duration,
    key_ids: HashSet<String>,
}

impl Known {
    pub(super) fn is_revoked(&self, subject: &Subject) -> bool {
        self.read(|facts| facts.revoked.hits(subject))
    }

    /// How many revocations are known.
    pub(super) fn len(&self) -> usize {
        self.read(|facts| facts.revoked.len())
    }

    /// How old the knowledge is; `None` while nothing is vouched for.
    pub(super) fn age(&self, now: Duration) -> Option<Duration> {
        self.read(|facts| {
            let vouching = facts.vouching.as_ref()?;
            let since = now.saturating_sub(vouching.received);
            Some(vouching.staleness.saturating_add(since))
        })
    }

    /// Whether the server decrypts with a key, as of the last checkpoint.
    pub(super) fn has_key(&self, key_id: &str) -> bool {
        self.read(|facts| {
            let vouching = facts.vouching.as_ref();
            vouching.is_some_and(|it| it.key_ids.contains(key_id))
        })
    }

    /// Ends the trust in what is known. The revocations stay in force for answers that come in.
    pub(super) fn distrust(&self) {
        self.write(|facts| facts.vouching = None);
    }

    fn read<T>(&self, read: impl FnOnce(&Facts) -> T) -> T {
        read(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, write: impl FnOnce(&mut Facts)) {
        write(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Applies what the feed tells.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The snapshot that is being received, beside the set in force.
    next: Option<Arc<RevokedSet>>,
    /// Whether a snapshot has been received whole.
    is_complete: bool,
    cursor: String,
    swept: Duration,
}

impl Progress {
    /// Prepares for a new stream, and gives the cursor to begin at. A snapshot that an earlier stream has
    /// left incomplete is void.
    pub(super) fn begin(&mut self) -> String {
        self.next = None;
        self.cursor.clone()
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
        if page.first {
            self.next = Some(Arc::default());
        }
        let next = self.next.as_ref().ok_or(FeedFault::Malformed)?;
        next.add(&page.revocations)?;
        if page.last {
            let whole = Arc::clone(next);
            known.write(|facts| facts.revoked = whole);
            self.next = None;
            self.is_complete = true;
        }
        Ok(())
    }

    /// Adds to the set in force, so that nothing waits for a snapshot that is on its way, and to that
    /// snapshot.
    fn changes(&self, revocations: &[Revocation], known: &Known) -> Result<(), FeedFault> {
        if !self.is_complete && self.next.is_none() {
            return Err(FeedFault::Malformed);
        }
        known.read(|facts| facts.revoked.add(revocations))?;
        self.next
            .as_ref()
            .map_or(Ok(()), |next| next.add(revocations))
    }

    /// Ignores one amid a snapshot: the set in force lacks what the snapshot has yet to tell.
    fn checkpoint(
        &mut self,
        told: Checkpoint,
        known: &Known,
        now: Duration,
    ) -> Result<bool, FeedFault> {
        let staleness = staleness_of(told.staleness).ok_or(FeedFault::Malformed)?;
        if told.cursor.chars().count() > MAX_CURSOR {
            return Err(FeedFault::Malformed);
        }
        if self.next.is_some() {
            return Ok(false);
        }
        if !self.is_complete {
            return Err(FeedFault::Malformed);
        }
        self.cursor = told.cursor;
        let vouching = Vouching {
            received: now,
            staleness,
            key_ids: told.key_ids.into_iter().collect(),
        };
        known.write(|facts| facts.vouching = Some(vouching));
        Ok(true)
    }

    /// Drops what has ended, unless that was done a moment ago.
    pub(super) fn sweep(&mut self, known: &Known, server: &ServerTime, now: Duration) {
        let Some(present) = server.at(now) else {
            return;
        };
        if known.len() > MAX_SWEEP_ENTRIES && now.saturating_sub(self.swept) < SWEEP_INTERVAL {
            return;
        }
        self.swept = now;
        known
            .read(|facts| Arc::clone(&facts.revoked))
            .sweep(present);
    }
}

/// `None` for what is no duration of zero or more. One that is missing is no zero: the server has not said
/// that it is up to date.
fn staleness_of(told: Option<prost_types::Duration>) -> Option<Duration> {
    let told = told?;
    let seconds = u64::try_from(told.seconds).ok()?;
    let nanos = u32::try_from(told.nanos).ok()?;
    (seconds <= MAX_SECONDS && nanos < NANOS_PER_SECOND).then(|| Duration::new(seconds, nanos))
}
