//! Calling another service as the user.

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderValue};
use tonic::metadata::{Ascii, MetadataMap, MetadataValue};

/// The token that a request has presented, in its extensions: a credential, to be forwarded and never
/// logged. `Debug` hides it.
#[derive(Clone)]
pub struct UserToken(Arc<str>);

impl UserToken {
    pub(super) fn new(token: &str) -> Self {
        Self(token.into())
    }

    /// The token itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Makes an HTTP request to another service present the user's token, in place of another
    /// `authorization`.
    pub fn forward(&self, headers: &mut HeaderMap) {
        if let Ok(mut value) = HeaderValue::try_from(format!("Bearer {}", self.0)) {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
    }

    /// The same for a gRPC request. A [`SecureTokenClient`](crate::SecureTokenClient) pays no heed to
    /// it: it calls with its own API key.
    pub fn forward_metadata(&self, metadata: &mut MetadataMap) {
        if let Ok(mut value) = MetadataValue::<Ascii>::try_from(format!("Bearer {}", self.0)) {
            value.set_sensitive(true);
            metadata.insert("authorization", value);
        }
    }
}

impl fmt::Debug for UserToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserToken([redacted])")
    }
}
