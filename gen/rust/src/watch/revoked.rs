//! What is revoked, as the feed tells it.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use prost_types::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::proto::securetoken::v1::{Revocation, revocation::Target};
use crate::results::Claims;

use super::server_time::micros;

/// How many entries a set holds at most, some 500 MB.
const MAX_ENTRIES: usize = 10_000_000;
/// How many entries are dropped while readers wait.
const SWEEP_CHUNK: usize = 1000;
const HASH_BYTES: usize = 32;
const KEY_BYTES: usize = 16;

/// Why a feed is not believed any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FeedFault {
    /// It breaks the protocol, or speaks a newer one.
    Malformed,
    /// It holds more than [`MAX_ENTRIES`].
    TooLarge,
}

/// Stands for a token id, a session id or a user: the first 128 bits of a SHA-256.
type Key = [u8; KEY_BYTES];

fn key_of(text: &str) -> Key {
    first_half(&Sha256::digest(text.as_bytes()))
}

fn first_half(hash: &[u8]) -> Key {
    let mut key = Key::default();
    key.copy_from_slice(&hash[..KEY_BYTES]);
    key
}

/// What revocations of a token are found by.
#[derive(Debug)]
pub(super) struct Subject {
    token: Key,
    session: Key,
    user: Key,
    /// What cut-offs are compared with, in microseconds since 1970: the session's start, or
    /// `issued_at` where a server whose clock is behind has refreshed the token.
    begins_at: i64,
}

impl Subject {
    pub(super) fn of(claims: &Claims) -> Self {
        Self {
            token: key_of(&claims.token_id),
            session: key_of(&claims.session_id),
            user: key_of(&claims.user_id),
            begins_at: micros(claims.session_started_at.min(claims.issued_at)),
        }
    }
}

/// Revokes the tokens of sessions that began at an instant or earlier. Both are in microseconds since
/// 1970.
#[derive(Clone, Copy, Debug)]
struct CutOff {
    issued_before: i64,
    expires_at: i64,
}

impl CutOff {
    /// The cut-off that hits whatever one of the two hits.
    fn or(self, other: Self) -> Self {
        Self {
            issued_before: self.issued_before.max(other.issued_before),
            expires_at: self.expires_at.max(other.expires_at),
        }
    }
}

/// The entries in force. One task writes them.
#[derive(Debug, Default)]
pub(super) struct RevokedSet(RwLock<Entries>);

#[derive(Debug, Default)]
struct Entries {
    /// The end of each entry, in microseconds since 1970.
    tokens: HashMap<Key, i64>,
    sessions: HashMap<Key, i64>,
    users: HashMap<Key, CutOff>,
    everything: Option<CutOff>,
}

impl RevokedSet {
    /// Whether a token is revoked.
    pub(super) fn hits(&self, subject: &Subject) -> bool {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let is_cut = |cut: &CutOff| subject.begins_at <= cut.issued_before;
        entries.tokens.contains_key(&subject.token)
            || entries.sessions.contains_key(&subject.session)
            || entries.users.get(&subject.user).is_some_and(is_cut)
            || entries.everything.as_ref().is_some_and(is_cut)
    }

    /// Enters revocations.
    pub(super) fn add(&self, revocations: &[Revocation]) -> Result<(), FeedFault> {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for revocation in revocations {
            entries.add(revocation).ok_or(FeedFault::Malformed)?;
        }
        if entries.len() > MAX_ENTRIES {
            return Err(FeedFault::TooLarge);
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Drops the entries that end before an instant, in microseconds since 1970. Only the set's writer
    /// calls it, so that the set stays as it is between reading and dropping.
    pub(super) fn sweep(&self, before: i64) {
        self.sweep_map(|it| &it.tokens, |it| &mut it.tokens, |end| *end < before);
        self.sweep_map(
            |it| &it.sessions,
            |it| &mut it.sessions,
            |end| *end < before,
        );
        self.sweep_map(
            |it| &it.users,
            |it| &mut it.users,
            |cut| cut.expires_at < before,
        );
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        entries.everything.take_if(|cut| cut.expires_at < before);
    }

    fn sweep_map<T>(
        &self,
        read: impl Fn(&Entries) -> &HashMap<Key, T>,
        write: impl Fn(&mut Entries) -> &mut HashMap<Key, T>,
        is_over: impl Fn(&T) -> bool,
    ) {
        let over: Vec<Key> = {
            let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
            let all = read(&entries).iter();
            all.filter(|(_, entry)| is_over(entry))
                .map(|(key, _)| *key)
                .collect()
        };
        for chunk in over.chunks(SWEEP_CHUNK) {
            let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
            for key in chunk {
                write(&mut entries).remove(key);
            }
        }
    }
}

impl Entries {
    /// `None` for an entry that is malformed, or of a kind that this crate does not know.
    fn add(&mut self, revocation: &Revocation) -> Option<()> {
        let expires_at = timestamp_micros(revocation.expires_at.as_ref()?)?;
        let cut_off = || {
            let issued_before = timestamp_micros(revocation.issued_before.as_ref()?)?;
            Some(CutOff {
                issued_before,
                expires_at,
            })
        };
        match revocation.target.as_ref()? {
            Target::TokenId(id) => lengthen(&mut self.tokens, id, expires_at)?,
            Target::SessionId(id) => lengthen(&mut self.sessions, id, expires_at)?,
            Target::UserIdSha256(hash) => {
                if hash.len() != HASH_BYTES {
                    return None;
                }
                let added = cut_off()?;
                let known = self.users.entry(first_half(hash));
                known
                    .and_modify(|cut| *cut = cut.or(added))
                    .or_insert(added);
            }
            Target::Everything(false) => return None,
            Target::Everything(true) => {
                let added = cut_off()?;
                self.everything = Some(self.everything.map_or(added, |cut| cut.or(added)));
            }
        }
        Some(())
    }

    fn len(&self) -> usize {
        let cut = usize::from(self.everything.is_some());
        self.tokens.len() + self.sessions.len() + self.users.len() + cut
    }
}

/// Keeps an entry until the later of its ends; `None` for an id of no characters.
fn lengthen(entries: &mut HashMap<Key, i64>, id: &str, expires_at: i64) -> Option<()> {
    if id.is_empty() {
        return None;
    }
    let known = entries.entry(key_of(id)).or_insert(expires_at);
    *known = expires_at.max(*known);
    Some(())
}

/// `None` for what is no instant of the years 1 to 9999.
fn timestamp_micros(timestamp: &Timestamp) -> Option<i64> {
    const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
    let in_range =
        SECONDS.contains(&timestamp.seconds) && (0..1_000_000_000).contains(&timestamp.nanos);
    in_range.then(|| timestamp.seconds * 1_000_000 + i64::from(timestamp.nanos) / 1000)
}
