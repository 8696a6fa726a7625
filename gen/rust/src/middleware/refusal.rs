//! What a refused request is answered with.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, Method, Response, StatusCode};
use tonic::{Code, Status};

use super::body::GuardBody;

/// Why a request does not reach the service. The names are those of the guards of all languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalReason {
    /// No bearer token was presented.
    TokenMissing,
    /// The token is malformed, not authentic, or revoked.
    TokenInvalid,
    /// The token is authentic, and past its end.
    TokenExpired,
    /// The token is valid and lacks a permission, or no rule names the request.
    PermissionMissing,
    /// The token cannot be checked at present.
    Unavailable,
}

/// What a refused request is answered with. It holds nothing of the token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// Why.
    pub reason: RefusalReason,
    /// What the request requires, where that is why it is refused.
    pub permissions: Vec<Arc<str>>,
}

pub(super) type Writer = dyn Fn(&Refusal, &Parts) -> Response<Bytes> + Send + Sync;

impl Refusal {
    pub(super) fn new(reason: RefusalReason) -> Self {
        Self {
            reason,
            permissions: Vec::new(),
        }
    }

    /// The HTTP status: 401, 403 or 503.
    pub fn status(&self) -> StatusCode {
        match self.reason {
            RefusalReason::PermissionMissing => StatusCode::FORBIDDEN,
            RefusalReason::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNAUTHORIZED,
        }
    }

    /// The gRPC code.
    pub fn code(&self) -> Code {
        match self.reason {
            RefusalReason::PermissionMissing => Code::PermissionDenied,
            RefusalReason::Unavailable => Code::Unavailable,
            _ => Code::Unauthenticated,
        }
    }

    /// The `www-authenticate` header (RFC 6750, section 3), if there is one.
    pub fn challenge(&self) -> Option<HeaderValue> {
        let text = match self.reason {
            RefusalReason::TokenMissing => "Bearer".to_owned(),
            RefusalReason::TokenInvalid => "Bearer error=\"invalid_token\"".to_owned(),
            RefusalReason::TokenExpired => {
                "Bearer error=\"invalid_token\", error_description=\"the token has expired\""
                    .to_owned()
            }
            RefusalReason::PermissionMissing if self.is_scope() => format!(
                "Bearer error=\"insufficient_scope\", scope=\"{}\"",
                self.permissions.join(" ")
            ),
            RefusalReason::PermissionMissing => "Bearer error=\"insufficient_scope\"".to_owned(),
            RefusalReason::Unavailable => return None,
        };
        HeaderValue::try_from(text).ok()
    }

    /// For people.
    pub fn message(&self) -> &'static str {
        match self.reason {
            RefusalReason::TokenMissing => "a bearer token is required",
            RefusalReason::TokenInvalid => "the bearer token is not valid",
            RefusalReason::TokenExpired => "the bearer token has expired",
            RefusalReason::PermissionMissing => "a permission is missing",
            RefusalReason::Unavailable => "tokens cannot be checked at present",
        }
    }

    /// Whether each permission is made of what a scope can name (RFC 6750, section 3).
    fn is_scope(&self) -> bool {
        let nameable = |byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        let is_token = |text: &Arc<str>| !text.is_empty() && text.bytes().all(nameable);
        !self.permissions.is_empty() && self.permissions.iter().all(is_token)
    }

    /// The fixed answer over HTTP.
    pub fn to_http(&self, method: &Method) -> Response<Bytes> {
        let (error, reason) = match self.reason {
            RefusalReason::TokenMissing => ("missing_token", "TOKEN_MISSING"),
            RefusalReason::TokenInvalid => ("invalid_token", "TOKEN_INVALID"),
            RefusalReason::TokenExpired => ("invalid_token", "TOKEN_EXPIRED"),
            RefusalReason::PermissionMissing => ("insufficient_scope", "PERMISSION_MISSING"),
            RefusalReason::Unavailable => ("unavailable", "UNAVAILABLE"),
        };
        let message = self.message();
        let body = if method == Method::HEAD {
            String::new()
        } else {
            format!("{{\"error\":\"{error}\",\"reason\":\"{reason}\",\"message\":\"{message}\"}}")
        };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if self.reason == RefusalReason::Unavailable {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }

    /// The answer in the request's protocol, by the program's own writer if it has one. If that
    /// panics, the fixed answer is sent.
    pub(super) fn answer<R>(
        &self,
        request: &Parts,
        writer: Option<&Arc<Writer>>,
    ) -> Response<GuardBody<R>> {
        if let Some(content_type) = grpc_content_type(&request.headers) {
            return self.grpc(content_type);
        }
        let own = writer.and_then(|write| {
            let written: Result<_, Box<dyn Any + Send>> =
                catch_unwind(AssertUnwindSafe(|| write(self, request)));
            written.ok()
        });
        own.unwrap_or_else(|| self.to_http(&request.method))
            .map(GuardBody::refusal)
    }

    fn grpc<R>(&self, content_type: HeaderValue) -> Response<GuardBody<R>> {
        let status = Status::new(self.code(), self.message());
        let mut response = status.into_http::<GuardBody<R>>();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, content_type);
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// The content type to answer a request of gRPC or gRPC-Web with.
fn grpc_content_type(headers: &HeaderMap) -> Option<HeaderValue> {
    let value = headers.get(CONTENT_TYPE)?;
    value
        .as_bytes()
        .starts_with(b"application/grpc")
        .then(|| value.clone())
}
