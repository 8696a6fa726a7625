//! The layer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Response};
use tower_layer::Layer;

use crate::builder::BuildError;
use crate::client::{SecureTokenClient, checked_audience};
use crate::error::Error;
use crate::results::Claims;
use crate::watch::WatchedVerifier;

use super::cache::Cache;
use super::guard::TokenGuard;
use super::refusal::{Refusal, Writer};
use super::requirement::{Kind, PolicyError, Requirement};
use super::rules::{Routes, Rules, parse_methods};
use super::validator::{Fault, FaultHook, Validator};

/// Lets a request pass to a service when it presents what is required of it. The service finds the
/// token's claims in the request's extensions as `Arc<Claims>`, and the token as
/// [`UserToken`](super::UserToken).
#[derive(Clone)]
#[must_use]
pub struct TokenLayer {
    client: SecureTokenClient,
    pub(super) validator: Validator,
    pub(super) rules: Rules,
    pub(super) hooks: Hooks,
    audience: Option<Arc<str>>,
}

type Extractor = dyn Fn(&HeaderMap) -> Option<String> + Send + Sync;

/// What the program has given.
#[derive(Clone, Default)]
pub(super) struct Hooks {
    pub(super) fault: Option<Arc<FaultHook>>,
    pub(super) refusal: Option<Arc<Writer>>,
    pub(super) extractor: Option<Arc<Extractor>>,
}

impl TokenLayer {
    /// Requires any valid token, until another method says otherwise.
    pub fn new(client: SecureTokenClient) -> Self {
        Self {
            validator: Validator::new(client.clone()),
            client,
            rules: Rules::Same(Requirement::any_valid_token()),
            hooks: Hooks::default(),
            audience: None,
        }
    }

    /// Requires a permission as well, compared exactly. Each call adds one.
    pub fn require(mut self, permission: impl Into<Arc<str>>) -> Self {
        let mut permissions = match self.rules {
            Rules::Same(Requirement(Kind::AllOf(permissions))) => permissions,
            _ => Vec::new(),
        };
        permissions.push(permission.into());
        self.rules = Rules::Same(Requirement(Kind::AllOf(permissions)));
        self
    }

    /// Has one requirement for every request, in place of those before.
    ///
    /// # Errors
    /// For a requirement without a permission, or with an empty one.
    pub fn requirement(mut self, requirement: Requirement) -> Result<Self, PolicyError> {
        requirement
            .check()
            .map_err(|fault| PolicyError(format!("the requirement {fault}")))?;
        self.rules = Rules::Same(requirement);
        Ok(self)
    }

    /// Has rules by HTTP method and path, in place of the requirements before: `"GET /notes"`,
    /// `"GET /notes/*"` for what is below, `"* /health"` for every method. What no rule names is
    /// refused. The exact path counts before a star, the longer path before the shorter, then the
    /// method before `*`. HEAD is asked as GET. No rule names a path with an empty or dot segment, a
    /// backslash, a semicolon, or an encoded slash, dot, backslash, percent sign, semicolon or NUL.
    ///
    /// # Errors
    /// For no rule at all, and for one that cannot be meant.
    pub fn routes<R: Into<String>>(
        mut self,
        rules: impl IntoIterator<Item = (R, Requirement)>,
    ) -> Result<Self, PolicyError> {
        let rules = rules.into_iter().map(|(rule, it)| (rule.into(), it));
        self.rules = Rules::Routes(Arc::new(Routes::parse(rules)?));
        Ok(self)
    }

    /// Has rules by gRPC method, in place of the requirements before: `"/notes.v1.Notes/List"`, or
    /// `"/notes.v1.Notes/"` for the methods of a service that have no rule. What no rule names is
    /// refused.
    ///
    /// # Errors
    /// For no rule at all, and for one that cannot be meant.
    pub fn methods<R: Into<String>>(
        mut self,
        rules: impl IntoIterator<Item = (R, Requirement)>,
    ) -> Result<Self, PolicyError> {
        let rules = rules.into_iter().map(|(rule, it)| (rule.into(), it));
        self.rules = Rules::Methods(Arc::new(parse_methods(rules)?));
        Ok(self)
    }

