//! How a verifier is set up.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::builder::BuildError;
use crate::client::{SecureTokenClient, checked_audience};

use super::clock::{Clock, MachineClock};
use super::event::{EventHook, WatchEvent};
use super::verifier::WatchedVerifier;

/// Sets up a [`WatchedVerifier`].
#[must_use]
pub struct WatchOptions {
    pub(super) max_staleness: Duration,
    pub(super) max_entries: usize,
    pub(super) max_bytes: usize,
    pub(super) audience: Option<Arc<str>>,
    pub(super) hook: Option<Box<EventHook>>,
    pub(super) clock: Box<dyn Clock>,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            max_staleness: Duration::from_secs(10),
            max_entries: 100_000,
            max_bytes: 256 << 20,
            audience: None,
            hook: None,
            clock: Box::new(MachineClock::new()),
        }
    }
}

impl WatchOptions {
    /// How old the knowledge of revocations may be while answers are vouched for: 1 second to 5
    /// minutes, 10 seconds unless set. It is how long a revocation can go unnoticed when the feed is cut.
    pub fn max_staleness(mut self, bound: Duration) -> Self {
        self.max_staleness = bound;
        self
    }

    /// How many answers are kept: 1 to 10,000,000, 100,000 unless set. Those that were not used for longest
    /// go first.
    pub fn max_entries(mut self, entries: usize) -> Self {
        self.max_entries = entries;
        self
    }

    /// How much memory the answers take, by an estimate: 1 MiB at least, 256 MiB unless set. What is known
    /// of revocations comes beside it, some 60 bytes each.
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The service that tokens must be meant for, compared exactly with each kept answer; unless set, any token
    /// passes. Must not be empty.
    pub fn audience(mut self, audience: impl Into<Arc<str>>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Is told what the verifier does, from any thread: it must be quick. A panic of it changes nothing. See
    /// also [`WatchedVerifier::stats`].
    pub fn on_event(mut self, hook: impl Fn(&WatchEvent<'_>) + Send + Sync + 'static) -> Self {
        self.hook = Some(Box::new(hook));
        self
    }

    /// Replaces the machine's clock, for tests.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// A verifier over a client. It opens the feed at once within a Tokio runtime, and else with its first
    /// check.
    ///
    /// # Errors
    /// For a bound that is out of its range, and for an empty audience.
    pub fn verifier(self, client: SecureTokenClient) -> Result<WatchedVerifier, BuildError> {
        let staleness = Duration::from_secs(1)..=Duration::from_secs(300);
        if !staleness.contains(&self.max_staleness) {
            return Err(BuildError::new(
                "max_staleness must be 1 second to 5 minutes",
            ));
        }
        if !(1..=10_000_000).contains(&self.max_entries) {
            return Err(BuildError::new("max_entries must be 1 to 10,000,000"));
        }
        if self.max_bytes < 1 << 20 {
            return Err(BuildError::new("max_bytes must be 1,048,576 at least"));
        }
        self.audience.clone().map(checked_audience).transpose()?;
        Ok(WatchedVerifier::with(client, self))
    }
}

impl fmt::Debug for WatchOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchOptions")
            .field("max_staleness", &self.max_staleness)
            .field("max_entries", &self.max_entries)
            .field("max_bytes", &self.max_bytes)
            .finish_non_exhaustive()
    }
}
