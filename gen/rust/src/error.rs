//! What a call can fail with.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use tonic::{Code, Status};

use crate::fault::ConnectionFault;

/// Why a call failed. The first four are facts about a token or a request, told by the details of
/// the server's status and never by its text or code. The others say nothing about a token, and have
/// a [`status`](Error::status).
#[derive(Clone)]
#[non_exhaustive]
pub enum Error {
    /// The token is authentic, and past its `expires_at`.
    #[non_exhaustive]
    TokenExpired {
        /// What every refusal tells.
        facts: Box<Facts>,
        /// The last instant at which the token was valid. `None` if the server failed to say.
        expired_at: Option<SystemTime>,
    },
    /// The token is malformed, not authentic, or revoked.
    #[non_exhaustive]
    InvalidToken {
        /// What every refusal tells.
        facts: Box<Facts>,
    },
    /// The token is valid and lacks the required permission.
    #[non_exhaustive]
    PermissionDenied {
        /// What every refusal tells.
        facts: Box<Facts>,
        /// The permission that the token lacks.
        required_permission: String,
    },
    /// A request breaks a rule. Also any kind of refusal that a newer server may add.
    #[non_exhaustive]
    Token {
        /// What every refusal tells.
        facts: Box<Facts>,
    },
    /// The service refused this client's own credential, or what it asked for with it.
    #[non_exhaustive]
    CallerRefused {
        /// `UNKNOWN_CALLER`, `RPC_NOT_ALLOWED`, `GRANT_NOT_ALLOWED`, or that of a newer server.
        reason: String,
        /// The input at fault: `authorization`, `permissions`, `user_id`, `expires_in`.
        field: String,
        /// Every variable part of the message, by name.
        metadata: BTreeMap<String, String>,
        /// What the call ended with.
        status: Box<Status>,
    },
    /// This client makes more calls than it may. The call was tried again as often as its deadline
    /// allowed.
    #[non_exhaustive]
    RateExceeded {
        /// How long to wait, if the server says so.
        retry_after: Option<Duration>,
        /// What the call ended with.
        status: Box<Status>,
    },
    /// The service could not be reached, or called itself unavailable, until the deadline. A call
    /// with a fault is not tried again.
    #[non_exhaustive]
    ServiceUnavailable {
        /// What is wrong with the connection, if trying again cannot help.
        fault: Option<ConnectionFault>,
        /// What the call ended with: its code is UNAVAILABLE.
        status: Box<Status>,
    },
    /// Anything else, such as the deadline, or a fault of the server's own.
    Rpc(Status),
}

/// What every refusal tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The server's words, for logs. They never hold a token.
    pub message: String,
    /// Which rule was broken: the name of an `ErrorReason` without its prefix, such as
    /// `TOKEN_REVOKED`. A newer server may send names that this crate does not have; `UNSPECIFIED`
    /// where a server sent none.
    pub reason: String,
    /// The input at fault, as the request names it: `token`, `permissions[2]`, `expires_in`.
    pub field: String,
    /// Every variable part of the message, by name.
    pub metadata: BTreeMap<String, String>,
    /// The code of the status, for logs.
    pub code: Code,
}

impl Error {
    /// Whether this is a fact about a token or a request, rather than a fault of the call.
    pub fn is_token_error(&self) -> bool {
        self.facts().is_some()
    }

    /// What the server told of the refusal; `None` for what is no fact about a token.
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::TokenExpired { facts, .. }
            | Self::InvalidToken { facts }
            | Self::PermissionDenied { facts, .. }
            | Self::Token { facts } => Some(facts),
            _ => None,
        }
    }

    /// What the call ended with, if that is no fact about a token.
    pub fn status(&self) -> Option<&Status> {
        match self {
            Self::CallerRefused { status, .. }
            | Self::RateExceeded { status, .. }
            | Self::ServiceUnavailable { status, .. } => Some(status),
            Self::Rpc(status) => Some(status),
            _ => None,
        }
    }

    /// The refusal's kind as the wire names it, such as `TOKEN_EXPIRED`; `None` for what is no fact
    /// about a token.
    pub fn kind(&self) -> Option<&'static str> {
        match self {
            Self::TokenExpired { .. } => Some("TOKEN_EXPIRED"),
            Self::InvalidToken { .. } => Some("INVALID_TOKEN"),
            Self::PermissionDenied { .. } => Some("PERMISSION_DENIED"),
            Self::Token { .. } => Some("TOKEN_ERROR"),
            _ => None,
        }
    }

    /// The code of the status that the call ended with.
    pub fn code(&self) -> Code {
        let told = self.facts().map(|facts| facts.code);
        told.or(self.status().map(Status::code))
            .unwrap_or(Code::Unknown)
    }

    /// A request that no message can carry, refused before it is sent, in the server's words.
    pub(crate) fn refused(field: &str, reason: &str, message: String) -> Self {
        Self::Token {
            facts: Box::new(Facts {
                message,
                reason: reason.to_owned(),
                field: field.to_owned(),
                metadata: BTreeMap::new(),
                code: Code::InvalidArgument,
            }),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.status().and_then(std::error::Error::source)
    }
}
