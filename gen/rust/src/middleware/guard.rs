//! The service that the layer makes.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderMap, Request, Response};
use tower_service::Service;

use crate::results::Claims;

use super::bearer::{Credential, credential, of_token};
use super::body::GuardBody;
use super::forward::UserToken;
use super::layer::TokenLayer;
use super::refusal::{Refusal, RefusalReason};
use super::requirement::{Kind, Requirement};
use super::validator::Fault;

/// A service behind a [`TokenLayer`].
#[derive(Clone, Debug)]
pub struct TokenGuard<S> {
    inner: S,
    layer: Arc<TokenLayer>,
}

impl<S> TokenGuard<S> {
    pub(super) fn new(inner: S, layer: TokenLayer) -> Self {
        Self {
            inner,
            layer: Arc::new(layer),
        }
    }
}

/// What a [`TokenGuard`] is waited for with.
pub type GuardFuture<R, E> =
    Pin<Box<dyn Future<Output = Result<Response<GuardBody<R>>, E>> + Send>>;

impl<S, B, R> Service<Request<B>> for TokenGuard<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = Response<GuardBody<R>>;
    type Error = S::Error;
    type Future = GuardFuture<R, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The one that was polled is the one that is ready.
        let fresh = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, fresh);
        let layer = Arc::clone(&self.layer);
        Box::pin(async move {
            let refusal = match layer.rules.of(&request) {
                Some(requirement) => match layer.admit(&requirement, request.headers()).await {
                    Ok(admitted) => {
                        if let Some((claims, token)) = admitted {
                            request.extensions_mut().insert(claims);
                            request.extensions_mut().insert(token);
                        }
                        let response = inner.call(request).await?;
                        return Ok(response.map(GuardBody::service));
                    }
                    Err(refusal) => refusal,
                },
                None => {
                    if let Some(hook) = &layer.hooks.fault {
                        let named = format!("{} {:?}", request.method(), request.uri().path());
                        hook(&Fault::NoRule(&named));
                    }
                    Refusal::new(RefusalReason::PermissionMissing)
                }
            };
            let (parts, _) = request.into_parts();
            Ok(refusal.answer(&parts, layer.hooks.refusal.as_ref()))
        })
    }
}

impl TokenLayer {
    /// The claims and the token of a request that may pass; `None` for one that passes as nobody.
    async fn admit(
        &self,
        requirement: &Requirement,
        headers: &HeaderMap,
    ) -> Result<Option<(Arc<Claims>, UserToken)>, Refusal> {
        if requirement.0 == Kind::Open {
            return Ok(None);
        }
        let extracted = self
            .hooks
            .extractor
            .as_ref()
            .map(|extract| extract(headers));
        let presented = match &extracted {
            None => credential(headers),
            Some(None) => Credential::Missing,
            Some(Some(token)) => of_token(token),
        };
        let token = match presented {
            Credential::Token(token) => token,
            Credential::Missing if requirement.0 == Kind::Optional => return Ok(None),
            Credential::Missing => return Err(Refusal::new(RefusalReason::TokenMissing)),
            Credential::Malformed => return Err(Refusal::new(RefusalReason::TokenInvalid)),
        };
        let answer = self.validator.validate(token, self.hooks.fault.clone());
        let claims = answer.await.map_err(Refusal::new)?;
        if !self.is_meant_for(&claims) {
            return Err(Refusal::new(RefusalReason::TokenInvalid));
        }
        if requirement.is_met_by(&claims) {
            return Ok(Some((claims, UserToken::new(token))));
        }
        if let Some(verifier) = self.validator.watched() {
            verifier.note_missing_permission();
        }
        Err(Refusal {
            permissions: requirement.permissions().to_vec(),
            ..Refusal::new(RefusalReason::PermissionMissing)
        })
    }
}

/// A guarded tonic service keeps its name, so that one service of a server can be guarded while
/// another, such as its health, is not.
#[cfg(feature = "server")]
impl<S: tonic::server::NamedService> tonic::server::NamedService for TokenGuard<S> {
    const NAME: &'static str = S::NAME;
}
