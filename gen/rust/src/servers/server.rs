//! One server: its connection, and its rest while it does not answer.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Uri;
use tokio::time::Instant;
use tonic::transport::{Channel, Endpoint, Error};

/// How long a server that was not reached is asked last.
pub(super) const REST: Duration = Duration::from_secs(1);
/// The same for one that let a deadline pass without an answer: it may hang for long.
pub(super) const HANG_REST: Duration = Duration::from_secs(10);
/// How long a call must have waited before its connection is replaced: a shorter deadline says
/// little about the server.
const LEAST_SILENCE: Duration = Duration::from_millis(250);
/// The least time between two replacements of one server's connection.
const REPLACED_EVERY: Duration = Duration::from_secs(1);

/// One server.
pub(crate) struct Server {
    endpoint: Endpoint,
    state: Mutex<State>,
}

struct State {
    channel: Channel,
    replaced: Instant,
    /// When its rest ends; `None` for one that does not rest.
    rests_until: Option<Instant>,
    /// When it last answered.
    heard: Option<Instant>,
}

impl Server {
    /// It is connected to with its first call, unless it has a channel already.
    pub(super) fn new(endpoint: Endpoint, channel: Option<Channel>) -> Self {
        let state = State {
            channel: channel.unwrap_or_else(|| endpoint.connect_lazy()),
            replaced: Instant::now(),
            rests_until: None,
            heard: None,
        };
        Self {
            endpoint,
            state: Mutex::new(state),
        }
    }

    pub(super) fn uri(&self) -> &Uri {
        self.endpoint.uri()
    }

    /// Its scheme, host and port, for people.
    pub(crate) fn name(&self) -> String {
        let name = self.uri().to_string();
        name.trim_end_matches('/').to_owned()
    }

    pub(super) fn channel(&self) -> Channel {
        self.state().channel.clone()
    }

    /// A connection beside the calls' own, for a stream that goes on for long.
    pub(crate) async fn connect(&self) -> Result<Channel, Error> {
        self.endpoint.connect().await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it takes calls. Where its rest is over, one call tries it, and the others go on
    /// passing it by until that one is answered.
    pub(super) fn admits(&self, now: Instant) -> bool {
        let mut state = self.state();
        match state.rests_until {
            None => true,
            Some(end) if end <= now => {
                state.rests_until = Some(now + HANG_REST);
                true
            }
            Some(_) => false,
        }
    }

    pub(super) fn is_awake(&self, now: Instant) -> bool {
        self.state().rests_until.is_none_or(|end| end <= now)
    }

    pub(crate) fn note_answer(&self) {
        let mut state = self.state();
        state.heard = Some(Instant::now());
        state.rests_until = None;
    }

    /// It was not reached, or says that it is unavailable.
    pub(crate) fn note_loss(&self) {
        self.state().rests_until = Some(Instant::now() + REST);
    }

    /// A call that began at an instant has met its deadline. Where the server has answered others
    /// meanwhile, that call was slow, or its deadline short. Else it rests, and gets a new connection:
    /// the present one may lead nowhere. Calls under way on it go on.
    pub(crate) fn note_silence(&self, began: Instant) {
        let mut state = self.state();
        if state.heard.is_some_and(|heard| heard > began) {
            return;
        }
        let now = Instant::now();
        state.rests_until = Some(now + HANG_REST);
        if now - began >= LEAST_SILENCE && now - state.replaced >= REPLACED_EVERY {
            state.channel = self.endpoint.connect_lazy();
            state.replaced = now;
        }
    }
}
