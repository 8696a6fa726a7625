//! The details of a status, turned into an [`Error`].

use std::time::{Duration, SystemTime};

use prost::Message;
use prost_types::Any;
use tonic::{Code, Status};

use crate::error::{Error, Facts};
use crate::fault::connection_fault;
use crate::proto::google::rpc::{self, ErrorInfo, RetryInfo};
use crate::proto::securetoken::v1::{ErrorReason, TokenErrorDetail, TokenErrorKind};

pub(crate) const DOMAIN: &str = "securetoken.v1";
pub(crate) const DETAIL: &str = "securetoken.v1.TokenErrorDetail";
pub(crate) const INFO: &str = "google.rpc.ErrorInfo";
const RETRY: &str = "google.rpc.RetryInfo";
const REASON_PREFIX: &str = "ERROR_REASON_";
const CALLER_PREFIX: &str = "CALLER_ERROR_REASON_";
const RATE_EXCEEDED: &str = "CALLER_ERROR_REASON_RATE_EXCEEDED";

impl From<Status> for Error {
    /// The refusal that a status tells of. A status without a `TokenErrorDetail`, and one whose
    /// details cannot be read, is no fact about a token, whatever its code.
    fn from(status: Status) -> Self {
        let details = details_of(&status);
        refusal(status.code(), status.message(), &details)
            .unwrap_or_else(|| other(status, &details))
    }
}

fn details_of(status: &Status) -> Vec<Any> {
    rpc::Status::decode(status.details())
        .unwrap_or_default()
        .details
}

/// A status that is no fact about a token, by its name.
fn other(status: Status, details: &[Any]) -> Error {
    let delay = delay_in(details);
    let caller = caller_info(details);
    match status.code() {
        Code::Unavailable => Error::ServiceUnavailable {
            fault: connection_fault(&status),
            status: Box::new(status),
        },
        Code::ResourceExhausted if delay.is_some() || is_rate(caller.as_ref()) => {
            Error::RateExceeded {
                retry_after: delay,
                status: Box::new(status),
            }
        }
        Code::Unauthenticated | Code::PermissionDenied => match caller {
            None => Error::Rpc(status),
            Some(mut info) => Error::CallerRefused {
                reason: info.reason.split_off(CALLER_PREFIX.len()),
                field: info.metadata.remove("field").unwrap_or_default(),
                metadata: info.metadata.into_iter().collect(),
                status: Box::new(status),
            },
        },
        _ => Error::Rpc(status),
    }
}

/// What the service says of a caller that it refuses.
fn caller_info(details: &[Any]) -> Option<ErrorInfo> {
    find::<ErrorInfo>(details, INFO)
        .filter(|info| info.domain == DOMAIN && info.reason.starts_with(CALLER_PREFIX))
}

/// Whether the service does not know this client's own credential.
pub(crate) fn is_unknown_caller(status: &Status) -> bool {
    status.code() == Code::Unauthenticated && caller_info(&details_of(status)).is_some()
}

/// Whether this client makes more calls than it may, rather than the server having no room for anyone's.
pub(crate) fn is_beyond_rate(status: &Status) -> bool {
    status.code() == Code::ResourceExhausted && is_rate(caller_info(&details_of(status)).as_ref())
}

fn is_rate(caller: Option<&ErrorInfo>) -> bool {
    caller.is_some_and(|info| info.reason == RATE_EXCEEDED)
}

/// How long the server asks to wait.
pub(crate) fn retry_delay(status: &Status) -> Option<Duration> {
    delay_in(&details_of(status))
}

fn delay_in(details: &[Any]) -> Option<Duration> {
    let delay = find::<RetryInfo>(details, RETRY)?.retry_delay?;
    Duration::try_from(delay).ok()
}

/// The same for the status of one answer among many.
pub(crate) fn from_answer(status: rpc::Status) -> Error {
    let code = Code::from_i32(status.code);
    refusal(code, &status.message, &status.details)
        .unwrap_or_else(|| Error::Rpc(Status::new(code, status.message)))
}

/// Whether a status is a fact about a token or a request.
pub(crate) fn has_refusal(status: &Status) -> bool {
    rpc::Status::decode(status.details())
        .is_ok_and(|decoded| find::<TokenErrorDetail>(&decoded.details, DETAIL).is_some())
}

fn refusal(code: Code, message: &str, details: &[Any]) -> Option<Error> {
    let detail: TokenErrorDetail = find(details, DETAIL)?;
    let info = find::<ErrorInfo>(details, INFO).filter(|info| info.domain == DOMAIN);
    let mut info = info.unwrap_or_default();
    // The field has a place of its own.
    let field = info.metadata.remove("field").unwrap_or_default();
    let facts = Box::new(Facts {
        message: message.to_owned(),
        reason: reason(&detail, &info),
        field: if detail.field.is_empty() {
            field
        } else {
            detail.field.clone()
        },
        metadata: info.metadata.into_iter().collect(),
        code,
    });
    Some(match detail.kind() {
        TokenErrorKind::TokenExpired => Error::TokenExpired {
            facts,
            expired_at: detail
                .expired_at
                .and_then(|at| SystemTime::try_from(at).ok()),
        },
        TokenErrorKind::InvalidToken => Error::InvalidToken { facts },
        TokenErrorKind::PermissionDenied => Error::PermissionDenied {
            facts,
            required_permission: detail.required_permission,
        },
        // An unknown number reads as unspecified.
        TokenErrorKind::TokenError | TokenErrorKind::Unspecified => Error::Token { facts },
    })
}

/// The reason's name. ErrorInfo holds it as text, so that even one younger than this crate has one.
fn reason(detail: &TokenErrorDetail, info: &ErrorInfo) -> String {
    let name = match ErrorReason::try_from(detail.reason) {
        Ok(reason) if reason != ErrorReason::Unspecified => reason.as_str_name(),
        _ => &info.reason,
    };
    name.strip_prefix(REASON_PREFIX)
        .unwrap_or("UNSPECIFIED")
        .to_owned()
}

/// The first detail of a type that can be read.
fn find<M: Message + Default>(details: &[Any], name: &str) -> Option<M> {
    details
        .iter()
        .filter(|any| any.type_url.rsplit('/').next() == Some(name))
        .find_map(|any| M::decode(any.value.as_slice()).ok())
}
