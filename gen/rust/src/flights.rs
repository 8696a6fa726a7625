//! Concurrent checks of one token are one call.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

/// The SHA-256 of a token: what is kept is kept by it, and never by the token.
pub(crate) type Digest = [u8; 32];

/// A token's digest.
pub(crate) fn digest_of(token: &str) -> Digest {
    Sha256::digest(token.as_bytes()).into()
}

/// The calls under way, by the token's digest.
pub(crate) struct Flights<T>(Arc<Mutex<HashMap<Digest, watch::Receiver<Option<T>>>>>);

impl<T> Clone for Flights<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Flights<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Clone + Send + Sync + 'static> Flights<T> {
    /// The outcome of the call under way for a token, or of a new one. It is a task of its own, so that
    /// whoever began it may leave; what it does must end by itself. `None` is a call that panicked, which
    /// a hook of the program's may have made it do.
    pub(crate) async fn join<F>(&self, digest: Digest, begin: impl FnOnce() -> F) -> Option<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut flight = self.flight(digest, begin);
        match flight.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone(),
            Err(_) => None,
        }
    }

    fn flight<F>(&self, digest: Digest, begin: impl FnOnce() -> F) -> watch::Receiver<Option<T>>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut flights = lock(&self.0);
        if let Some(flight) = flights.get(&digest) {
            return flight.clone();
        }
        let (landed, flight) = watch::channel(None);
        flights.insert(digest, flight.clone());
        let (landing, call) = (Landing(self.clone(), digest), begin());
        tokio::spawn(async move {
            let _landing = landing;
            landed.send_replace(Some(call.await));
        });
        flight
    }
}

/// Ends a flight, also when its call panics.
struct Landing<T>(Flights<T>, Digest);

impl<T> Drop for Landing<T> {
    fn drop(&mut self) {
        lock(&self.0.0).remove(&self.1);
    }
}

/// A panic cannot leave what is locked half-written: what is called meanwhile does not panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
