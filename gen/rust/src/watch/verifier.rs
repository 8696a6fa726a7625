//! The verifier.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tonic::{Code, Status};

use crate::client::SecureTokenClient;
use crate::error::{Error, Facts};
use crate::flights::{Digest, Flights, digest_of, lock};
use crate::results::Claims;

use super::clock::SteadyClock;
use super::event::{MissReason, Tally, WatchEvent, WatchStats};
use super::feed::Feed;
use super::kept::{Answer, Kept};
use super::options::WatchOptions;
use super::questions::Questions;
use super::revoked::Verdict;
use super::state::Known;

/// Checks tokens without a call for each: keeps the server's answers about valid tokens, by the SHA-256
/// of the token, until they expire, and follows the feed of revocations. Each kept answer is held against
/// all that is revoked whenever it is used. A revocation takes hold within about a second; where the feed
/// falls silent, nothing is vouched for beyond [`WatchOptions::max_staleness`], and the server is asked
/// about every token. A check does not wait where the client makes more calls than it may: it gives
/// [`Error::RateExceeded`] at once.
///
/// It needs a client that may call ValidateToken, BatchValidateTokens and WatchRevocations; without the
/// last it works, and asks each time. Clones are cheap and share everything. The feed has a connection of
/// its own, and ends with the last clone.
#[derive(Clone, Debug)]
pub struct WatchedVerifier(Arc<Owner>);

/// Ends the feed when the last verifier is dropped: the feed's task holds what is shared, not the owner.
struct Owner {
    client: SecureTokenClient,
    shared: Arc<Shared>,
    flights: Flights<Result<Arc<Answer>, Error>>,
    questions: Questions,
    audience: Option<Arc<str>>,
    task: Mutex<Option<JoinHandle<()>>>,
    is_started: AtomicBool,
}

/// What checks and the feed share.
pub(super) struct Shared {
    pub(super) clock: Arc<SteadyClock>,
    pub(super) known: Known,
    pub(super) kept: Mutex<Kept>,
    pub(super) tally: Tally,
    pub(super) max_staleness: Duration,
}

impl WatchedVerifier {
    /// A verifier with the options' defaults.
    pub fn new(client: SecureTokenClient) -> Self {
        Self::with(client, WatchOptions::default())
    }

    pub(super) fn with(client: SecureTokenClient, options: WatchOptions) -> Self {
        let clock = Arc::new(SteadyClock::new(options.clock));
        let verifier = Self(Arc::new(Owner {
            questions: Questions::new(client.without_waiting_for_rate(), Arc::clone(&clock)),
            client,
            shared: Arc::new(Shared {
                clock,
                known: Known::default(),
                kept: Mutex::new(Kept::new(options.max_entries, options.max_bytes)),
                tally: Tally::new(options.hook),
                max_staleness: options.max_staleness,
            }),
            flights: Flights::default(),
            audience: options.audience,
            task: Mutex::default(),
            is_started: AtomicBool::new(false),
        }));
        if Handle::try_current().is_ok() {
            verifier.start();
        }
        verifier
    }

    /// Opens the feed. A verifier that is made outside of a Tokio runtime does so with its first check.
    fn start(&self) {
        let is_started = &self.0.is_started;
        if !is_started.load(Ordering::Relaxed) && !is_started.swap(true, Ordering::Relaxed) {
            let feed = Feed::new(self.0.client.clone(), Arc::clone(&self.0.shared));
            *lock(&self.0.task) = Some(tokio::spawn(feed.run()));
        }
    }

    /// Ends the feed, and waits until it has ended. Calls under way go on. A verifier that is closed asks
    /// the server about every token.
    pub async fn close(&self) {
        self.0.is_started.store(true, Ordering::Relaxed);
        let task = lock(&self.0.task).take();
        if let Some(task) = task {
            task.abort();
            // It was aborted, or a hook has made it panic: both are its end.
            let _ = task.await;
        }
        self.0.shared.known.distrust();
    }

    /// A valid token's claims.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] or [`Error::TokenExpired`]; any that is no fact about a token says that it
    /// could not be checked.
    pub async fn verify(&self, token: &str) -> Result<Arc<Claims>, Error> {
        let outcome = self.check(token).await;
        if let Err(error) = &outcome {
            self.0.shared.tally.refusal(error);
        }
        outcome
    }

    /// Succeeds when the token is valid and holds the permission, compared exactly.
    ///
    /// # Errors
    /// [`Error::PermissionDenied`] when it does not hold it; [`Error::Token`] when the permission is longer
    /// than 128 code points; else as [`verify`](Self::verify).
    pub async fn check_permission(&self, token: &str, permission: &str) -> Result<(), Error> {
        if permission.chars().nth(MAX_REQUIRED_PERMISSION).is_some() {
            // The server tells what is wrong with it.
            return self.0.client.check_permission(token, permission).await;
        }
        if self.verify(token).await?.has_permission(permission) {
            return Ok(());
        }
        let denied = not_granted(permission);
        self.0.shared.tally.refusal(&denied);
        Err(denied)
    }

    /// Tells the hook of a permission that a guard has found missing.
    pub(crate) fn note_missing_permission(&self) {
        self.0
            .shared
            .tally
            .tell(&WatchEvent::Refusal("PERMISSION_NOT_GRANTED"));
    }

