//! The conformance driver of the Rust client: requests from stdin, answers to stdout, a line each.

mod calls;
mod connections;
mod guards;
mod spelling;

use std::error::Error;
use std::io::{self, BufRead, Write};

use serde_json::{Value, json};

use connections::Connections;
use guards::Guards;

/// The guards' servers run on the other threads while this one waits for a line.
#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut connections = Connections::default();
    let mut guards = Guards::default();
    let mut stdout = io::stdout();
    for line in io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let client = connections.client(&request["connection"])?;
        if !request["guard"].is_null() {
            let mut answer = guards.serve(client, &request).await?;
            answer["id"] = request["id"].clone();
            writeln!(stdout, "{answer}")?;
            stdout.flush()?;
            continue;
        }
        let rpc = request["rpc"].as_str().unwrap_or_default();
        let answer = match calls::call(&client, rpc, &request["request"]).await {
            Ok(result) => json!({"id": request["id"], "ok": true, "result": result}),
            Err(error) => {
                json!({"id": request["id"], "ok": false, "error": spelling::error(&error)})
            }
        };
        writeln!(stdout, "{answer}")?;
        stdout.flush()?;
    }
    Ok(())
}
