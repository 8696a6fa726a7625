//! The service that the layer makes.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderMap, Request, Response};
use tower_service::Service;

use crate::results::Claims;

use super::bearer::{Credential, credential};
use super::denial::{Denial, Protocol};
use super::validator::Validator;

/// A service behind a [`TokenLayer`](super::TokenLayer).
#[derive(Clone, Debug)]
pub struct TokenGuard<S> {
    inner: S,
    validator: Validator,
    required: Arc<[Arc<str>]>,
}

impl<S> TokenGuard<S> {
    pub(super) fn new(inner: S, validator: Validator, required: Vec<Arc<str>>) -> Self {
        Self {
            inner,
            validator,
            required: required.into(),
        }
    }
}

/// What a [`TokenGuard`] is waited for with.
pub type GuardFuture<R, E> = Pin<Box<dyn Future<Output = Result<Response<R>, E>> + Send>>;

impl<S, B, R> Service<Request<B>> for TokenGuard<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = GuardFuture<R, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The one that was polled is the one that is ready.
        let fresh = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, fresh);
        let (validator, required) = (self.validator.clone(), Arc::clone(&self.required));
        Box::pin(async move {
            match admit(&validator, &required, request.headers()).await {
                Ok(claims) => {
                    request.extensions_mut().insert(claims);
                    inner.call(request).await
                }
                Err(denial) => Ok(denial.into_response(Protocol::of(request.headers()))),
            }
        })
    }
}

/// The claims of the token that the headers present, if it may pass.
async fn admit(
    validator: &Validator,
    required: &[Arc<str>],
    headers: &HeaderMap,
) -> Result<Arc<Claims>, Denial> {
    let token = match credential(headers) {
        Credential::Token(token) => token,
        Credential::Missing => return Err(Denial::NoToken),
        Credential::Malformed => return Err(Denial::InvalidToken),
    };
    let claims = validator.validate(token).await?;
    let holds = |permission: &Arc<str>| claims.has_permission(permission);
    if required.iter().all(holds) {
        Ok(claims)
    } else {
        Err(Denial::PermissionMissing)
    }
}

/// A guarded tonic service keeps its name, so that one service of a server can be guarded while
/// another, such as its health, is not.
#[cfg(feature = "server")]
impl<S: tonic::server::NamedService> tonic::server::NamedService for TokenGuard<S> {
    const NAME: &'static str = S::NAME;
}
