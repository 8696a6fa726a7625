//! Verification without a call for each token: answers that are kept, and a feed of revocations.
//!
//! ```no_run
//! use secure_token_client::SecureTokenClient;
//! use secure_token_client::watch::{WatchOptions, WatchedVerifier};
//!
//! # async fn example(token: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let client = SecureTokenClient::builder("http://127.0.0.1:8080").build()?;
//! let verifier: WatchedVerifier = WatchOptions::default()
//!     .on_event(|event| println!("{event:?}"))
//!     .verifier(client)?;
//!
//! let claims = verifier.verify(token).await?; // the first time a call, and then none
//! println!("{}", claims.user_id);
//! # Ok(())
//! # }
//! ```
//!
//! [`TokenLayer::watch`](crate::middleware::TokenLayer::watch) puts one into the middleware.

mod clock;
mod event;
mod feed;
mod kept;
mod life;
mod options;
mod questions;
mod revoked;
mod state;
mod stream;
mod verifier;

pub use clock::Clock;
pub use event::{MissReason, WatchEvent, WatchStats};
pub use options::WatchOptions;
pub use verifier::WatchedVerifier;
