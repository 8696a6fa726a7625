//! Follows the feed of revocations, with one stream that is opened again whenever it ends.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tonic::{Code, Status};

use crate::client::SecureTokenClient;
use crate::details::is_unknown_caller;
use crate::error::Error;
use crate::pause::up_to;
use crate::servers::Server;

use super::event::WatchEvent;
use super::revoked::FeedFault;
use super::state::Progress;
use super::stream::open;
use super::verifier::Shared;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_secs(2);
/// Where the server refuses the feed.
const REFUSED_PAUSE: Duration = Duration::from_secs(60);
/// How long a feed may say nothing: it has a checkpoint each second.
const MAX_SILENCE: Duration = Duration::from_secs(3);
/// How often the clock is looked at. Timers alone stand still while a machine sleeps.
const TICK: Duration = Duration::from_millis(100);

pub(super) struct Feed {
    client: SecureTokenClient,
    shared: Arc<Shared>,
    progress: Progress,
    /// When the stream last told something, on the steady clock.
    heard: Duration,
    /// Whether the present episode of staleness is told.
    is_warned: bool,
    /// Whether the present refusal of the feed is told.
    is_refused: bool,
    /// Whether the API key was asked for anew since the last checkpoint.
    is_renewed: bool,
}

/// Why a stream has ended.
enum End {
    /// The server ended it, or does not take it up.
    Call(Error),
    Fault(FeedFault),
}

impl Feed {
    pub(super) fn new(client: SecureTokenClient, shared: Arc<Shared>) -> Self {
        Self {
            client,
            shared,
            progress: Progress::default(),
            heard: Duration::ZERO,
            is_warned: false,
            is_refused: false,
            is_renewed: false,
        }
    }

    /// Never ends by itself.
    pub(super) async fn run(mut self) {
        let mut attempt = 0;
        loop {
            let mut was_fresh = false;
            let opened = self.shared.clock.now();
            let end = self.follow(&mut was_fresh).await;
            if was_fresh {
                // At once, unless streams end as soon as they begin.
                let lived = self.shared.clock.now().saturating_sub(opened);
                attempt = u32::from(lived < Duration::from_secs(1));
            }
            let error = match end {
                Some(End::Call(error)) if self.renews(&error) => continue,
                Some(End::Call(error)) if is_refusal(&error) => {
                    self.refused(&error).await;
                    continue;
                }
                Some(End::Fault(FeedFault::TooLarge)) => {
                    self.progress.restart(&self.shared.known);
                    let text = "the feed holds more than 10,000,000 revocations";
                    self.refused(&Error::Rpc(Status::resource_exhausted(text)))
                        .await;
                    continue;
                }
                Some(End::Fault(FeedFault::Malformed)) => {
                    self.progress.restart(&self.shared.known);
                    Error::Rpc(Status::internal("the feed of revocations is malformed"))
                }
                Some(End::Call(error)) => error,
                None => Error::Rpc(Status::deadline_exceeded("the feed is silent")),
            };
            if attempt > 0 {
                self.pause(up_to(
                    MAX_PAUSE.min(FIRST_PAUSE * 2_u32.pow(attempt.min(8))),
                ))
                .await;
            }
            attempt += 1;
            self.shared.tally.tell(&WatchEvent::Reconnect(&error));
        }
    }

    /// Applies what a new stream tells, until it ends; `None` where it falls silent. Whether its server
    /// answers is noted for calls as well.
    async fn follow(&mut self, was_fresh: &mut bool) -> Option<End> {
        self.heard = self.shared.clock.now();
        let server = self.client.servers.take_turn();
        let mut began = Instant::now();
        let end = self.follow_at(&server, &mut began, was_fresh).await;
        match &end {
            None => server.note_silence(began),
            Some(End::Call(error)) if error.code() == Code::Unavailable => server.note_loss(),
            Some(_) => server.note_answer(),
        }
        end
    }

    async fn follow_at(
        &mut self,
        server: &Server,
        last: &mut Instant,
        was_fresh: &mut bool,
    ) -> Option<End> {
        let (api_key, cursor) = (self.client.api_key.clone(), self.progress.begin());
        let mut stream = match self.attend(open(server, api_key, cursor)).await? {
            Ok(stream) => stream,
            Err(error) => return Some(End::Call(error)),
        };
        loop {
            let event = match self.attend(stream.message()).await? {
                Ok(Some(event)) => event,
                Ok(None) => {
                    let text = "the server has ended the feed";
                    return Some(End::Call(Error::Rpc(Status::unavailable(text))));
                }
                Err(status) => return Some(End::Call(status.into())),
            };
            *last = Instant::now();
            let shared = Arc::clone(&self.shared);
            let now = shared.clock.now();
            self.heard = now;
            match self.progress.apply(event, &shared.known, now) {
                Err(fault) => return Some(End::Fault(fault)),
                Ok(false) => {}
                Ok(true) => {
                    *was_fresh = true;
                    self.is_refused = false;
                    self.is_renewed = false;
                    server.note_answer();
                    self.progress.sweep(&shared.known, &shared.server, now);
                }
            }
        }
    }

    /// Waits for a part of the stream; `None` once it is silent for too long.
    async fn attend<T>(&mut self, part: impl Future<Output = T>) -> Option<T> {
        let mut part = pin!(part);
        loop {
            if let Ok(done) = timeout(TICK, part.as_mut()).await {
                return Some(done);
            }
            self.warn();
            if self.shared.clock.now().saturating_sub(self.heard) > MAX_SILENCE {
                return None;
            }
        }
    }

    /// Waits by the steady clock, which counts a sleep of the machine, and by the timer at most.
    async fn pause(&mut self, pause: Duration) {
        let (timer, end) = (Instant::now() + pause, self.shared.clock.now() + pause);
        loop {
            let left = end.saturating_sub(self.shared.clock.now());
            let left = left.min(timer.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return;
            }
            sleep(left.min(TICK)).await;
            self.warn();
        }
    }

    fn warn(&mut self) {
        let shared = &self.shared;
        let Some(age) = shared.known.age(shared.clock.now()) else {
            return;
        };
        let is_late = age >= shared.max_staleness / 2;
        if is_late && !self.is_warned {
            shared.tally.tell(&WatchEvent::Stale(age));
        }
        self.is_warned = is_late;
    }

    /// Whether there is another API key to try.
    fn renews(&mut self, error: &Error) -> bool {
        let is_unknown = error.status().is_some_and(is_unknown_caller);
        if !is_unknown || self.is_renewed || !self.client.api_key.renew() {
            return false;
        }
        self.is_renewed = true;
        true
    }

    /// Trying again soon does not help.
    async fn refused(&mut self, error: &Error) {
        self.shared.known.distrust();
        if !self.is_refused {
            self.is_refused = true;
            self.shared.tally.tell(&WatchEvent::FeedRefused(error));
        }
        self.pause(REFUSED_PAUSE).await;
    }
}

/// This client may not watch, or the server keeps no revocations or does not know the feed.
fn is_refusal(error: &Error) -> bool {
    error.is_token_error()
        || matches!(
            error.code(),
            Code::PermissionDenied
                | Code::Unimplemented
                | Code::Unauthenticated
                | Code::FailedPrecondition
        )
}
