//! Whether a token may pass.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use crate::client::SecureTokenClient;
use crate::error::Error;
use crate::flights::{Digest, Flights, digest_of, lock};
use crate::results::Claims;
use crate::watch::WatchedVerifier;

use super::cache::{Cache, Present};
use super::refusal::RefusalReason;

/// Why a request could not be decided as it should be, for the program's log. It holds no token.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fault<'a> {
    /// The token service could not be asked, or refused this program's own credential.
    Unchecked(&'a Error),
    /// No rule names the request: its method and path.
    NoRule(&'a str),
}

impl fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unchecked(error) => write!(f, "a token could not be checked: {error}"),
            Self::NoRule(request) => write!(f, "no rule names the request {request}"),
        }
    }
}

pub(super) type FaultHook = dyn Fn(&Fault<'_>) + Send + Sync;
pub(super) type HitHook = dyn Fn() + Send + Sync;
type Answer = Result<Arc<Claims>, RefusalReason>;

/// Asks the token service, a cache of its recent answers, or a watched verifier. Concurrent checks of one
/// token are one call. Where the client makes more calls than it may, they are refused at once.
#[derive(Clone)]
pub(super) struct Validator {
    client: SecureTokenClient,
    cache: Option<Arc<Mutex<Cache>>>,
    watched: Option<WatchedVerifier>,
    on_hit: Option<Arc<HitHook>>,
    flights: Flights<Answer>,
}

impl Validator {
    pub(super) fn new(client: SecureTokenClient) -> Self {
        Self {
            client: client.without_waiting_for_rate(),
            cache: None,
            watched: None,
            on_hit: None,
            flights: Flights::default(),
        }
    }

    pub(super) fn with_cache(mut self, cache: Cache) -> Self {
        self.cache = Some(Arc::new(Mutex::new(cache)));
        self.watched = None;
        self
    }

    pub(super) fn with_watched(mut self, verifier: WatchedVerifier) -> Self {
        self.watched = Some(verifier);
        self.cache = None;
        self
    }

    pub(super) fn with_hit_hook(mut self, hook: Arc<HitHook>) -> Self {
        self.on_hit = Some(hook);
        self
    }

    pub(super) fn watched(&self) -> Option<&WatchedVerifier> {
        self.watched.as_ref()
    }

    /// A valid token's claims. Only they are cached: a refusal is always asked for anew.
    pub(super) async fn validate(&self, token: &str, hook: Option<Arc<FaultHook>>) -> Answer {
        if let Some(verifier) = &self.watched {
            let checked = verifier.verify(token).await;
            return checked.map_err(|error| refusal_of(&error, hook));
        }
        let (digest, asked) = (digest_of(token), Present::now());
        let kept = self.cache.as_ref();
        let kept = kept.and_then(|cache| lock(cache).get(&digest, asked));
        if let Some(claims) = kept {
            self.tell_hit();
            return Ok(claims);
        }
        // The client's deadline bounds the call.
        let flight = self.flights.join(digest, || {
            let (validator, token) = (self.clone(), token.to_owned());
            async move { validator.ask(token, digest, asked, hook).await }
        });
        let landed = flight.await;
        landed.unwrap_or(Err(RefusalReason::Unavailable))
    }

    fn tell_hit(&self) {
        if let Some(hook) = &self.on_hit {
            // A hook that panics must not decide about a token.
            drop(catch_unwind(AssertUnwindSafe(|| hook())));
        }
    }

    async fn ask(
        &self,
        token: String,
        digest: Digest,
        asked: Present,
        hook: Option<Arc<FaultHook>>,
    ) -> Answer {
        let checked = self.client.validate_token(token).await;
        let claims = Arc::new(checked.map_err(|error| refusal_of(&error, hook))?);
        if let Some(cache) = &self.cache {
            lock(cache).put(digest, Arc::clone(&claims), asked);
        }
        Ok(claims)
    }
}

/// Why a token does not pass. The hook is told of what is no fact about it.
fn refusal_of(error: &Error, hook: Option<Arc<FaultHook>>) -> RefusalReason {
    if matches!(error, Error::TokenExpired { .. }) {
        return RefusalReason::TokenExpired;
    }
    if error.is_token_error() {
        return RefusalReason::TokenInvalid;
    }
    if let Some(hook) = hook {
        hook(&Fault::Unchecked(error));
    }
    RefusalReason::Unavailable
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator")
            .field("client", &self.client)
            .field("cached", &self.cache.is_some())
            .field("watched", &self.watched)
            .finish_non_exhaustive()
    }
}
