//! Asks the server about tokens: one at once, and those that come while a call is under way together.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::sleep;
use tonic::{Code, Status};

use crate::client::SecureTokenClient;
use crate::error::Error;
use crate::flights::lock;
use crate::results::Claims;
use crate::token::{MAX_SENDABLE_BYTES, sendable};

use super::clock::SteadyClock;
use super::kept::Answer;

/// Within what the server takes of one BatchValidateTokens.
const MAX_BATCH_TOKENS: usize = 1000;
const MAX_BATCH_BYTES: usize = 1 << 19;
/// What a token costs in a message beside its text.
const TOKEN_OVERHEAD: usize = 4;
/// How long a token waits at most for the call that is under way, so that a slow server holds up nobody
/// but those who ask.
const BATCH_PAUSE: Duration = Duration::from_millis(5);

type Outcome = Result<Arc<Answer>, Error>;

#[derive(Clone)]
pub(super) struct Questions(Arc<Shared>);

struct Shared {
    client: SecureTokenClient,
    clock: Arc<SteadyClock>,
    /// Whether this client may not call BatchValidateTokens.
    single: AtomicBool,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    /// Under way.
    calls: usize,
    waiting: Vec<Question>,
    /// Of the tokens that wait.
    bytes: usize,
}

struct Question {
    token: String,
    reply: oneshot::Sender<Outcome>,
}

/// Ends a call, also one that panics, and sends the questions that have waited for it.
struct Landing(Questions);

impl Drop for Landing {
    fn drop(&mut self) {
        let mut queue = lock(&self.0.0.queue);
        queue.calls -= 1;
        self.0.launch(&mut queue);
    }
}

impl Questions {
    /// The client's calls are not to wait for its rate.
    pub(super) fn new(client: SecureTokenClient, clock: Arc<SteadyClock>) -> Self {
        Self(Arc::new(Shared {
            client,
            clock,
            single: AtomicBool::new(false),
            queue: Mutex::default(),
        }))
    }

    /// The answer about a valid token, or why there is none. The client's deadline bounds each call.
    pub(super) async fn ask(&self, token: String) -> Outcome {
        let token = sendable(token);
        let waiting = match self.enqueue(token) {
            Ok(waiting) => waiting,
            Err(token) => {
                let _landing = Landing(self.clone());
                return self.0.ask_one(token).await;
            }
        };
        let lost = || Error::Rpc(Status::internal("the call has ended without an answer"));
        waiting.await.unwrap_or_else(|_| Err(lost()))
    }

    /// Gives the token back where no call is under way: it is asked about at once.
    fn enqueue(&self, token: String) -> Result<oneshot::Receiver<Outcome>, String> {
        let mut queue = lock(&self.0.queue);
        if queue.calls == 0 && queue.waiting.is_empty() {
            queue.calls += 1;
            return Err(token);
        }
        let (reply, waiting) = oneshot::channel();
        queue.bytes += token.len() + TOKEN_OVERHEAD;
        queue.waiting.push(Question { token, reply });
        let room = MAX_SENDABLE_BYTES + TOKEN_OVERHEAD;
        if queue.waiting.len() == MAX_BATCH_TOKENS || queue.bytes > MAX_BATCH_BYTES - room {
            self.launch(&mut queue);
        } else if queue.waiting.len() == 1 {
            let questions = self.clone();
            tokio::spawn(async move {
                sleep(BATCH_PAUSE).await;
                questions.launch(&mut lock(&questions.0.queue));
            });
        }
        Ok(waiting)
    }

    /// Sends those that wait.
    fn launch(&self, queue: &mut Queue) {
        if queue.waiting.is_empty() {
            return;
        }
        let batch = mem::take(&mut queue.waiting);
        queue.bytes = 0;
        queue.calls += 1;
        let landing = Landing(self.clone());
        tokio::spawn(async move { landing.0.send(batch).await });
    }

    async fn send(&self, batch: Vec<Question>) {
        if batch.len() > 1 && !self.0.single.load(Ordering::Relaxed) {
            let tokens = batch.iter().map(|question| question.token.clone());
            match self.0.ask_many(tokens.collect()).await {
                Ok(answers) => return reply_to(batch, answers),
                Err(error) if !may_not_batch(&error) => {
                    let same = vec![Err(error); batch.len()];
                    return reply_to(batch, same);
                }
                Err(_) => self.0.single.store(true, Ordering::Relaxed),
            }
        }
        for question in batch {
            let landing = Landing(self.clone());
            lock(&self.0.queue).calls += 1;
            tokio::spawn(async move {
                let answer = landing.0.0.ask_one(question.token).await;
                // Nobody waits any more: the runtime is ending.
                let _ = question.reply.send(answer);
            });
        }
    }
}

impl Shared {
    async fn ask_one(&self, token: String) -> Outcome {
        let tries = Tries::new(&self.clock);
        let claims = self.client.claims_of(token, || tries.begin()).await?;
        Ok(tries.answer(claims))
    }

    async fn ask_many(&self, tokens: Vec<String>) -> Result<Vec<Outcome>, Error> {
        let tries = Tries::new(&self.clock);
        let begins = || tries.begin();
        let answers = self.client.batch_answers(tokens, begins).await?.into_iter();
        let kept = answers.map(|answer| answer.map(|claims| tries.answer(claims)));
        Ok(kept.collect())
    }
}

/// When the last try of a call began. Its answer is no older, however long the tries before have taken.
struct Tries<'a> {
    clock: &'a SteadyClock,
    asked: Mutex<Duration>,
}

impl<'a> Tries<'a> {
    fn new(clock: &'a SteadyClock) -> Self {
        Self {
            asked: Mutex::new(clock.now()),
            clock,
        }
    }

    fn begin(&self) {
        *lock(&self.asked) = self.clock.now();
    }

    fn answer(&self, claims: Claims) -> Arc<Answer> {
        Arc::new(Answer::new(claims, *lock(&self.asked)))
    }
}

fn may_not_batch(error: &Error) -> bool {
    matches!(error.code(), Code::PermissionDenied | Code::Unimplemented)
}

fn reply_to(batch: Vec<Question>, answers: Vec<Outcome>) {
    for (question, answer) in batch.into_iter().zip(answers) {
        // Nobody waits any more: the runtime is ending.
        let _ = question.reply.send(answer);
    }
}
