//! What a hit costs in Rust: processor time and allocations of `WatchedVerifier::verify`, beside a call, and
//! the memory of kept answers and of revocations. Times are those of the calling thread, on Linux.
//!
//! ```sh
//! cargo run --release --manifest-path gen/rust/Cargo.toml -p secure-token-hit-bench
//! ```

mod counting;

use std::error::Error;
use std::fs;
use std::time::Duration;

use secure_token_client::testing::TokenServiceStandIn;
use secure_token_client::watch::{WatchOptions, WatchedVerifier};
use secure_token_client::{NewToken, RevocationTarget, SecureTokenClient};
use tokio::time::sleep;

use counting::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const HITS: u64 = 500_000;
const CALLS: u64 = 5_000;
const ROUNDS: usize = 5;
const TOKENS: usize = 100_000;
const REVOCATIONS: usize = 1_000_000;
/// How many targets one RevokeTokens names.
const BATCH: usize = 1000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let service = TokenServiceStandIn::start()?;
    let client = SecureTokenClient::builder(service.target()).build()?;
    let verifier = vouching(&client).await?;
    let token = service.issue(reader(0))?;
    verifier.verify(&token).await?;
    let hit = async || verifier.verify(&token).await.map(drop);
    measure("hit", HITS, hit).await?;
    let call = async || client.validate_token(&token).await.map(drop);
    measure("call", CALLS, call).await?;
    answers(&service, &verifier).await?;
    verifier.close().await;
    revocations(&client).await
}

async fn vouching(client: &SecureTokenClient) -> Result<WatchedVerifier, Box<dyn Error>> {
    let options = WatchOptions::default()
        .max_staleness(Duration::from_secs(300))
        .max_entries(TOKENS);
    let verifier = options.verifier(client.clone())?;
    while !verifier.stats().is_vouching {
        sleep(Duration::from_millis(1)).await;
    }
    Ok(verifier)
}

fn reader(user: usize) -> NewToken {
    let new = NewToken::for_user(format!("user-{user}"));
    new.permissions(["notes:read", "notes:write"])
}

async fn measure<E: Error + 'static>(
    name: &str,
    count: u64,
    work: impl AsyncFn() -> Result<(), E>,
) -> Result<(), Box<dyn Error>> {
    let mut best = u64::MAX;
    let mut allocated = counting::Taken::default();
    for _ in 0..ROUNDS {
        let (began, before) = (thread_nanos()?, counting::taken_here());
        for _ in 0..count {
            work().await?;
        }
        best = best.min(thread_nanos()? - began);
        allocated = counting::taken_here() - before;
    }
    println!(
        "{name}: {} ns, {} allocations of {} bytes",
        best / count,
        allocated.times / count,
        allocated.bytes / count
    );
    Ok(())
}

/// The calling thread's processor time.
fn thread_nanos() -> Result<u64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split(' ').next().ok_or("no time")?.parse()?)
}

async fn answers(
    service: &TokenServiceStandIn,
    verifier: &WatchedVerifier,
) -> Result<(), Box<dyn Error>> {
    let tokens: Result<Vec<_>, _> = (0..TOKENS).map(|i| service.issue(reader(i))).collect();
    let tokens = tokens?;
    let before = counting::held();
    for chunk in tokens.chunks(BATCH) {
        let check = |token: &String| {
            let (verifier, token) = (verifier.clone(), token.clone());
            tokio::spawn(async move { verifier.verify(&token).await.map(drop) })
        };
        let checks: Vec<_> = chunk.iter().map(check).collect();
        for each in checks {
            each.await??;
        }
    }
    let stats = verifier.stats();
    println!(
        "an answer: {} bytes, as estimated {} ({} kept)",
        (counting::held() - before) / TOKENS as i64,
        stats.bytes / stats.entries,
        stats.entries
    );
    Ok(())
}

async fn revocations(client: &SecureTokenClient) -> Result<(), Box<dyn Error>> {
    let patient = client.with_deadline(Duration::from_secs(60))?;
    for first in (0..REVOCATIONS).step_by(BATCH) {
        let ids = (first..first + BATCH).map(|i| format!("{i:032}"));
        let targets = ids.map(|id| RevocationTarget::token_id(id, None));
        patient.revoke_tokens(targets, "").await?;
    }
    let before = counting::held();
    let verifier = vouching(client).await?;
    let known = verifier.stats().revocations;
    // What the feed of the service in memory holds for a moment is gone by then.
    sleep(Duration::from_secs(2)).await;
    let bytes = (counting::held() - before) / known as i64;
    println!("a revocation: {bytes} bytes ({known} known)");
    Ok(())
}
