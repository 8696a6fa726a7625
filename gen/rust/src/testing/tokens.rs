//! The tokens and the revocations of a stand-in: plain maps, no cryptography.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prost_types::Timestamp;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::flights::lock;
use crate::proto::securetoken::v1::revocation::Target as Hit;
use crate::proto::securetoken::v1::revocation_target::Target;
use crate::proto::securetoken::v1::{
    GenerateTokenRequest, Revocation, RevocationOutcome, TokenClaims,
};
use crate::watch::Clock;

use super::clock::MovableClock;
use super::refusal::Refusal;

/// The one key of a stand-in.
pub(super) const KEY_ID: &str = "stand-in-key-id0";
const DEFAULT_LIFETIME: Duration = Duration::from_secs(24 * 3600);
const REVOCATION_LIFETIME: Duration = Duration::from_secs(8760 * 3600);

/// What has been issued and revoked.
pub(super) struct Tokens {
    pub(super) clock: MovableClock,
    issued: Mutex<HashMap<String, TokenClaims>>,
    /// In the order in which they were made. Feeds wait for more.
    pub(super) revocations: watch::Sender<Vec<Revocation>>,
    /// The names of the RPCs that were called.
    pub(super) calls: Mutex<Vec<&'static str>>,
}

/// A token of the stand-in, and what is wrong with it.
pub(super) struct Verdict {
    pub(super) claims: TokenClaims,
    pub(super) problem: Option<Refusal>,
}

impl Tokens {
    pub(super) fn new() -> Self {
        Self {
            clock: MovableClock::new(),
            issued: Mutex::default(),
            revocations: watch::Sender::default(),
            calls: Mutex::default(),
        }
    }

    /// The stand-in's present, in whole microseconds as the service has it.
    fn now(&self) -> SystemTime {
        let since = self.clock.wall().duration_since(UNIX_EPOCH);
        let micros = since.unwrap_or_default().as_micros();
        UNIX_EPOCH + Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }

    /// A new token and what it holds, in the session of an older one or one of its own.
    pub(super) fn issue(
        &self,
        asked: GenerateTokenRequest,
        session_of: Option<TokenClaims>,
    ) -> (String, TokenClaims) {
        let now = self.now();
        let lifetime = asked.expires_in.and_then(|it| Duration::try_from(it).ok());
        let token_id = random_text(2);
        let mut permissions = Vec::new();
        for permission in asked.permissions {
            if !permissions.contains(&permission) {
                permissions.push(permission);
            }
        }
        let (session_id, started) = session_of.map_or_else(
            || (token_id.clone(), Some(now.into())),
            |old| (old.session_id, old.session_started_at),
        );
        let claims = TokenClaims {
            session_id,
            session_started_at: started,
            token_id,
            user_id: asked.user_id,
            permissions,
            issued_at: Some(now.into()),
            expires_at: Some((now + lifetime.unwrap_or(DEFAULT_LIFETIME)).into()),
            additional_data: asked.additional_data,
            key_id: KEY_ID.to_owned(),
            audiences: asked.audiences,
            ..Default::default()
        };
        let token = format!("stand-in.{}", random_text(12)); // about as long as the service's
        lock(&self.issued).insert(token.clone(), claims.clone());
        (token, claims)
    }

    /// Ends a token's life; false for one that was not issued here.
    pub(super) fn expire(&self, token: &str) -> bool {
        let past = self.now() - Duration::from_secs(1);
        let mut issued = lock(&self.issued);
        let claims = issued.get_mut(token);
        claims
            .map(|claims| claims.expires_at = Some(past.into()))
            .is_some()
    }

    /// An issued token; `None` for any other text.
    pub(super) fn find(&self, token: &str) -> Option<Verdict> {
        let mut claims = lock(&self.issued).get(token)?.clone();
        let end = claims.expires_at?;
        let remaining = instant(&end).duration_since(self.now());
        let left = prost_types::Duration::try_from(remaining.clone().unwrap_or_default());
        claims.time_remaining = Some(left.unwrap_or_default());
        let is_hit = |entry: &Revocation| hits(entry, &claims);
        let problem = if remaining.is_err() {
            Some(Refusal::Expired(end))
        } else {
            let is_revoked = self.revocations.borrow().iter().any(is_hit);
            is_revoked.then_some(Refusal::Revoked)
        };
        Some(Verdict { claims, problem })
    }

    /// A valid token's claims.
    pub(super) fn validate(&self, token: &str) -> Result<TokenClaims, Refusal> {
        let verdict = self.find(token).ok_or(Refusal::Malformed)?;
        verdict.problem.map_or(Ok(verdict.claims), Err)
    }

    /// The same for an audience, which the claims say was checked; empty requires none.
    pub(super) fn validate_for(&self, token: &str, audience: &str) -> Result<TokenClaims, Refusal> {
        let claims = self.validate(token)?;
        if !audience.is_empty() && !claims.audiences.iter().any(|named| named == audience) {
            return Err(Refusal::NotFor(audience.to_owned()));
        }
        Ok(TokenClaims {
            checked_audience: audience.to_owned(),
            ..claims
        })
    }

    /// Takes a target back.
    pub(super) fn revoke(
        &self,
        target: Target,
        reason: &str,
    ) -> Result<RevocationOutcome, Refusal> {
        let now = self.now();
        let (hit, issued_before) = match target {
            Target::Token(token) => match self.find(&token) {
                None => return Ok(RevocationOutcome::NotAuthentic),
                Some(verdict) if matches!(verdict.problem, Some(Refusal::Expired(_))) => {
                    return Ok(RevocationOutcome::AlreadyExpired);
                }
                Some(verdict) => (Hit::TokenId(verdict.claims.token_id), None),
            },
            Target::TokenId(target) => (Hit::TokenId(target.token_id), None),
            Target::SessionId(id) => (Hit::SessionId(id), None),
            Target::User(target) => {
                let before = target.issued_before.unwrap_or_else(|| now.into());
                (Hit::UserIdSha256(digest(&target.user_id)), Some(before))
            }
            Target::EverythingIssuedBefore(before) => (Hit::Everything(true), Some(before)),
        };
        let entry = Revocation {
            target: Some(hit),
            issued_before,
            expires_at: Some((now + REVOCATION_LIFETIME).into()),
            revoked_at: Some(now.into()),
            reason: reason.to_owned(),
        };
        self.revocations.send_modify(|all| all.push(entry));
        Ok(RevocationOutcome::Revoked)
    }
}

fn hits(entry: &Revocation, claims: &TokenClaims) -> bool {
    let is_cut = || {
        let (started, before) = (
            claims.session_started_at.as_ref(),
            entry.issued_before.as_ref(),
        );
        started.map(instant) <= before.map(instant)
    };
    match &entry.target {
        Some(Hit::TokenId(id)) => *id == claims.token_id,
        Some(Hit::SessionId(id)) => *id == claims.session_id,
        Some(Hit::UserIdSha256(hash)) => *hash == digest(&claims.user_id) && is_cut(),
        Some(Hit::Everything(_)) => is_cut(),
        None => false,
    }
}

fn instant(timestamp: &Timestamp) -> SystemTime {
    SystemTime::try_from(*timestamp).unwrap_or(UNIX_EPOCH)
}

fn digest(user_id: &str) -> Vec<u8> {
    Sha256::digest(user_id.as_bytes()).to_vec()
}

/// Sixteen characters a word, which nobody else has: every `RandomState` has keys of its own.
fn random_text(words: usize) -> String {
    let word = |i| format!("{:016x}", RandomState::new().hash_one(i));
    (0..words).map(word).collect()
}
