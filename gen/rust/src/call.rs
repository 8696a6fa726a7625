//! One call: its deadline, its further tries, its error.

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use tonic::{Code, Request, Response, Status};

use crate::api_key::ApiKey;
use crate::details::{has_refusal, is_unknown_caller, retry_delay};
use crate::error::Error;
use crate::fault::{Origin, connection_fault, describe, origin};

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
/// answer or the deadline has passed.
pub(crate) async fn call<M, R, F>(
    deadline: Duration,
    api_key: &ApiKey,
    retry: Retry,
    message: M,
    send: impl Fn(Request<M>) -> F,
) -> Result<R, Error>
where
    M: Clone,
    F: Future<Output = Result<Response<R>, Status>>,
{
    let end = Instant::now() + deadline.min(MAX_SENT_DEADLINE);
    let mut attempt = 0;
    let mut renewed = false;
    let mut last = None;
    loop {
        let mut request = Request::new(message.clone());
        request.set_timeout(end.saturating_duration_since(Instant::now()));
        let status = match timeout_at(end, send(request)).await {
            Ok(Ok(response)) => return Ok(response.into_inner()),
            Ok(Err(status)) if origin(&status) != Origin::Deadline => status,
            // An earlier attempt's error says more than that the time is up.
            _ => {
                let passed = || Error::Rpc(Status::deadline_exceeded("the deadline has passed"));
                return Err(last.unwrap_or_else(passed));
            }
        };
        if !renewed && is_unknown_caller(&status) && api_key.renew() {
            renewed = true;
            continue;
        }
        let wait = match judge(&status, retry, attempt) {
            Verdict::Final => return Err(status.into()),
            Verdict::Faulty => return Err(unreachable(&status)),
            Verdict::Again(wait) => wait,
        };
        let resume = Instant::now() + wait;
        let error = if origin(&status) == Origin::Server {
            status.into()
        } else {
            unreachable(&status)
        };
        if resume >= end {
            return Err(error);
        }
        last = Some(error);
        sleep(wait).await;
        attempt += 1;
    }
}

enum Verdict {
    /// The status is the call's end.
    Final,
    /// The connection failed, and trying again is of no use or not safe.
    Faulty,
    /// Worth another try after a while.
    Again(Duration),
}

fn judge(status: &Status, retry: Retry, attempt: u32) -> Verdict {
    let repeatable = match origin(status) {
        Origin::Server if status.code() == Code::ResourceExhausted => {
            return match retry_delay(status) {
                Some(delay) => Verdict::Again(delay + pause(0) / 2),
                None => Verdict::Final,
            };
        }
        Origin::Server if status.code() != Code::Unavailable || has_refusal(status) => {
            return Verdict::Final;
        }
        Origin::Server if retry != Retry::Safe => return Verdict::Final,
        Origin::Server | Origin::Unsent => true,
        Origin::Broken | Origin::Deadline => retry == Retry::Safe,
    };
    if connection_fault(status).is_some() || !repeatable {
        return Verdict::Faulty;
    }
    Verdict::Again(pause(attempt).max(retry_delay(status).unwrap_or_default()))
}

/// A connection that failed, as UNAVAILABLE: tonic calls some CANCELLED or UNKNOWN.
fn unreachable(status: &Status) -> Error {
    Error::ServiceUnavailable {
        fault: connection_fault(status),
        status: Box::new(Status::unavailable(describe(status))),
    }
}

/// Longer after each attempt, and between half and all of that, so that the clients of a server
/// that comes back do not call as one.
fn pause(attempt: u32) -> Duration {
    let longest = MAX_PAUSE.min(FIRST_PAUSE * 2_u32.pow(attempt.min(8)));
    // Every RandomState has keys of its own.
    let random = RandomState::new().hash_one(attempt) as u32;
    longest / 2 + (longest / 2).mul_f64(f64::from(random) / f64::from(u32::MAX))
}
