//! The conformance driver of the Rust client: requests from stdin, answers to stdout, a line each.

mod calls;
mod connections;
mod guards;
mod spelling;
mod watch;

use std::error::Error;
use std::io::{self, BufRead, Write};

use secure_token_client::SecureTokenClient;
use serde_json::{Value, json};

use connections::Connections;
use guards::Guards;
use watch::Watched;

/// The guards' servers run on the other threads while this one waits for a line.
#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut connections = Connections::default();
    let mut guards = Guards::default();
    let mut watched = Watched::default();
    let mut stdout = io::stdout();
    for line in io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let mut answer = if request["watch"].is_object() {
            let result = watched
                .operate(&request["watch"], &request["connection"])
                .await?;
            json!({"ok": true, "result": result})
        } else {
            let client = connections.client(&request["connection"])?;
            answer_to(client, &request, &mut guards).await?
        };
        answer["id"] = request["id"].clone();
        writeln!(stdout, "{answer}")?;
        stdout.flush()?;
    }
    Ok(())
}

async fn answer_to(
    client: SecureTokenClient,
    request: &Value,
    guards: &mut Guards,
) -> Result<Value, Box<dyn Error>> {
    if !request["guard"].is_null() {
        return guards.serve(client, request).await;
    }
    let rpc = request["rpc"].as_str().unwrap_or_default();
    Ok(match calls::call(&client, rpc, &request["request"]).await {
        Ok(result) => json!({"ok": true, "result": result}),
        Err(error) => json!({"ok": false, "error": spelling::error(&error)}),
    })
}