    /// Keeps valid answers for a while, at most 60 seconds and never beyond a token's expiry, by the
    /// SHA-256 of the token. A token revoked meanwhile passes until then; off unless asked for.
    /// Clones of the layer made afterwards share the cache. The oldest answers are dropped beyond
    /// `capacity`.
    pub fn cache(mut self, ttl: Duration, capacity: usize) -> Self {
        self.validator = self.validator.with_cache(Cache::new(ttl, capacity));
        self
    }

    /// Is told of each token that [`cache`](Self::cache) spared a call, for metrics. It must be quick; a panic of it
    /// changes nothing. A verifier has [`WatchOptions::on_event`](crate::watch::WatchOptions::on_event).
    pub fn on_cache_hit(mut self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        self.validator = self.validator.with_hit_hook(Arc::new(hook));
        self
    }

    /// Checks tokens by a verifier of the layer's own, with its defaults: without a call for tokens that it
    /// has seen, and with every revocation within about a second. Clones of the layer made afterwards share
    /// it; the feed ends with the last. It takes the place of [`cache`](Self::cache).
    pub fn watch(self) -> Self {
        let verifier = WatchedVerifier::new(self.client.clone());
        self.watch_by(verifier)
    }

    /// The same by a verifier that the program has made and may share. The audiences that the layer and its
    /// client require hold whatever the verifier requires.
    pub fn watch_by(mut self, verifier: WatchedVerifier) -> Self {
        self.validator = self.validator.with_watched(verifier);
        self
    }

    /// Refuses, as not valid, tokens that are not meant for this service: those whose audiences do not hold
    /// the name, compared exactly, and those without any. Without it any token passes, unless the layer's
    /// client requires an audience: a token must be meant for that one too, whatever verifies it.
    ///
    /// # Errors
    /// For an empty audience, which would require none.
    pub fn audience(mut self, audience: impl Into<Arc<str>>) -> Result<Self, BuildError> {
        self.audience = Some(checked_audience(audience.into())?);
        Ok(self)
    }

    /// Whether a token is meant for what the layer and its client require. A verifier that is shared may
    /// require neither.
    pub(super) fn is_meant_for(&self, claims: &Claims) -> bool {
        let required = [self.client.required_audience(), self.audience.as_deref()];
        let mut required = required.into_iter().flatten();
        required.all(|audience| claims.has_audience(audience))
    }

    /// Is told why a token could not be checked, such as a refusal of this program's own API key, and
    /// of requests that no rule names. Whoever sent the request never is.
    pub fn on_fault(mut self, hook: impl Fn(&Fault<'_>) + Send + Sync + 'static) -> Self {
        self.hooks.fault = Some(Arc::new(hook));
        self
    }

    /// Answers refused HTTP requests in place of [`Refusal::to_http`]. If it panics, the fixed answer
    /// is sent. gRPC calls get their status.
    pub fn on_refusal(
        mut self,
        write: impl Fn(&Refusal, &Parts) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.refusal = Some(Arc::new(write));
        self
    }

    /// Finds the token elsewhere than in the `authorization` header, such as in a cookie. Beware of
    /// cross-site requests where browsers send it by themselves.
    pub fn token_from(
        mut self,
        extract: impl Fn(&HeaderMap) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.extractor = Some(Arc::new(extract));
        self
    }

    /// Whether tokens can be checked at present: the service is reached, and lets this program call
    /// ValidateToken.
    ///
    /// # Errors
    /// Why not; never a fact about a token.
    pub async fn ready(&self) -> Result<(), Error> {
        match self.client.validate_token("").await {
            Err(error) if !error.is_token_error() => Err(error),
            _ => Ok(()),
        }
    }
}

impl<S> Layer<S> for TokenLayer {
    type Service = TokenGuard<S>;

    fn layer(&self, inner: S) -> TokenGuard<S> {
        TokenGuard::new(inner, self.clone())
    }
}

impl fmt::Debug for TokenLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenLayer")
            .field("validator", &self.validator)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
