//! How an error reads: no bytes of details and metadata, in which a newer server may send anything.

use std::error::Error as StdError;
use std::fmt;

use tonic::Status;

use crate::error::Error;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(status) = self.status() else {
            return f.write_str(self.facts().map_or("", |facts| &facts.message));
        };
        match self {
            Self::CallerRefused { .. } => {
                f.write_str("the token service refused this client's own credential")?;
            }
            Self::RateExceeded { .. } => f.write_str("this client makes too many calls")?,
            Self::ServiceUnavailable {
                fault: Some(fault), ..
            } => write!(f, "the token service cannot be reached: {fault}")?,
            Self::ServiceUnavailable { .. } => f.write_str("the token service is not available")?,
            _ => write!(f, "the call ended with {:?}", status.code())?,
        }
        if status.message().is_empty() {
            Ok(())
        } else {
            write!(f, ": {}", status.message())
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TokenExpired { facts, expired_at } => f
                .debug_struct("TokenExpired")
                .field("facts", facts)
                .field("expired_at", expired_at)
                .finish(),
            Self::InvalidToken { facts } => f
                .debug_struct("InvalidToken")
                .field("facts", facts)
                .finish(),
            Self::PermissionDenied {
                facts,
                required_permission,
            } => f
                .debug_struct("PermissionDenied")
                .field("facts", facts)
                .field("required_permission", required_permission)
                .finish(),
            Self::Token { facts } => f.debug_struct("Token").field("facts", facts).finish(),
            Self::CallerRefused {
                reason,
                field,
                metadata,
                status,
            } => f
                .debug_struct("CallerRefused")
                .field("reason", reason)
                .field("field", field)
                .field("metadata", metadata)
                .field("status", &Readable(status))
                .finish(),
            Self::RateExceeded {
                retry_after,
                status,
            } => f
                .debug_struct("RateExceeded")
                .field("retry_after", retry_after)
                .field("status", &Readable(status))
                .finish(),
            Self::ServiceUnavailable { fault, status } => f
                .debug_struct("ServiceUnavailable")
                .field("fault", fault)
                .field("status", &Readable(status))
                .finish(),
            Self::Rpc(status) => f.debug_tuple("Rpc").field(&Readable(status)).finish(),
        }
    }
}

/// A status without its details and metadata.
struct Readable<'a>(&'a Status);

impl fmt::Debug for Readable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Status");
        shown.field("code", &self.0.code());
        shown.field("message", &self.0.message());
        if let Some(source) = self.0.source() {
            shown.field("source", &source);
        }
        shown.finish()
    }
}
