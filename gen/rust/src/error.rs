//! What a call can fail with.

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

use tonic::{Code, Status};

/// Why a call failed. All but [`Error::Rpc`] are facts about a token or a request, told by the
/// details of the server's status and never by its text or code.
#[derive(Debug)]
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
    /// Anything else: the transport, the deadline, the client's own credential. It says nothing
    /// about a token.
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

    /// What the server told of the refusal; `None` for [`Error::Rpc`].
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::TokenExpired { facts, .. }
            | Self::InvalidToken { facts }
            | Self::PermissionDenied { facts, .. }
            | Self::Token { facts } => Some(facts),
            Self::Rpc(_) => None,
        }
    }

    /// The refusal's kind as the wire names it, such as `TOKEN_EXPIRED`; `None` for
    /// [`Error::Rpc`].
    pub fn kind(&self) -> Option<&'static str> {
        match self {
            Self::TokenExpired { .. } => Some("TOKEN_EXPIRED"),
            Self::InvalidToken { .. } => Some("INVALID_TOKEN"),
            Self::PermissionDenied { .. } => Some("PERMISSION_DENIED"),
            Self::Token { .. } => Some("TOKEN_ERROR"),
            Self::Rpc(_) => None,
        }
    }

    /// The code of the status that the call ended with.
    pub fn code(&self) -> Code {
        match self {
            Self::Rpc(status) => status.code(),
            refusal => refusal.facts().map_or(Code::Unknown, |facts| facts.code),
        }
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

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rpc(status) => {
                write!(f, "the token service could not answer: {}", status.code())?;
                if status.message().is_empty() {
                    Ok(())
                } else {
                    write!(f, ": {}", status.message())
                }
            }
            refusal => f.write_str(refusal.facts().map_or("", |facts| &facts.message)),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Rpc(status) => std::error::Error::source(status),
            _ => None,
        }
    }
}
