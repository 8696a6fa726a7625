//! Revoking tokens, and what is revoked.

use std::time::SystemTime;

use prost_types::Timestamp;

use crate::call::{Retry, call};
use crate::client::SecureTokenClient;
use crate::error::Error;
use crate::proto::securetoken::v1 as pb;
use crate::proto::securetoken::v1::revocation::Target as Hit;
use crate::proto::securetoken::v1::revocation_target::Target;
use crate::responses::{confirmed, required};
use crate::time::from_timestamp;
use crate::token::sendable;

/// What became of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RevocationOutcome {
    /// The target is revoked, now or from an earlier call.
    Revoked,
    /// Every token that the target could hit has expired.
    AlreadyExpired,
    /// The token is malformed or not authentic.
    NotAuthentic,
}

/// One token or several, to be revoked.
#[derive(Clone, Debug)]
pub struct RevocationTarget(pb::RevocationTarget);

impl RevocationTarget {
    /// A token itself.
    pub fn token(token: impl Into<String>) -> Self {
        Self::of(Target::Token(sendable(token.into())))
    }

    /// A token by its id; its `expires_at`, if it is known.
    pub fn token_id(token_id: impl Into<String>, expires_at: Option<SystemTime>) -> Self {
        Self::of(Target::TokenId(pb::TokenIdTarget {
            token_id: token_id.into(),
            expires_at: expires_at.map(Timestamp::from),
        }))
    }

    /// Every token of a session that is issued before the answer. The session is refreshed no more.
    pub fn session(session_id: impl Into<String>) -> Self {
        Self::of(Target::SessionId(session_id.into()))
    }

    /// Every token of a user's sessions that began at an instant or earlier. Default: the server's
    /// present.
    pub fn user(user_id: impl Into<String>, issued_before: Option<SystemTime>) -> Self {
        Self::of(Target::User(pb::UserTarget {
            user_id: user_id.into(),
            issued_before: issued_before.map(Timestamp::from),
        }))
    }

    /// Every token of sessions that began at an instant or earlier, whoever's they are.
    pub fn everything(issued_before: SystemTime) -> Self {
        Self::of(Target::EverythingIssuedBefore(issued_before.into()))
    }

    fn of(target: Target) -> Self {
        Self(pb::RevocationTarget {
            target: Some(target),
        })
    }
}

/// Which revocations to list. The default is the first page of all.
#[derive(Clone, Debug, Default)]
pub struct RevocationFilter {
    /// The cut-offs of one user.
    pub user_id: String,
    /// The entry of one token.
    pub token_id: String,
    /// How many entries at most: 0 to 1,000; 0 is 100.
    pub page_size: i32,
    /// `next_page_token` of an earlier page with the same filter.
    pub page_token: String,
}

/// A page of revocations, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevocationPage {
    /// The page's entries.
    pub revocations: Vec<Revocation>,
    /// For the next page; empty on the last.
    pub next_page_token: String,
}

/// One entry of what is revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Revocation {
    /// What it hits.
    pub target: RevokedTarget,
    /// The cut-off of a user, or of everything.
    pub issued_before: Option<SystemTime>,
    /// The last instant at which a token that the entry hits could be valid.
    pub expires_at: SystemTime,
    /// When it was revoked.
    pub revoked_at: SystemTime,
    /// Why.
    pub reason: String,
}

/// What an entry hits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevokedTarget {
    /// The token with this id.
    TokenId(String),
    /// Every token of this session.
    SessionId(String),
    /// Tokens of the user whose `user_id` has this SHA-256, up to the cut-off.
    UserIdSha256(Vec<u8>),
    /// Every token up to the cut-off.
    Everything,
}

impl SecureTokenClient {
    /// Revokes a token. That it is not authentic, or has expired, is an outcome and no error.
    ///
    /// # Errors
    /// As [`revoke_tokens`](Self::revoke_tokens).
    pub async fn revoke_token(
        &self,
        token: impl Into<String>,
        reason: &str,
    ) -> Result<RevocationOutcome, Error> {
        self.revoke_one(RevocationTarget::token(token), reason)
            .await
    }

