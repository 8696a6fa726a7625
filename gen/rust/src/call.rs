//! One call: its deadline, its retries, its error.

use std::error::Error as StdError;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use tonic::{Code, Request, Response, Status, TimeoutExpired};

use crate::details::has_refusal;
use crate::error::Error;

const MAX_ATTEMPTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Longer than any server allows, and short enough to be added to any instant.
const MAX_DEADLINE: Duration = Duration::from_secs(24 * 60 * 60);

/// What may be repeated when the server is UNAVAILABLE, which it may have become after it had done
/// the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// A call that changes nothing.
    Safe,
    /// A call that issues or revokes a token.
    Never,
}

/// Sends a message, again if that is safe, until there is an answer or the deadline has passed.
pub(crate) async fn call<M, R, F>(
    deadline: Duration,
    retry: Retry,
    message: M,
    send: impl Fn(Request<M>) -> F,
) -> Result<R, Error>
where
    M: Clone,
    F: Future<Output = Result<Response<R>, Status>>,
{
    let end = Instant::now() + deadline.min(MAX_DEADLINE);
    let mut attempt = 1;
    loop {
        let mut request = Request::new(message.clone());
        request.set_timeout(end.saturating_duration_since(Instant::now()));
        let status = match timeout_at(end, send(request)).await {
            Ok(Ok(response)) => return Ok(response.into_inner()),
            Ok(Err(status)) if !timed_out(&status) => status,
            _ => {
                return Err(Error::Rpc(Status::deadline_exceeded(
                    "the deadline has passed",
                )));
            }
        };
        let again = retry == Retry::Safe
            && attempt < MAX_ATTEMPTS
            && status.code() == Code::Unavailable
            && !has_refusal(&status);
        let resume = Instant::now() + pause(attempt);
        if !again || resume >= end {
            return Err(status.into());
        }
        sleep(resume - Instant::now()).await;
        attempt += 1;
    }
}

/// Twice as long after each attempt, and between half and all of that, so that the clients of a
/// server that comes back do not call as one.
fn pause(attempt: u32) -> Duration {
    let longest = FIRST_PAUSE * 2_u32.pow(attempt - 1);
    // Every RandomState has keys of its own.
    let random = RandomState::new().hash_one(attempt) as u32;
    longest / 2 + (longest / 2).mul_f64(f64::from(random) / f64::from(u32::MAX))
}

/// tonic watches the deadline as well, and calls it a cancellation.
fn timed_out(status: &Status) -> bool {
    let mut source = StdError::source(status);
    while let Some(error) = source {
        if error.is::<TimeoutExpired>() {
            return true;
        }
        source = error.source();
    }
    false
}
