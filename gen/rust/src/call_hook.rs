//! Tells a program of its client's calls, for metrics.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tonic::Code;

use crate::error::Error;

/// A call that has ended, with all its further tries. It holds no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndedCall {
    /// The RPC: `ValidateToken`.
    pub method: &'static str,
    /// How it ended; `Cancelled` where nobody waited for its end.
    pub code: Code,
    /// How long it took.
    pub duration: Duration,
}

impl EndedCall {
    /// gRPC's name of the code: `OK`, `UNAUTHENTICATED`, `UNAVAILABLE` …
    pub fn code_name(&self) -> &'static str {
        match self.code {
            Code::Ok => "OK",
            Code::Cancelled => "CANCELLED",
            Code::Unknown => "UNKNOWN",
            Code::InvalidArgument => "INVALID_ARGUMENT",
            Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Code::NotFound => "NOT_FOUND",
            Code::AlreadyExists => "ALREADY_EXISTS",
            Code::PermissionDenied => "PERMISSION_DENIED",
            Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
            Code::FailedPrecondition => "FAILED_PRECONDITION",
            Code::Aborted => "ABORTED",
            Code::OutOfRange => "OUT_OF_RANGE",
            Code::Unimplemented => "UNIMPLEMENTED",
            Code::Internal => "INTERNAL",
            Code::Unavailable => "UNAVAILABLE",
            Code::DataLoss => "DATA_LOSS",
            Code::Unauthenticated => "UNAUTHENTICATED",
        }
    }
}

type Hook = dyn Fn(&EndedCall) + Send + Sync;

/// The hook of a client, where it has one.
#[derive(Clone, Default)]
pub(crate) struct CallHook(Option<Arc<Hook>>);

impl CallHook {
    pub(crate) fn new(hook: impl Fn(&EndedCall) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hook)))
    }

    /// A call begins.
    pub(crate) fn begin(&self, method: &'static str) -> Call<'_> {
        Call {
            hook: self,
            method,
            began: Instant::now(),
            code: Code::Cancelled,
        }
    }
}

impl fmt::Debug for CallHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CallHook").field(&self.0.is_some()).finish()
    }
}

/// A call under way, which tells the hook when it is dropped: a future that nobody polls any more ends so.
pub(crate) struct Call<'a> {
    hook: &'a CallHook,
    method: &'static str,
    began: Instant,
    code: Code,
}

impl Call<'_> {
    pub(crate) fn end<R>(mut self, result: Result<R, Error>) -> Result<R, Error> {
        self.code = result.as_ref().err().map_or(Code::Ok, code_of);
        result
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let Some(hook) = &self.hook.0 else { return };
        let call = EndedCall {
            method: self.method,
            code: self.code,
            duration: self.began.elapsed(),
        };
        // A hook that panics must not decide about a call.
        drop(catch_unwind(AssertUnwindSafe(|| hook(&call))));
    }
}

fn code_of(error: &Error) -> Code {
    let told = error.facts().map(|facts| facts.code);
    told.or_else(|| error.status().map(tonic::Status::code))
        .unwrap_or(Code::Unknown)
}
