//! The details of a status, turned into an [`Error`].

use std::time::SystemTime;

use prost::Message;
use prost_types::Any;
use tonic::{Code, Status};

use crate::error::{Error, Facts};
use crate::proto::google::rpc::{self, ErrorInfo};
use crate::proto::securetoken::v1::{ErrorReason, TokenErrorDetail, TokenErrorKind};

const DOMAIN: &str = "securetoken.v1";
const DETAIL: &str = "securetoken.v1.TokenErrorDetail";
const INFO: &str = "google.rpc.ErrorInfo";
const REASON_PREFIX: &str = "ERROR_REASON_";

impl From<Status> for Error {
    /// The refusal that a status tells of. A status without a `TokenErrorDetail`, and one whose
    /// details cannot be read, is [`Error::Rpc`], whatever its code.
    fn from(status: Status) -> Self {
        let details = rpc::Status::decode(status.details())
            .unwrap_or_default()
            .details;
        refusal(status.code(), status.message(), &details).unwrap_or(Self::Rpc(status))
    }
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
