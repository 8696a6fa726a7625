//! What a call is given.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::error::Error;
use crate::json;
use crate::lifetime::Lifetime;
use crate::proto::securetoken::v1::{GenerateTokenRequest, RefreshTokenRequest};
use crate::token::sendable;

/// What a new token should hold. Everything but the user is optional.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct NewToken {
    user_id: String,
    permissions: Vec<String>,
    expires_in: Option<Lifetime>,
    additional_data: Map<String, Value>,
    audiences: Vec<String>,
}

impl NewToken {
    /// A token that speaks for a user: 1 to 256 code points, no control characters.
    pub fn for_user(user_id: impl Into<String>) -> Self {
        Self {
            user_id: user_id.into(),
            permissions: Vec::new(),
            expires_in: None,
            additional_data: Map::new(),
            audiences: Vec::new(),
        }
    }

    /// Adds a permission: 2 to 30 printable code points. At most 64 of them.
    pub fn permission(mut self, permission: impl Into<String>) -> Self {
        self.permissions.push(permission.into());
        self
    }

    /// Adds permissions.
    pub fn permissions<P: Into<String>>(
        mut self,
        permissions: impl IntoIterator<Item = P>,
    ) -> Self {
        self.permissions
            .extend(permissions.into_iter().map(Into::into));
        self
    }

    /// How long the token lives: above zero, at most 8760 hours. Default: the server's.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.expires_in = Some(Lifetime::Duration(lifetime));
        self
    }

    /// The same in hours, fractions allowed.
    pub fn expires_in_hours(mut self, hours: f64) -> Self {
        self.expires_in = Some(Lifetime::Hours(hours));
        self
    }

    /// Anything else the token should carry: at most 4 KiB as JSON, 32 levels, 256 values. Numbers
    /// travel as doubles, so an integer beyond ±(2^53 - 1) is refused.
    pub fn additional_data(mut self, data: Map<String, Value>) -> Self {
        self.additional_data = data;
        self
    }

    /// Adds services that the token is meant for: at most 16 in all, each 1 to 256 code points, none twice. A
    /// token without any is refused wherever an audience is required.
    pub fn audiences<A: Into<String>>(mut self, audiences: impl IntoIterator<Item = A>) -> Self {
        self.audiences.extend(audiences.into_iter().map(Into::into));
        self
    }

    pub(crate) fn into_message(self) -> Result<GenerateTokenRequest, Error> {
        Ok(GenerateTokenRequest {
            user_id: self.user_id,
            permissions: self.permissions,
            expires_in: Lifetime::into_message(self.expires_in, "expires_in")?,
            additional_data: Some(json::to_struct(self.additional_data)?),
            audiences: self.audiences,
        })
    }
}

/// How a token is renewed.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct RefreshOptions {
    new_expires_in: Option<Lifetime>,
    revoke_old: bool,
}

impl RefreshOptions {
    /// The server's default lifetime, and the old token stays valid.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long the new token lives: above zero, at most 8760 hours. Default: the server's.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.new_expires_in = Some(Lifetime::Duration(lifetime));
        self
    }

    /// The same in hours, fractions allowed.
    pub fn expires_in_hours(mut self, hours: f64) -> Self {
        self.new_expires_in = Some(Lifetime::Hours(hours));
        self
    }

    /// Revokes the old token once the new one is made.
    pub fn revoke_old(mut self) -> Self {
        self.revoke_old = true;
        self
    }

    pub(crate) fn into_message(self, token: String) -> Result<RefreshTokenRequest, Error> {
        Ok(RefreshTokenRequest {
            token: sendable(token),
            new_expires_in: Lifetime::into_message(self.new_expires_in, "new_expires_in")?,
            revoke_old: self.revoke_old,
        })
    }
}
