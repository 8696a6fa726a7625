//! What a refused request is answered with. Nothing here depends on why a token was refused.

use http::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use http::{HeaderMap, Response, StatusCode};
use tonic::Status;

/// Why a request does not reach the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denial {
    /// No token was presented.
    NoToken,
    /// The token is not valid.
    InvalidToken,
    /// The token is valid and lacks a permission.
    PermissionMissing,
    /// The token service cannot answer.
    Unavailable,
}

impl Denial {
    /// The answer, in the protocol of the request.
    pub(super) fn into_response<B: Default>(self, protocol: Protocol) -> Response<B> {
        match protocol {
            Protocol::Http => self.http(),
            Protocol::Grpc(content_type) => {
                let mut response = self.status().into_http();
                response.headers_mut().insert(CONTENT_TYPE, content_type);
                response
            }
        }
    }

    fn http<B: Default>(self) -> Response<B> {
        let (status, challenge) = match self {
            Self::NoToken => (StatusCode::UNAUTHORIZED, Some("Bearer")),
            Self::InvalidToken => (
                StatusCode::UNAUTHORIZED,
                Some("Bearer error=\"invalid_token\""),
            ),
            Self::PermissionMissing => (
                StatusCode::FORBIDDEN,
                Some("Bearer error=\"insufficient_scope\""),
            ),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, None),
        };
        let mut response = Response::new(B::default());
        *response.status_mut() = status;
        if let Some(challenge) = challenge {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }

    fn status(self) -> Status {
        match self {
            Self::NoToken => Status::unauthenticated("a bearer token is required"),
            Self::InvalidToken => Status::unauthenticated("the bearer token is not valid"),
            Self::PermissionMissing => Status::permission_denied("a permission is missing"),
            Self::Unavailable => Status::unavailable("tokens cannot be checked at present"),
        }
    }
}

/// The protocol that a request speaks.
pub(super) enum Protocol {
    /// Any HTTP.
    Http,
    /// gRPC or gRPC-Web, with the content type to answer with.
    Grpc(HeaderValue),
}

impl Protocol {
    /// The protocol that the content type names.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        match headers.get(CONTENT_TYPE) {
            Some(value) if value.as_bytes().starts_with(b"application/grpc") => {
                Self::Grpc(value.clone())
            }
            _ => Self::Http,
        }
    }
}
