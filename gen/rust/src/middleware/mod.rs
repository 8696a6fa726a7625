//! A tower layer that protects a service: on axum, hyper and tonic alike.
//!
//! ```no_run
//! use std::sync::Arc;
//! use std::time::Duration;
//! use secure_token_client::middleware::TokenLayer;
//! use secure_token_client::{Claims, SecureTokenClient};
//!
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = SecureTokenClient::builder("http://127.0.0.1:8080").build()?;
//! let valid_token = TokenLayer::new(client).cache(Duration::from_secs(5), 10_000);
//! let may_read = valid_token.clone().require("notes:read");
//! let may_write = valid_token.require("notes:write");
//!
//! // What a handler finds in the request:
//! fn user<B>(request: &http::Request<B>) -> Option<&str> {
//!     request.extensions().get::<Arc<Claims>>().map(|claims| claims.user_id.as_str())
//! }
//! # let _ = (may_read, may_write, user::<()>);
//! # Ok(())
//! # }
//! ```
//!
//! A request needs `authorization: Bearer <token>`. What is refused never reaches the service; see
//! [`Refusal`].

mod bearer;
mod body;
mod cache;
mod forward;
mod guard;
mod layer;
mod refusal;
mod requirement;
mod rules;
mod validator;

pub use body::GuardBody;
pub use forward::UserToken;
pub use guard::{GuardFuture, TokenGuard};
pub use layer::TokenLayer;
pub use refusal::{Refusal, RefusalReason};
pub use requirement::{PolicyError, Requirement};
pub use validator::Fault;
