//! A token service in memory, for the tests of programs that check tokens.
//!
//! ```
//! use secure_token_client::testing::TokenServiceStandIn;
//! use secure_token_client::{Error, NewToken, SecureTokenClient};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let service = TokenServiceStandIn::start()?;
//! let client = SecureTokenClient::builder(service.target()).build()?;
//!
//! let token = service.issue(NewToken::for_user("user_123").permission("notes:read"))?;
//! assert_eq!(client.validate_token(&token).await?.user_id, "user_123");
//! service.revoke(&token);
//! let refused = client.validate_token(&token).await;
//! assert!(matches!(refused, Err(Error::InvalidToken { .. })));
//! service.go_away(); // until service.come_back()
//! # Ok(())
//! # }
//! ```

mod clock;
mod feed;
mod refusal;
mod service;
mod serving;
mod stand_in;
mod tokens;

pub use stand_in::TokenServiceStandIn;
