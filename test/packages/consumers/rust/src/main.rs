//! Calls a server over the crate as it is packed.
use std::{env, error::Error};

use secure_token_client::{Error as TokenError, NewToken, SecureTokenClient};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = SecureTokenClient::builder(env::var("SERVER")?).connect().await?;
    let new = NewToken::for_user("user_123").permission("read");
    let token = client.generate_token(new).await?.token;
    let claims = client.validate_token(&token).await?;
    println!("{} {}", claims.user_id, claims.permissions.join(","));
    if let Err(TokenError::InvalidToken { .. }) = client.validate_token("nothing").await {
        println!("InvalidTokenError");
    }
    Ok(())
}
