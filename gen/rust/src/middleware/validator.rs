//! Whether a token may pass.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::client::SecureTokenClient;
use crate::error::Error;
use crate::results::Claims;

use super::cache::{Cache, Digest, Present, digest_of};
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
type Answer = Result<Arc<Claims>, RefusalReason>;
/// The calls under way, by the token's digest.
type Flights = Arc<Mutex<HashMap<Digest, watch::Receiver<Option<Answer>>>>>;

/// Asks the token service, or a cache of its recent answers. Concurrent checks of one token are one
/// call.
#[derive(Clone)]
pub(super) struct Validator {
    client: SecureTokenClient,
    cache: Option<Arc<Mutex<Cache>>>,
    flights: Flights,
}

impl Validator {
    pub(super) fn new(client: SecureTokenClient) -> Self {
        Self {
            client,
            cache: None,
            flights: Flights::default(),
        }
    }

    pub(super) fn with_cache(mut self, cache: Cache) -> Self {
        self.cache = Some(Arc::new(Mutex::new(cache)));
        self
    }

    /// A valid token's claims. Only they are cached: a refusal is always asked for anew.
    pub(super) async fn validate(&self, token: &str, hook: Option<Arc<FaultHook>>) -> Answer {
        let (digest, asked) = (digest_of(token), Present::now());
        if let Some(cache) = &self.cache
            && let Some(claims) = lock(cache).get(&digest, asked)
        {
            return Ok(claims);
        }
        let mut flight = self.join(token, digest, asked, hook);
        // An error is a call that panicked, which the program's own hook may have made it do.
        match flight.wait_for(Option::is_some).await {
            Ok(answer) => answer.clone().unwrap_or(Err(RefusalReason::Unavailable)),
            Err(_) => Err(RefusalReason::Unavailable),
        }
    }

    /// The call under way for a token, or a new one. It is a task of its own, so that whoever began
    /// it may leave; the client's deadline bounds it.
    fn join(
        &self,
        token: &str,
        digest: Digest,
        asked: Present,
        hook: Option<Arc<FaultHook>>,
    ) -> watch::Receiver<Option<Answer>> {
        let mut flights = lock(&self.flights);
        if let Some(flight) = flights.get(&digest) {
            return flight.clone();
        }
        let (landed, flight) = watch::channel(None);
        flights.insert(digest, flight.clone());
        let (validator, token) = (self.clone(), token.to_owned());
        tokio::spawn(async move {
            let _landing = Landing(Arc::clone(&validator.flights), digest);
            let answer = validator.ask(&token, hook).await;
            if let (Some(cache), Ok(claims)) = (&validator.cache, &answer) {
                lock(cache).put(digest, Arc::clone(claims), asked);
            }
            landed.send_replace(Some(answer));
        });
        flight
    }

    async fn ask(&self, token: &str, hook: Option<Arc<FaultHook>>) -> Answer {
        match self.client.validate_token(token).await {
            Ok(claims) => Ok(Arc::new(claims)),
            Err(Error::TokenExpired { .. }) => Err(RefusalReason::TokenExpired),
            Err(error) if error.is_token_error() => Err(RefusalReason::TokenInvalid),
            Err(error) => {
                if let Some(hook) = hook {
                    hook(&Fault::Unchecked(&error));
                }
                Err(RefusalReason::Unavailable)
            }
        }
    }
}

/// Ends a flight, also when its call panics.
struct Landing(Flights, Digest);

impl Drop for Landing {
    fn drop(&mut self) {
        lock(&self.0).remove(&self.1);
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator")
            .field("client", &self.client)
            .field("cached", &self.cache.is_some())
            .finish_non_exhaustive()
    }
}

/// A panic cannot leave what is locked half-written: what is called meanwhile does not panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
