//! The corpus' watch mode: one verifier, whose clocks a script moves.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secure_token_client::SecureTokenClient;
use secure_token_client::watch::{Clock, WatchEvent, WatchOptions, WatchedVerifier};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::connections::connect;
use crate::spelling;

/// The verifier of the present script.
#[derive(Default)]
pub struct Watched {
    verifier: Option<WatchedVerifier>,
    clock: StillClock,
    is_refused: Arc<AtomicBool>,
    told: Arc<Mutex<Vec<String>>>,
    begun: Vec<JoinHandle<String>>,
}

/// Stands still until a script moves both hands at once: between them the feed might look. The monotonic
/// hand and the wall's, in milliseconds, the wall's since 1970.
#[derive(Clone, Default)]
struct StillClock(Arc<Mutex<(u64, u64)>>);

impl Clock for StillClock {
    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.lock().unwrap().0)
    }

    fn wall(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.0.lock().unwrap().1)
    }
}

impl StillClock {
    fn advance(&self, step: &Value) {
        let millis = |member: &str| step[member].as_i64().unwrap_or_default();
        let mut hands = self.0.lock().unwrap();
        hands.0 = hands.0.wrapping_add_signed(millis("monotonicMs"));
        hands.1 = hands.1.wrapping_add_signed(millis("wallMs"));
    }
}

impl Watched {
    /// Does one operation, and gives its result.
    pub async fn operate(
        &mut self,
        asked: &Value,
        connection: &Value,
    ) -> Result<Value, Box<dyn Error>> {
        let text = |member: &str| asked[member].as_str().unwrap_or_default().to_owned();
        match asked["op"].as_str().unwrap_or_default() {
            "open" => self.open(connect(connection)?, asked)?,
            "advance" => self.clock.advance(asked),
            "verify" => {
                let count = asked["count"].as_u64().unwrap_or(1);
                let tokens = (0..count).map(|_| text("token"));
                return outcomes(self.begin(tokens, &text("permission"))?).await;
            }
            "verifyMany" => {
                let tokens = asked["tokens"].as_array().into_iter().flatten();
                let tokens = tokens.map(|token| token.as_str().unwrap_or_default().to_owned());
                return outcomes(self.begin(tokens, "")?).await;
            }
            "begin" => {
                let begun = self.begin([text("token")], &text("permission"))?;
                self.begun.extend(begun);
            }
            "collect" => return outcomes(std::mem::take(&mut self.begun)).await,
            "state" => return self.state(),
            "told" => {
                let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
                return Ok(json!({"events": *told}));
            }
            "close" => {
                if let Some(verifier) = self.verifier.take() {
                    verifier.close().await;
                }
            }
            other => return Err(format!("no operation is named {other:?}").into()),
        }
        Ok(json!({}))
    }

    fn open(&mut self, client: SecureTokenClient, asked: &Value) -> Result<(), Box<dyn Error>> {
        *self = Self::default();
        self.clock.advance(asked);
        let number = |member: &str| asked[member].as_u64().ok_or("a bound is missing");
        let (is_refused, told) = (Arc::clone(&self.is_refused), Arc::clone(&self.told));
        let fails = asked["failingHooks"].as_bool().unwrap_or_default();
        let options = WatchOptions::default()
            .max_staleness(Duration::from_millis(number("maxStalenessMs")?))
            .max_entries(usize::try_from(number("maxEntries")?)?)
            .clock(self.clock.clone())
            .on_event(move |event| {
                if matches!(event, WatchEvent::FeedRefused(_)) {
                    is_refused.store(true, Ordering::SeqCst);
                }
                let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                told.push(name(event));
                assert!(!fails, "a hook that fails");
            });
        self.verifier = Some(options.verifier(client)?);
        Ok(())
    }

    fn watching(&self) -> Result<&WatchedVerifier, &'static str> {
        self.verifier.as_ref().ok_or("no verifier is open")
    }

    /// Begins to verify tokens at the same time.
    fn begin(
        &self,
        tokens: impl IntoIterator<Item = String>,
        permission: &str,
    ) -> Result<Vec<JoinHandle<String>>, &'static str> {
        let verifier = self.watching()?;
        let begin = |token| {
            let (verifier, permission) = (verifier.clone(), permission.to_owned());
            tokio::spawn(async move { outcome(&verifier, token, permission).await })
        };
        Ok(tokens.into_iter().map(begin).collect())
    }

    fn state(&self) -> Result<Value, Box<dyn Error>> {
        let stats = self.watching()?.stats();
        let staleness = stats
            .staleness
            .map(|staleness| u64::try_from(staleness.as_millis()));
        let is_ready = staleness.is_some();
        Ok(json!({
            "ready": is_ready,
            "stalenessMs": staleness.transpose()?,
            "live": stats.revocations,
            "entries": stats.entries,
            "permitted": is_ready || !self.is_refused.load(Ordering::SeqCst),
        }))
    }
}

async fn outcomes(begun: Vec<JoinHandle<String>>) -> Result<Value, Box<dyn Error>> {
    let mut told = Vec::with_capacity(begun.len());
    for each in begun {
        told.push(each.await?);
    }
    Ok(json!({"outcomes": told}))
}

async fn outcome(verifier: &WatchedVerifier, token: String, permission: String) -> String {
    let checked = if permission.is_empty() {
        verifier.verify(&token).await.map(drop)
    } else {
        verifier.check_permission(&token, &permission).await
    };
    match checked {
        Ok(()) => "VALID".to_owned(),
        Err(error) => match error.facts() {
            Some(facts) => facts.reason.clone(),
            None => spelling::code(&error),
        },
    }
}

fn name(event: &WatchEvent<'_>) -> String {
    let name = match event {
        WatchEvent::Hit => "hit",
        WatchEvent::Miss(_) => "miss",
        WatchEvent::Refusal(reason) => return format!("refused {reason}"),
        WatchEvent::Stale(_) => "stale",
        WatchEvent::Connected => "connected",
        WatchEvent::Disconnected(_) => "disconnected",
        WatchEvent::FeedRefused(_) => "not-watched",
        _ => "unknown",
    };
    name.to_owned()
}