    /// Revokes every token of a session; see `session_id` of the claims.
    ///
    /// # Errors
    /// As [`revoke_tokens`](Self::revoke_tokens).
    pub async fn revoke_session(
        &self,
        session_id: impl Into<String>,
        reason: &str,
    ) -> Result<RevocationOutcome, Error> {
        self.revoke_one(RevocationTarget::session(session_id), reason)
            .await
    }

    /// Revokes every token that a user has at present.
    ///
    /// # Errors
    /// As [`revoke_tokens`](Self::revoke_tokens).
    pub async fn revoke_user(
        &self,
        user_id: impl Into<String>,
        reason: &str,
    ) -> Result<RevocationOutcome, Error> {
        self.revoke_one(RevocationTarget::user(user_id, None), reason)
            .await
    }

    async fn revoke_one(
        &self,
        target: RevocationTarget,
        reason: &str,
    ) -> Result<RevocationOutcome, Error> {
        let outcomes = self.revoke_tokens([target], reason).await?;
        required(outcomes.first().copied(), "holds no outcome")
    }

    /// Revokes up to 1,000 targets, and gives the outcome of each, in order, once they are durable and
    /// in force on that server. The reason is for the log and for
    /// [`list_revocations`](Self::list_revocations): at most 128 code points, no token, no secret;
    /// empty for none.
    ///
    /// # Errors
    /// [`Error::Token`] naming the target or reason that breaks its rule.
    pub async fn revoke_tokens(
        &self,
        targets: impl IntoIterator<Item = RevocationTarget>,
        reason: &str,
    ) -> Result<Vec<RevocationOutcome>, Error> {
        let request = pb::RevokeTokensRequest {
            targets: targets.into_iter().map(|target| target.0).collect(),
            reason: reason.to_owned(),
        };
        let asked = request.targets.len();
        let response = call(self, "RevokeTokens", Retry::Safe, request, |request| {
            let mut raw = self.raw();
            async move { raw.revoke_tokens(request).await }
        });
        let results = response.await?.results;
        confirmed(results.len() == asked, "holds another number of results")?;
        let to_outcome = |result: pb::RevocationResult| match result.outcome() {
            pb::RevocationOutcome::Revoked => Some(RevocationOutcome::Revoked),
            pb::RevocationOutcome::AlreadyExpired => Some(RevocationOutcome::AlreadyExpired),
            pb::RevocationOutcome::NotAuthentic => Some(RevocationOutcome::NotAuthentic),
            pb::RevocationOutcome::Unspecified => None,
        };
        let outcomes: Option<Vec<_>> = results.into_iter().map(to_outcome).collect();
        required(outcomes, "holds an unknown outcome")
    }

    /// The revocations in force, newest first.
    ///
    /// # Errors
    /// [`Error::Token`] for a filter that breaks its rule.
    pub async fn list_revocations(
        &self,
        filter: RevocationFilter,
    ) -> Result<RevocationPage, Error> {
        let request = pb::ListRevocationsRequest {
            user_id: filter.user_id,
            token_id: filter.token_id,
            page_size: filter.page_size,
            page_token: filter.page_token,
        };
        let response = call(self, "ListRevocations", Retry::Safe, request, |request| {
            let mut raw = self.raw();
            async move { raw.list_revocations(request).await }
        });
        let page = response.await?;
        let entries = page.revocations.into_iter().map(to_revocation);
        Ok(RevocationPage {
            revocations: entries.collect::<Result<_, _>>()?,
            next_page_token: page.next_page_token,
        })
    }
}

fn to_revocation(message: pb::Revocation) -> Result<Revocation, Error> {
    let target = match required(message.target, "lacks the target of a revocation")? {
        Hit::TokenId(token_id) => RevokedTarget::TokenId(token_id),
        Hit::SessionId(session_id) => RevokedTarget::SessionId(session_id),
        Hit::UserIdSha256(digest) => RevokedTarget::UserIdSha256(digest),
        Hit::Everything(_) => RevokedTarget::Everything,
    };
    Ok(Revocation {
        target,
        issued_before: from_timestamp(message.issued_before),
        expires_at: required(from_timestamp(message.expires_at), "lacks expires_at")?,
        revoked_at: required(from_timestamp(message.revoked_at), "lacks revoked_at")?,
        reason: message.reason,
    })
}
