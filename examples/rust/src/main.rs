//! A notes service: reading needs `notes:read`, writing `notes:write`. See README.md.

mod notes;
mod settings;

use std::error::Error;

use secure_token_client::middleware::TokenLayer;
use secure_token_client::watch::WatchOptions;
use tokio::net::TcpListener;
use tokio::signal::ctrl_c;

use settings::Settings;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let settings = Settings::from_env()?;
    // Connects with the first request: this service may start before the token service.
    let client = settings.client()?;
    let listener = TcpListener::bind(settings.listen).await?;
    println!("notes on http://{}", listener.local_addr()?);
    // Tokens are checked without a call for each, as long as the feed of revocations is not too old.
    let verifier = WatchOptions::default()
        .max_staleness(settings.max_staleness)
        .verifier(client.clone())?;
    let valid_token = TokenLayer::new(client)
        .watch_by(verifier.clone())
        .on_fault(|fault| eprintln!("{fault}"));
    axum::serve(listener, notes::routes(valid_token, verifier))
        .with_graceful_shutdown(async {
            let _ = ctrl_c().await;
        })
        .await?;
    Ok(())
}
