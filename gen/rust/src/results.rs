//! What a call answers with.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use crate::time::timedelta_text;

/// What a token holds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Claims {
    /// Identifies the token in logs and revocations. Never secret.
    pub token_id: String,
    /// Whom the token speaks for.
    pub user_id: String,
    /// What the token permits.
    pub permissions: Vec<String>,
    /// When the token was issued, to the microsecond.
    pub issued_at: SystemTime,
    /// The last instant at which the token is valid.
    pub expires_at: SystemTime,
    /// `expires_at` minus the server's present; zero for an expired token.
    pub time_remaining: Duration,
    /// When the first token of the session was issued: what cut-offs are compared with. The same as
    /// `issued_at` from servers that are too old to tell it.
    pub session_started_at: SystemTime,
    /// What else the token carries. Integers keep their digits up to 64 bits, and beyond with the
    /// feature `arbitrary_precision`.
    pub additional_data: Map<String, Value>,
    /// The session that the token belongs to: the `token_id` of the session's first token.
    pub session_id: String,
    /// The key that the token is made with; see [`ServerConfig::keys`].
    pub key_id: String,
    /// The services that the token is meant for; empty where it names none.
    pub audiences: Vec<String>,
    /// The audience that the call required, see [`SecureTokenClient::with_audience`], and which the token names;
    /// `None` where none was.
    ///
    /// [`SecureTokenClient::with_audience`]: crate::SecureTokenClient::with_audience
    pub checked_audience: Option<String>,
}

impl Claims {
    /// Whether the token holds a permission, compared exactly.
    pub fn has_permission(&self, permission: &str) -> bool {
        self.permissions.iter().any(|held| held == permission)
    }

    /// Whether the token is meant for a service, compared exactly.
    pub fn has_audience(&self, audience: &str) -> bool {
        self.audiences.iter().any(|named| named == audience)
    }

    /// `time_remaining` as Python's `str(timedelta)` writes it: `1 day, 2:03:04`.
    pub fn time_remaining_text(&self) -> String {
        timedelta_text(self.time_remaining)
    }
}

/// A new token and what it holds. `Debug` hides the token.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct IssuedToken {
    /// The token. Whoever holds it has its permissions: treat it as a password.
    pub token: String,
    /// Identifies the token in logs and revocations. Never secret.
    pub token_id: String,
    /// Whom the token speaks for.
    pub user_id: String,
    /// What the token permits, without duplicates.
    pub permissions: Vec<String>,
    /// When the token was issued, to the microsecond.
    pub issued_at: SystemTime,
    /// The last instant at which the token is valid.
    pub expires_at: SystemTime,
    /// What else the token carries.
    pub additional_data: Map<String, Value>,
    /// The session that the token belongs to: the `token_id` of the session's first token.
    pub session_id: String,
    /// The key that the token is made with; see [`ServerConfig::keys`].
    pub key_id: String,
    /// The services that the token is meant for; empty where it names none.
    pub audiences: Vec<String>,
    /// Whether less was granted than was asked for: the session ends at `expires_at`, or a holder
    /// asked for more than the lifetime that its token was issued with. Only a refreshed token has it.
    pub clamped: bool,
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedToken")
            .field("token", &format_args!("[redacted]"))
            .field("token_id", &self.token_id)
            .field("user_id", &self.user_id)
            .field("permissions", &self.permissions)
            .field("issued_at", &self.issued_at)
            .field("expires_at", &self.expires_at)
            .field("additional_data", &self.additional_data)
            .field("session_id", &self.session_id)
            .field("key_id", &self.key_id)
            .field("audiences", &self.audiences)
            .field("clamped", &self.clamped)
            .finish()
    }
}

/// All that is known of a valid token.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TokenInfo {
    /// What the token holds.
    pub claims: Claims,
    /// The same instant as `claims.issued_at`.
    pub created_at: SystemTime,
    /// Always false: a revoked token is an error.
    pub is_revoked: bool,
    /// When the session began.
    pub session_started_at: SystemTime,
}

/// Whether a token holds one of several permissions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PermissionResult {
    /// The permission asked.
    pub permission: String,
    /// Whether the token holds it.
    pub granted: bool,
}

/// What a token is at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenState {
    /// Valid.
    Active,
    /// Authentic, and past its `expires_at`.
    Expired,
    /// Authentic, not expired, and revoked.
    Revoked,
    /// Malformed or not authentic.
    Invalid,
}

/// A token's state, and what can be believed of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Introspection {
    /// The state at the server's present.
    pub state: TokenState,
    /// What the token holds; `None` for an invalid one.
    pub claims: Option<Claims>,
    /// The key that the token is made with; `None` for an invalid one.
    pub key_id: Option<String>,
}

/// How a server makes tokens. Holds no byte of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerConfig {
    /// `Fernet-PBKDF2-SHA256`.
    pub algorithm: String,
    /// The version that tokens carry.
    pub version: String,
    /// PBKDF2 iterations of the primary key.
    pub iterations: u32,
    /// PBKDF2 salt of the primary key.
    pub salt: Vec<u8>,
    /// The lifetime of a token whose request names none.
    pub default_expires_in: Duration,
    /// Every key the server decrypts with, the primary first.
    pub keys: Vec<KeyInfo>,
    /// The server's own version: `0.1.0`. Empty from servers that are too old to tell it.
    pub server_version: String,
    /// The name by which the server knows this caller. Empty where the server has no callers file.
    pub caller: String,
    /// The RPCs that this caller may call: `ValidateToken`. Empty where `caller` is.
    pub caller_rpcs: Vec<String>,
}

/// A key, without any of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyInfo {
    /// A one-way fingerprint of the derived key, in hexadecimal.
    pub key_id: String,
    /// What the key is used for.
    pub state: KeyState,
}

/// What a key is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyState {
    /// Decrypts; will become primary.
    Staged,
    /// Encrypts and decrypts.
    Primary,
    /// Decrypts; was primary.
    Secondary,
    /// A state that this crate does not know.
    Unspecified,
}