    /// What the verifier has done and knows. It takes locks that checks wait for: ask once a second, not
    /// once a request.
    pub fn stats(&self) -> WatchStats {
        let shared = &self.0.shared;
        let staleness = shared.known.age(shared.clock.now());
        let (entries, bytes) = lock(&shared.kept).size();
        WatchStats {
            is_vouching: staleness.is_some_and(|age| age <= shared.max_staleness),
            staleness,
            revocations: shared.known.len(),
            entries,
            bytes,
            ..shared.tally.stats()
        }
    }

    async fn check(&self, token: &str) -> Result<Arc<Claims>, Error> {
        self.start();
        let shared = &self.0.shared;
        let (digest, now) = (digest_of(token), shared.clock.now());
        let found = shared.look_up(&digest, now);
        let (answer, verdict) = match &found {
            Ok((answer, verdict)) => (Arc::clone(answer), *verdict),
            Err(reason) => {
                shared.tally.tell(&WatchEvent::Miss(*reason));
                let asked = self.0.flights.join(digest, || self.ask(token, digest));
                let lost = || Error::Rpc(Status::internal("the check has ended without an answer"));
                let answer = asked.await.unwrap_or_else(|| Err(lost()))?;
                let verdict = shared.known.judge(&answer.subject);
                (answer, verdict)
            }
        };
        // An answer that was on its way while a revocation came in is held against it, like one that is kept.
        // It stays kept: the next use of the token is refused without a call.
        if verdict == Verdict::Revoked {
            return Err(revoked());
        }
        if found.is_ok() {
            shared.tally.tell(&WatchEvent::Hit);
        } else {
            shared.refuse_late(&digest, &answer)?;
        }
        match self.0.audience.as_deref() {
            Some(audience) if !answer.is_for(audience) => Err(not_for(audience)),
            _ => Ok(answer.claims_at(shared.clock.now())),
        }
    }

    fn ask(
        &self,
        token: &str,
        digest: Digest,
    ) -> impl Future<Output = Result<Arc<Answer>, Error>> + Send + 'static {
        let (questions, shared) = (self.0.questions.clone(), Arc::clone(&self.0.shared));
        let token = token.to_owned();
        async move {
            let answer = questions.ask(token).await?;
            lock(&shared.kept).put(digest, Arc::clone(&answer));
            Ok(answer)
        }
    }
}

impl Shared {
    /// Refuses an answer that has just come when its token has ended on the way, or may have been revoked
    /// since: an answer is as old as the call's last try, and may have been on its way for long.
    fn refuse_late(&self, digest: &Digest, answer: &Arc<Answer>) -> Result<(), Error> {
        let now = self.clock.now();
        if answer.is_spent(now) {
            return Err(expired(answer.expires_at()));
        }
        if answer.age(now) <= self.max_staleness {
            return Ok(());
        }
        match self.look_up(digest, now) {
            Ok((kept, Verdict::InForce)) if Arc::ptr_eq(&kept, answer) => Ok(()),
            Ok((_, Verdict::Revoked)) => Err(revoked()),
            _ => Err(Error::from(Status::unavailable(
                "the answer about the token came too late to be vouched for",
            ))),
        }
    }

    /// An answer that can be vouched for unless it is revoked, or why there is none.
    fn look_up(
        &self,
        digest: &Digest,
        now: Duration,
    ) -> Result<(Arc<Answer>, Verdict), MissReason> {
        let age = self.known.age(now).ok_or(MissReason::NotReady)?;
        if age > self.max_staleness {
            return Err(MissReason::Stale);
        }
        let kept = lock(&self.kept).get(digest, now);
        let answer = kept.ok_or(MissReason::Unknown)?;
        if !self.known.has_key(answer.key_id()) {
            return Err(MissReason::KeyGone);
        }
        match self.known.judge(&answer.subject) {
            Verdict::InDoubt => Err(MissReason::Forgotten),
            verdict => Ok((answer, verdict)),
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        if let Some(task) = lock(&self.task).take() {
            task.abort();
        }
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchedVerifier")
            .field("client", &self.client)
            .field("known", &self.shared.known)
            .finish_non_exhaustive()
    }
}

/// In code points.
const MAX_REQUIRED_PERMISSION: usize = 128;

/// This and the others are in the server's words.
fn expired(expired_at: SystemTime) -> Error {
    Error::TokenExpired {
        facts: Box::new(Facts {
            message: "Token has expired".to_owned(),
            reason: "TOKEN_EXPIRED".to_owned(),
            field: "token".to_owned(),
            metadata: Default::default(),
            code: Code::Unauthenticated,
        }),
        expired_at: Some(expired_at),
    }
}

fn revoked() -> Error {
    Error::InvalidToken {
        facts: Box::new(Facts {
            message: "Token has been revoked".to_owned(),
            reason: "TOKEN_REVOKED".to_owned(),
            field: "token".to_owned(),
            metadata: Default::default(),
            code: Code::Unauthenticated,
        }),
    }
}

fn not_for(audience: &str) -> Error {
    Error::InvalidToken {
        facts: Box::new(Facts {
            message: format!("Token is not for audience '{audience}'"),
            reason: "AUDIENCE_MISMATCH".to_owned(),
            field: "audience".to_owned(),
            metadata: [("audience".to_owned(), audience.to_owned())].into(),
            code: Code::Unauthenticated,
        }),
    }
}

fn not_granted(permission: &str) -> Error {
    Error::PermissionDenied {
        facts: Box::new(Facts {
            message: format!("Permission '{permission}' not granted"),
            reason: "PERMISSION_NOT_GRANTED".to_owned(),
            field: "required_permission".to_owned(),
            metadata: [("required_permission".to_owned(), permission.to_owned())].into(),
            code: Code::PermissionDenied,
        }),
        required_permission: permission.to_owned(),
    }
}
