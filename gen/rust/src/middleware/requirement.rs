//! What a request must present.

use std::fmt;
use std::sync::Arc;

use crate::results::Claims;

/// What a request must present, for the rules of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement(pub(super) Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    AllOf(Vec<Arc<str>>),
    AnyOf(Vec<Arc<str>>),
    ValidToken,
    Optional,
    Open,
}

impl Requirement {
    /// A valid token with all of the permissions, each compared exactly. A policy refuses an empty
    /// list.
    pub fn all_of<P: Into<Arc<str>>>(permissions: impl IntoIterator<Item = P>) -> Self {
        Self(Kind::AllOf(collect(permissions)))
    }

    /// A valid token with one of the permissions at least. A policy refuses an empty list.
    pub fn any_of<P: Into<Arc<str>>>(permissions: impl IntoIterator<Item = P>) -> Self {
        Self(Kind::AnyOf(collect(permissions)))
    }

    /// A valid token, whatever it permits.
    pub fn any_valid_token() -> Self {
        Self(Kind::ValidToken)
    }

    /// No token, as nobody, or a valid one. A token that is there and is not valid is refused.
    pub fn optional() -> Self {
        Self(Kind::Optional)
    }

    /// Nothing: the request's token is not looked at.
    pub fn open() -> Self {
        Self(Kind::Open)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let (Kind::AllOf(permissions) | Kind::AnyOf(permissions)) = &self.0 else {
            return Ok(());
        };
        if permissions.is_empty() {
            return Err("names no permission: use Requirement::any_valid_token".to_owned());
        }
        if permissions.iter().any(|permission| permission.is_empty()) {
            return Err("names an empty permission".to_owned());
        }
        Ok(())
    }

    pub(super) fn is_met_by(&self, claims: &Claims) -> bool {
        let holds = |permission: &Arc<str>| claims.has_permission(permission);
        match &self.0 {
            Kind::AllOf(permissions) => permissions.iter().all(holds),
            Kind::AnyOf(permissions) => permissions.iter().any(holds),
            Kind::ValidToken | Kind::Optional | Kind::Open => true,
        }
    }

    pub(super) fn permissions(&self) -> &[Arc<str>] {
        match &self.0 {
            Kind::AllOf(permissions) | Kind::AnyOf(permissions) => permissions,
            _ => &[],
        }
    }
}

fn collect<P: Into<Arc<str>>>(permissions: impl IntoIterator<Item = P>) -> Vec<Arc<str>> {
    permissions.into_iter().map(Into::into).collect()
}

/// A policy that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError(pub(super) String);

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PolicyError {}
