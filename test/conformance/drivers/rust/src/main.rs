//! The conformance driver of the Rust client: requests from stdin, answers to stdout, a line each.

mod calls;
mod connections;
mod spelling;

use std::error::Error;
use std::io::{self, BufRead, Write};

use serde_json::{Value, json};

use connections::Connections;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut connections = Connections::default();
    let mut stdout = io::stdout();
    for line in io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let client = connections.client(&request["connection"])?;
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
