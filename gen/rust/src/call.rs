//! One call: its deadline, its further tries, its error.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use tonic::{Code, Request, Response, Status};

use crate::client::SecureTokenClient;
use crate::details::{has_refusal, is_beyond_rate, is_unknown_caller, retry_delay};
use crate::error::Error;
use crate::fault::{Origin, connection_fault, describe, origin};
use crate::pause::up_to;
use crate::servers::{Round, Server};

/// The longest deadline that a server takes.
pub(crate) const MAX_DEADLINE: Duration = Duration::from_secs(60);
/// What is sent of it at most: clocks and rounding take some.
const MAX_SENT_DEADLINE: Duration = Duration::from_millis(59_900);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_millis(500);

/// What may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// A call that does no harm when it is served twice.
    Safe,
    /// A call that issues a token: only when the server has not seen it, or refused it unprocessed.
    Unprocessed,
}

/// Sends a message, again while the server cannot be reached or asks to wait, until there is an
/// answer or the deadline has passed. Where there are several servers, the next one is asked at once,
/// and one that hangs has half of what is left of the deadline, unless all others rest. A client that
/// does not wait for its rate asks each of them once for a call that is beyond it.
pub(crate) async fn call<M, R, F>(
    client: &SecureTokenClient,
    method: &'static str,
    retry: Retry,
    message: M,
    send: impl Fn(Request<M>) -> F,
) -> Result<R, Error>
where
    M: Clone,
    F: Future<Output = Result<Response<R>, Status>>,
{
    let told = client.call_hook.begin(method);
    told.end(attempts(client, retry, message, send).await)
}

async fn attempts<M, R, F>(
    client: &SecureTokenClient,
    retry: Retry,
    message: M,
    send: impl Fn(Request<M>) -> F,
) -> Result<R, Error>
where
    M: Clone,
    F: Future<Output = Result<Response<R>, Status>>,
{
    let end = Instant::now() + client.deadline.min(MAX_SENT_DEADLINE);
    let mut round = Round::new(&client.servers);
    let mut renewed = false;
    let mut last = None;
    let mut beyond_rate = None;
    loop {
        let server = round.next();
        let left = end.saturating_duration_since(Instant::now());
        let may_pass_on = retry == Retry::Safe && round.has_awake();
        let allowed = if may_pass_on { left / 2 } else { left };
        let status = match attempt(&server, allowed, message.clone(), &send).await {
            Ok(answer) => return Ok(answer),
            Err(status) => status,
        };
        if !renewed && is_unknown_caller(&status) && client.api_key.renew() {
            renewed = true;
            round.repeat();
            continue;
        }
        let wait = match judge(&status, retry, round.number) {
            Verdict::Late if may_pass_on => continue,
            // An earlier attempt's error says more than that the time is up.
            Verdict::Late => return Err(last.unwrap_or_else(|| Error::Rpc(status))),
            Verdict::Final => return Err(client.api_key.explain(status).into()),
            Verdict::Uncertain => return Err(unreachable(&server, &status)),
            Verdict::Faulty if round.has_others() => Duration::ZERO,
            Verdict::Faulty => return Err(unreachable(&server, &status)),
            Verdict::Again if round.has_others() => Duration::ZERO,
            Verdict::Again => pause(round.number),
            Verdict::TooMany(_) if !client.waits_for_rate => {
                beyond_rate = Some(status.clone());
                Duration::ZERO
            }
            Verdict::TooMany(wait) | Verdict::After(wait) => wait,
        };
        if !round.has_others()
            && let Some(refusal) = beyond_rate
        {
            return Err(refusal.into());
        }
        if status.code() == Code::Unavailable {
            server.note_loss();
        }
        let resume = Instant::now() + wait;
        let error = if origin(&status) == Origin::Server {
            status.into()
        } else {
            unreachable(&server, &status)
        };
        if resume >= end {
            return Err(error);
        }
        last = Some(error);
        sleep(wait).await;
    }
}

/// One attempt at one server.
async fn attempt<M, R, F>(
    server: &Arc<Server>,
    allowed: Duration,
    message: M,
    send: impl Fn(Request<M>) -> F,
) -> Result<R, Status>
where
    F: Future<Output = Result<Response<R>, Status>>,
{
    let began = Instant::now();
    let mut request = Request::new(message);
    request.set_timeout(allowed);
    request.extensions_mut().insert(Arc::clone(server));
    match timeout_at(began + allowed, send(request)).await {
        Ok(Ok(response)) => Ok(response.into_inner()),
        Ok(Err(status)) if origin(&status) != Origin::Deadline => Err(status),
        _ => {
            server.note_silence(began);
            Err(Status::deadline_exceeded("the deadline has passed"))
        }
    }
}

enum Verdict {
    /// The status is the call's end.
    Final,
    /// The time that the server had has passed.
    Late,
    /// The connection failed, and what became of the call is not known.
    Uncertain,
    /// The connection failed in a way that trying this server again does not mend.
    Faulty,
    /// Worth another try.
    Again,
    /// The same, after a while that the server has named.
    After(Duration),
    /// The same: this client makes more calls than it may.
    TooMany(Duration),
}

fn judge(status: &Status, retry: Retry, round: u32) -> Verdict {
    let origin = origin(status);
    if status.code() == Code::DeadlineExceeded {
        return Verdict::Late;
    }
    if origin == Origin::Server && status.code() == Code::ResourceExhausted {
        return match retry_delay(status) {
            Some(delay) if is_beyond_rate(status) => Verdict::TooMany(delay + pause(0) / 2),
            Some(delay) => Verdict::After(delay + pause(0) / 2),
            None => Verdict::Final,
        };
    }
    let is_answer = status.code() != Code::Unavailable || has_refusal(status);
    match origin {
        Origin::Server if is_answer || retry != Retry::Safe => return Verdict::Final,
        Origin::Broken | Origin::Deadline if retry != Retry::Safe => return Verdict::Uncertain,
        _ if connection_fault(status).is_some() => return Verdict::Faulty,
        _ => {}
    }
    match retry_delay(status) {
        Some(delay) => Verdict::After(delay.max(pause(round))),
        None => Verdict::Again,
    }
}

/// A connection that failed, as UNAVAILABLE: tonic calls some CANCELLED or UNKNOWN, and names no address.
pub(crate) fn unreachable(server: &Server, status: &Status) -> Error {
    let text = format!("{}: {}", server.name(), describe(status));
    Error::ServiceUnavailable {
        fault: connection_fault(status),
        status: Box::new(Status::unavailable(text)),
    }
}

/// Longer after each attempt, and between half and all of that, so that the clients of a server
/// that comes back do not call as one.
fn pause(attempt: u32) -> Duration {
    let longest = MAX_PAUSE.min(FIRST_PAUSE * 2_u32.pow(attempt.min(8)));
    longest / 2 + up_to(longest / 2)
}
