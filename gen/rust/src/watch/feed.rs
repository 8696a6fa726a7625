//! Follows the feed of revocations, with one stream that is opened again whenever it ends.

use std::convert::Infallible;
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
use super::life::Life;
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
/// What is known is not called stale before: there is a checkpoint each second.
const LEAST_STALE: Duration = Duration::from_millis(1500);
/// A stream that ends sooner is opened again with a pause, whatever it has told.
const LEAST_LIFE: Duration = Duration::from_secs(1);
/// How often the clock is looked at. Timers alone stand still while a machine sleeps.
const TICK: Duration = Duration::from_millis(100);

pub(super) struct Feed {
    client: SecureTokenClient,
    shared: Arc<Shared>,
    progress: Progress,
    /// When the stream was opened, on the steady clock.
    opened: Duration,
    /// When it last told something.
    heard: Duration,
    life: Life,
    /// Where the next stream is opened, as only that server knows the cursor; `None`: anywhere.
    staying: Option<Arc<Server>>,
    /// Whether the present feed is told.
    is_connected: bool,
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
    /// Nothing came for too long.
    Silence,
    /// What came was too old.
    Late,
    /// It has lasted for as long as one does.
    Renewal,
}

impl Feed {
    pub(super) fn new(client: SecureTokenClient, shared: Arc<Shared>) -> Self {
        Self {
            client,
            shared,
            progress: Progress::default(),
            opened: Duration::ZERO,
            heard: Duration::ZERO,
            life: Life::new(),
            staying: None,
            is_connected: false,
            is_warned: false,
            is_refused: false,
            is_renewed: false,
        }
    }

    /// Never ends by itself.
    pub(super) async fn run(mut self) {
        let mut attempt = 0;
        loop {
            let mut is_given = false;
            let end = self.follow(&mut is_given).await;
            let lived = self.shared.clock.now().saturating_sub(self.opened);
            if is_given && lived >= LEAST_LIFE {
                attempt = 0;
            }
            if !matches!(end, End::Renewal) {
                self.staying = None;
                self.is_connected = false;
            }
            let error = match end {
                End::Renewal => continue,
                End::Call(error) if !is_given && self.renews(&error) => continue,
                End::Call(error) if !is_given && is_refusal(&error) => {
                    self.refused(&error).await;
                    continue;
                }
                End::Fault(FeedFault::TooLarge) => {
                    self.progress.restart(&self.shared.known);
                    let text = "the feed holds as many revocations as are kept";
                    self.refused(&Error::Rpc(Status::resource_exhausted(text)))
                        .await;
                    continue;
                }
                End::Fault(FeedFault::Malformed) => {
                    self.progress.restart(&self.shared.known);
                    Error::Rpc(Status::internal("the feed of revocations is malformed"))
                }
                End::Call(error) => error,
                End::Silence => Error::Rpc(Status::deadline_exceeded("the feed is silent")),
                End::Late => Error::Rpc(Status::deadline_exceeded("the feed comes too late")),
            };
            self.shared.tally.tell(&WatchEvent::Disconnected(&error));
            if attempt > 0 {
                self.pause(up_to(
                    MAX_PAUSE.min(FIRST_PAUSE * 2_u32.pow(attempt.min(8))),
                ))
                .await;
            }
            attempt += 1;
        }
    }

    /// Applies what a new stream tells, until it ends. `is_given` becomes true with its first checkpoint that is
    /// in time. Whether its server answers is noted for calls as well.
    async fn follow(&mut self, is_given: &mut bool) -> End {
        let shared = Arc::clone(&self.shared);
        self.opened = shared.clock.now();
        self.heard = self.opened;
        // Also before a stream, which may tell so much that no checkpoint is reached.
        let wall = shared.clock.wall();
        self.progress.sweep(&shared.known, self.opened, wall);
        let server = match self.staying.take() {
            Some(server) => server,
            None => self.client.servers.take_turn(),
        };
        self.staying = Some(Arc::clone(&server));
        let mut began = Instant::now();
        let followed = self.follow_at(&server, &mut began, is_given).await;
        let Err(end) = followed;
        match &end {
            End::Silence => server.note_silence(began),
            End::Call(error) if error.code() == Code::Unavailable => server.note_loss(),
            _ => server.note_answer(),
        }
        end
    }

    async fn follow_at(
        &mut self,
        server: &Server,
        last: &mut Instant,
        is_given: &mut bool,
    ) -> Result<Infallible, End> {
        let shared = Arc::clone(&self.shared);
        let cursor = self.progress.begin(&shared.known, shared.clock.wall());
        let api_key = self.client.api_key.clone();
        let opening = open(server, api_key, cursor, &shared.clock);
        let (mut stream, asked) = self.attend(opening).await?.map_err(End::Call)?;
        self.progress.begun(asked);
        loop {
            let message = self.attend(stream.message()).await?;
            let event = message.map_err(|status| End::Call(status.into()))?;
            let event = event.ok_or_else(|| {
                let text = "the server has ended the feed";
                End::Call(Error::Rpc(Status::unavailable(text)))
            })?;
            *last = Instant::now();
            let now = shared.clock.now();
            self.heard = now;
            let applied = self.progress.apply(event, &shared.known, now);
            if !applied.map_err(End::Fault)? {
                continue;
            }
            self.is_refused = false;
            self.is_renewed = false;
            server.note_answer();
            self.progress.sweep(&shared.known, now, shared.clock.wall());
            if self.progress.delay() > shared.max_staleness / 2 {
                *is_given = false;
                return Err(End::Late);
            }
            *is_given = true;
            if !self.is_connected {
                self.is_connected = true;
                shared.tally.tell(&WatchEvent::Connected);
            }
            // With a checkpoint alone: a snapshot may take longer, and would never be complete.
            let age = now.saturating_sub(self.opened);
            let is_behind = self.progress.server_staleness() > shared.max_staleness;
            if self.life.is_over(age, is_behind) {
                if is_behind {
                    self.staying = None;
                }
                return Err(End::Renewal);
            }
        }
    }

    /// Waits for a part of the stream.
    async fn attend<T>(&mut self, part: impl Future<Output = T>) -> Result<T, End> {
        let mut part = pin!(part);
        loop {
            if let Ok(done) = timeout(TICK, part.as_mut()).await {
                return Ok(done);
            }
            self.warn();
            self.look()?;
        }
    }

    /// Ends a stream that says nothing.
    fn look(&self) -> Result<(), End> {
        let silent = self.shared.clock.now().saturating_sub(self.heard);
        if silent > MAX_SILENCE {
            return Err(End::Silence);
        }
        Ok(())
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
        let bound = LEAST_STALE.max(shared.max_staleness / 2);
        let bound = if self.is_warned { bound / 2 } else { bound };
        let stale = shared.known.age(shared.clock.now());
        let stale = stale.filter(|age| *age >= bound);
        if let (Some(age), false) = (stale, self.is_warned) {
            shared.tally.tell(&WatchEvent::Stale(age));
        }
        self.is_warned = stale.is_some();
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
