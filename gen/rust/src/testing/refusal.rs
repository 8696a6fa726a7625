//! What a stand-in says of tokens and requests: the service's own words and details.

use prost::Message;
use prost_types::{Any, Timestamp};
use tonic::{Code, Status};

use crate::details::{DETAIL, DOMAIN, INFO};
use crate::proto::google::rpc;
use crate::proto::securetoken::v1::{ErrorReason, TokenErrorDetail, TokenErrorKind};

/// An answer that is an error.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    Malformed,
    Expired(Timestamp),
    Revoked,
    /// The permission that the token lacks.
    NotGranted(String),
    /// The audience that the token does not name.
    NotFor(String),
    /// A target of RevokeTokens that names nothing.
    EmptyTarget,
}

impl Refusal {
    /// As it stands in a batch's result, and in the details of a call's end.
    pub(super) fn message(&self) -> rpc::Status {
        let (kind, reason, field, text) = self.row();
        let mut detail = TokenErrorDetail {
            kind: kind as i32,
            reason: reason as i32,
            field: field.to_owned(),
            ..Default::default()
        };
        let mut info = rpc::ErrorInfo {
            reason: reason.as_str_name().to_owned(),
            domain: DOMAIN.to_owned(),
            metadata: [("field".to_owned(), field.to_owned())].into(),
        };
        match self {
            Self::Expired(at) => detail.expired_at = Some(*at),
            Self::NotGranted(permission) => {
                detail.required_permission.clone_from(permission);
                let name = "required_permission".to_owned();
                info.metadata.insert(name, permission.clone());
            }
            Self::NotFor(audience) => {
                let name = "audience".to_owned();
                info.metadata.insert(name, audience.clone());
            }
            _ => {}
        }
        rpc::Status {
            code: self.code() as i32,
            message: text,
            details: vec![
                packed(DETAIL, detail.encode_to_vec()),
                packed(INFO, info.encode_to_vec()),
            ],
        }
    }

    fn row(&self) -> (TokenErrorKind, ErrorReason, &'static str, String) {
        use {ErrorReason as Reason, TokenErrorKind as Kind};
        match self {
            Self::Malformed => (
                Kind::InvalidToken,
                Reason::TokenMalformed,
                "token",
                "Token format is invalid".to_owned(),
            ),
            Self::Expired(_) => (
                Kind::TokenExpired,
                Reason::TokenExpired,
                "token",
                "Token expired".to_owned(),
            ),
            Self::Revoked => (
                Kind::InvalidToken,
                Reason::TokenRevoked,
                "token",
                "Token has been revoked".to_owned(),
            ),
            Self::NotGranted(permission) => (
                Kind::PermissionDenied,
                Reason::PermissionNotGranted,
                "required_permission",
                format!("Permission '{permission}' not granted"),
            ),
            Self::NotFor(audience) => (
                Kind::InvalidToken,
                Reason::AudienceMismatch,
                "audience",
                format!("Token is not for audience '{audience}'"),
            ),
            Self::EmptyTarget => (
                Kind::TokenError,
                Reason::RevocationInvalid,
                "targets",
                "a target of RevokeTokens must name something".to_owned(),
            ),
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::NotGranted(_) => Code::PermissionDenied,
            Self::EmptyTarget => Code::InvalidArgument,
            _ => Code::Unauthenticated,
        }
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.message();
        let details = message.encode_to_vec().into();
        Self::with_details(refusal.code(), message.message, details)
    }
}

fn packed(name: &str, value: Vec<u8>) -> Any {
    Any {
        type_url: format!("type.googleapis.com/{name}"),
        value,
    }
}
