//! Calls a server as fast as tonic can, with its default options, or this project's client with its own, and says
//! which calls failed.
//!
//! Prints a line when the first call has ended, and a JSON object at the end:
//! `{"ended": 1000, "failed": 1, "failures": ["Unavailable: …"], "perSecond": 9000}`.

mod caller;

use std::collections::HashMap;
use std::error::Error;
use std::io::sink;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use serde_json::json;

use crate::caller::Caller;

/// How many different failures are told; all are counted.
const MOST_TOLD: usize = 10;

/// What has been called so far.
#[derive(Default)]
struct Run {
    /// 0: until the standard input ends.
    most: u64,
    begun: AtomicU64,
    ended: AtomicU64,
    failed: AtomicU64,
    is_stopped: AtomicBool,
    failures: Mutex<Vec<String>>,
}

impl Run {
    /// Whether one more call is to be made.
    fn next(&self) -> bool {
        !self.is_stopped.load(Relaxed)
            && (self.begun.fetch_add(1, Relaxed) < self.most || self.most == 0)
    }

    /// Calls, one call behind the other, until there is no next one.
    async fn call_on(&self, mut caller: Caller) {
        while self.next() {
            let result = caller.call().await;
            if self.ended.fetch_add(1, Relaxed) == 0 {
                println!("calling");
            }
            let Err(failure) = result else { continue };
            self.failed.fetch_add(1, Relaxed);
            let mut failures = self
                .failures
                .lock()
                .expect("nothing panics with the lock held");
            if failures.len() < MOST_TOLD && !failures.contains(&failure) {
                failures.push(failure);
            }
        }
    }
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let options: HashMap<&str, &str> = arguments
        .chunks_exact(2)
        .map(|pair| (pair[0].as_str(), pair[1].as_str()))
        .collect();
    let number = |name: &str| {
        options
            .get(name)
            .map_or(Ok(0), |value| value.parse::<u64>())
    };
    let address = options.get("-address").ok_or("-address is missing")?;
    let run = Arc::new(Run {
        most: number("-calls")?,
        ..Run::default()
    });
    if run.most == 0 {
        let run = run.clone();
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut sink());
            run.is_stopped.store(true, Relaxed);
        });
    }
    let start = Instant::now();
    let mut lines = Vec::new();
    for _ in 0..number("-connections")?.max(1) {
        let name = options.get("-client").unwrap_or(&"tonic");
        let caller = Caller::connect(name, address).await?;
        for _ in 0..number("-concurrency")?.max(1) {
            let (run, caller) = (run.clone(), caller.clone());
            lines.push(tokio::spawn(async move { run.call_on(caller).await }));
        }
    }
    for line in lines {
        line.await?;
    }
    let ended = run.ended.load(Relaxed);
    let failures = run
        .failures
        .lock()
        .map_err(|error| error.to_string())?
        .clone();
    println!(
        "{}",
        json!({
            "ended": ended,
            "failed": run.failed.load(Relaxed),
            "failures": failures,
            "perSecond": (ended as f64 / start.elapsed().as_secs_f64()) as u64,
        })
    );
    Ok(())
}
