//! The layer.

use std::sync::Arc;
use std::time::Duration;

use tower_layer::Layer;

use crate::client::SecureTokenClient;

use super::cache::Cache;
use super::guard::TokenGuard;
use super::validator::Validator;

/// Lets a request pass to a service when it presents a valid token, with the permissions that are
/// required. The service finds the token's claims in the request's extensions, as
/// `Arc<Claims>`.
#[derive(Clone, Debug)]
#[must_use]
pub struct TokenLayer {
    validator: Validator,
    required: Vec<Arc<str>>,
}

impl TokenLayer {
    /// Requires a valid token, whatever it permits.
    pub fn new(client: SecureTokenClient) -> Self {
        Self {
            validator: Validator::new(client),
            required: Vec::new(),
        }
    }

    /// Requires a permission as well, compared exactly. Each call adds one.
    pub fn require(mut self, permission: impl Into<Arc<str>>) -> Self {
        self.required.push(permission.into());
        self
    }

    /// Keeps valid answers for a while, at most 60 seconds and never beyond a token's expiry, by the
    /// SHA-256 of the token. A token revoked meanwhile passes until then; off unless asked for.
    /// Clones of the layer made afterwards share the cache. The oldest answers are dropped beyond
    /// `capacity`.
    pub fn cache(mut self, ttl: Duration, capacity: usize) -> Self {
        self.validator = self.validator.with_cache(Cache::new(ttl, capacity));
        self
    }
}

impl<S> Layer<S> for TokenLayer {
    type Service = TokenGuard<S>;

    fn layer(&self, inner: S) -> TokenGuard<S> {
        TokenGuard::new(inner, self.validator.clone(), self.required.clone())
    }
}
