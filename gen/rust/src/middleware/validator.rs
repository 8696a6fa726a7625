//! Whether a token may pass.

use std::sync::{Arc, Mutex, PoisonError};

use crate::client::SecureTokenClient;
use crate::results::Claims;

use super::cache::{Cache, Present, digest_of};
use super::denial::Denial;

/// Asks the token service, or a cache of its recent answers.
#[derive(Clone, Debug)]
pub(super) struct Validator {
    client: SecureTokenClient,
    cache: Option<Arc<Mutex<Cache>>>,
}

impl Validator {
    pub(super) fn new(client: SecureTokenClient) -> Self {
        Self {
            client,
            cache: None,
        }
    }

    pub(super) fn with_cache(self, cache: Cache) -> Self {
        Self {
            client: self.client,
            cache: Some(Arc::new(Mutex::new(cache))),
        }
    }

    /// A valid token's claims. Only they are cached: a refusal is always asked for anew.
    pub(super) async fn validate(&self, token: &str) -> Result<Arc<Claims>, Denial> {
        let Some(cache) = &self.cache else {
            return self.ask(token).await;
        };
        let (digest, asked) = (digest_of(token), Present::now());
        let kept = lock(cache).get(&digest, asked);
        if let Some(claims) = kept {
            return Ok(claims);
        }
        let claims = self.ask(token).await?;
        lock(cache).put(digest, Arc::clone(&claims), asked);
        Ok(claims)
    }

    async fn ask(&self, token: &str) -> Result<Arc<Claims>, Denial> {
        match self.client.validate_token(token).await {
            Ok(claims) => Ok(Arc::new(claims)),
            Err(error) if error.is_token_error() => Err(Denial::InvalidToken),
            Err(_) => Err(Denial::Unavailable),
        }
    }
}

/// A panic cannot leave the cache half-written: what it calls does not panic.
fn lock(cache: &Mutex<Cache>) -> std::sync::MutexGuard<'_, Cache> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}
