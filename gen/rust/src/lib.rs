//! Client of Secure Token, a gRPC service that issues and checks self-contained encrypted tokens.
//!
//! ```no_run
//! use secure_token_client::{Error, NewToken, SecureTokenClient};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = SecureTokenClient::builder("http://127.0.0.1:8080").connect().await?;
//! let issued = client.generate_token(NewToken::for_user("user-1").permission("notes:read")).await?;
//!
//! match client.check_permission(&issued.token, "notes:write").await {
//!     Ok(()) => println!("granted"),
//!     Err(Error::PermissionDenied { required_permission, .. }) => {
//!         println!("{required_permission} is missing");
//!     }
//!     Err(Error::TokenExpired { .. } | Error::InvalidToken { .. }) => println!("log in again"),
//!     Err(other) => return Err(other.into()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`SecureTokenClient`] calls the service, [`Error`] says what a refusal means, and
//! [`middleware::TokenLayer`] protects services of your own, on axum, hyper or tonic.
//! [`watch::WatchedVerifier`] checks tokens without a call for each.

mod api_key;
mod builder;
mod call;
mod call_hook;
mod client;
mod details;
mod error;
mod error_text;
mod fault;
mod flights;
mod json;
mod key_file;
mod lifetime;
pub mod middleware;
mod options;
mod pause;
pub mod proto;
mod responses;
mod results;
mod revocations;
mod servers;
mod target;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod tls;
mod token;
pub mod watch;

pub use api_key::ApiKey;
pub use builder::{BuildError, Builder};
pub use call_hook::EndedCall;
pub use client::{RawClient, SecureTokenClient};
pub use error::{Error, Facts};
pub use fault::ConnectionFault;
pub use options::{NewToken, RefreshOptions};
pub use results::{
    Claims, Introspection, IssuedToken, KeyInfo, KeyState, PermissionResult, ServerConfig,
    TokenInfo, TokenState,
};
pub use revocations::{
    Revocation, RevocationFilter, RevocationOutcome, RevocationPage, RevocationTarget,
    RevokedTarget,
};
pub use servers::Servers;
pub use time::timedelta_text;
pub use tls::Tls;

/// The examples of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
