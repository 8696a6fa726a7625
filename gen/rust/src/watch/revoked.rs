//! What is revoked, as the feed tells it.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prost_types::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::proto::securetoken::v1::{Revocation, revocation::Target};
use crate::results::Claims;

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
    expires_at: i64,
}

impl Subject {
    pub(super) fn of(claims: &Claims) -> Self {
        Self {
            token: key_of(&claims.token_id),
            session: key_of(&claims.session_id),
            user: key_of(&claims.user_id),
            begins_at: micros(claims.session_started_at.min(claims.issued_at)),
            expires_at: micros(claims.expires_at),
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

/// What is known of a token's revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is not revoked.
    InForce,
    Revoked,
    /// A revocation of it may have been dropped, by a wall clock that ran ahead.
    InDoubt,
}

/// The entries in force. One task writes them.
#[derive(Debug, Default)]
pub(super) struct RevokedSet(RwLock<Entries>);

#[derive(Debug)]
struct Entries {
    /// The end of each entry, in microseconds since 1970.
    tokens: HashMap<Key, i64>,
    sessions: HashMap<Key, i64>,
    users: HashMap<Key, CutOff>,
    everything: Option<CutOff>,
    /// The latest end of what was dropped and not told again. A wall clock that runs ahead drops too early: what
    /// ends then or before cannot be vouched for.
    forgotten_until: i64,
    /// The same of what was dropped since the present stream was asked for.
    forgotten_since: i64,
    max: usize,
}

impl Default for Entries {
    fn default() -> Self {
        Self {
            tokens: HashMap::new(),
            sessions: HashMap::new(),
            users: HashMap::new(),
            everything: None,
            forgotten_until: i64::MIN,
            forgotten_since: i64::MIN,
            max: MAX_ENTRIES,
        }
    }
}

impl RevokedSet {
    /// Whether a token is revoked.
    pub(super) fn judge(&self, subject: &Subject) -> Verdict {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let is_cut = |cut: &CutOff| subject.begins_at <= cut.issued_before;
        let is_revoked = entries.tokens.contains_key(&subject.token)
            || entries.sessions.contains_key(&subject.session)
            || entries.users.get(&subject.user).is_some_and(is_cut)
            || entries.everything.as_ref().is_some_and(is_cut);
        if is_revoked {
            Verdict::Revoked
        } else if subject.expires_at <= entries.forgotten_until {
            Verdict::InDoubt
        } else {
            Verdict::InForce
        }
    }

    /// Enters revocations.
    pub(super) fn add(&self, revocations: &[Revocation]) -> Result<(), FeedFault> {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for revocation in revocations {
            if entries.len() >= entries.max {
                return Err(FeedFault::TooLarge);
            }
            entries.add(revocation).ok_or(FeedFault::Malformed)?;
        }
        Ok(())
    }

    /// A stream is asked for.
    pub(super) fn begin(&self) {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        entries.forgotten_since = i64::MIN;
    }

    /// The stream has told all that was in force when it was asked for.
    pub(super) fn relearn(&self) {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        entries.forgotten_until = entries.forgotten_since;
    }

    /// Whether what was dropped has yet to end at an instant: the wall clock ran ahead when it was dropped.
    pub(super) fn has_forgotten(&self, now: SystemTime) -> bool {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        entries.forgotten_until > micros(now)
    }

    pub(super) fn len(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Drops the entries that end before an instant. Only the set's writer calls it, so that the set stays as it
    /// is between reading and dropping.
    pub(super) fn sweep(&self, before: SystemTime) {
        let before = micros(before);
        self.sweep_map(before, |it| &it.tokens, |it| &mut it.tokens, |end| *end);
        self.sweep_map(before, |it| &it.sessions, |it| &mut it.sessions, |end| *end);
        self.sweep_map(
            before,
            |it| &it.users,
            |it| &mut it.users,
            |cut| cut.expires_at,
        );
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let ended = entries.everything.take_if(|cut| cut.expires_at < before);
        if let Some(cut) = ended {
            entries.forget(cut.expires_at);
        }
    }

    fn sweep_map<T>(
        &self,
        before: i64,
        read: impl Fn(&Entries) -> &HashMap<Key, T>,
        write: impl Fn(&mut Entries) -> &mut HashMap<Key, T>,
        end_of: impl Fn(&T) -> i64,
    ) {
        let over: Vec<(Key, i64)> = {
            let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
            let all = read(&entries).iter();
            all.map(|(key, entry)| (*key, end_of(entry)))
                .filter(|(_, end)| *end < before)
                .collect()
        };
        for chunk in over.chunks(SWEEP_CHUNK) {
            let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
            for (key, end) in chunk {
                write(&mut entries).remove(key);
                entries.forget(*end);
            }
        }
    }
}

impl Entries {
    fn forget(&mut self, end: i64) {
        self.forgotten_until = self.forgotten_until.max(end);
        self.forgotten_since = self.forgotten_since.max(end);
    }

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

/// An instant in microseconds since 1970, rounded down.
fn micros(instant: SystemTime) -> i64 {
    let micros_of = |it: Duration| i64::try_from(it.as_micros()).unwrap_or(i64::MAX);
    match instant.duration_since(UNIX_EPOCH) {
        Ok(since) => micros_of(since),
        Err(before) => {
            let before = before.duration();
            -micros_of(before) - i64::from(before.subsec_nanos() % 1000 != 0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_no_more_than_its_bound() {
        let set = RevokedSet::default();
        set.0.write().unwrap().max = 3;
        let add = |ids: &[&str]| {
            let entry = |id: &&str| Revocation {
                target: Some(Target::TokenId((*id).to_owned())),
                expires_at: Some(Timestamp {
                    seconds: 60,
                    nanos: 0,
                }),
                ..Revocation::default()
            };
            set.add(&ids.iter().map(entry).collect::<Vec<_>>())
        };
        assert_eq!(add(&["a", "b"]), Ok(()));
        for ids in [&["c", "d", "e"][..], &["f"]] {
            assert_eq!((add(ids), set.len()), (Err(FeedFault::TooLarge), 3));
        }
        set.sweep(UNIX_EPOCH + Duration::from_secs(61));
        assert_eq!(set.len(), 0);
        assert!(set.has_forgotten(UNIX_EPOCH + Duration::from_secs(59)));
        assert!(!set.has_forgotten(UNIX_EPOCH + Duration::from_secs(61)));
        assert_eq!(add(&["g"]), Ok(()));
    }
}
