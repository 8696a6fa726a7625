//! Statuses as the service sends them.

use prost::Message;
use prost_types::{Any, Timestamp};
use secure_token_client::proto::google::rpc::{self, ErrorInfo, RetryInfo};
use secure_token_client::proto::securetoken::v1::{ErrorReason, TokenErrorDetail, TokenErrorKind};
use tonic::{Code, Status};

/// A status with the given details.
pub fn status(code: Code, details: Vec<Any>) -> Status {
    let encoded = rpc::Status {
        code: code as i32,
        message: "text".into(),
        details,
    };
    Status::with_details(code, "text", encoded.encode_to_vec().into())
}

/// A detail of a type, whatever its bytes.
pub fn any(name: &str, value: Vec<u8>) -> Any {
    Any {
        type_url: format!("type.googleapis.com/{name}"),
        value,
    }
}

/// The detail that decides.
pub fn detail(kind: i32, reason: i32) -> TokenErrorDetail {
    TokenErrorDetail {
        kind,
        reason,
        field: "token".into(),
        expired_at: Some(Timestamp {
            seconds: 1,
            nanos: 2_000,
        }),
        required_permission: "notes:write".into(),
    }
}

pub fn detail_any(detail: &TokenErrorDetail) -> Any {
    any("securetoken.v1.TokenErrorDetail", detail.encode_to_vec())
}

pub fn info_any(reason: &str, domain: &str, metadata: &[(&str, &str)]) -> Any {
    let metadata = metadata
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()));
    let info = ErrorInfo {
        reason: reason.into(),
        domain: domain.into(),
        metadata: metadata.collect(),
    };
    any("google.rpc.ErrorInfo", info.encode_to_vec())
}

/// What a server without room answers: it may be called again after so many milliseconds.
pub fn no_room(millis: i32) -> Status {
    status(Code::ResourceExhausted, vec![retry_any(millis)])
}

/// The same to a caller that makes more calls than it may.
pub fn beyond_rate(millis: i32) -> Status {
    let info = info_any("CALLER_ERROR_REASON_RATE_EXCEEDED", "securetoken.v1", &[]);
    status(Code::ResourceExhausted, vec![info, retry_any(millis)])
}

fn retry_any(millis: i32) -> Any {
    let delay = prost_types::Duration {
        seconds: 0,
        nanos: millis * 1_000_000,
    };
    let retry = RetryInfo {
        retry_delay: Some(delay),
    };
    any("google.rpc.RetryInfo", retry.encode_to_vec())
}

/// What a server answers for a token that it does not take.
pub fn invalid_token() -> Status {
    let detail = detail(
        TokenErrorKind::InvalidToken as i32,
        ErrorReason::TokenMalformed as i32,
    );
    status(Code::Unauthenticated, vec![detail_any(&detail)])
}
