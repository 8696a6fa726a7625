//! Valid answers, kept until their tokens end or others need their place.

use std::collections::HashMap;
use std::mem::size_of;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use crate::flights::Digest;
use crate::results::Claims;

use super::revoked::Subject;

/// The answer about a valid token, as the server gave it.
#[derive(Debug)]
pub(super) struct Answer {
    claims: Claims,
    pub(super) subject: Subject,
    /// When the try began that gave it, on the steady clock.
    asked: Duration,
}

impl Answer {
    pub(super) fn new(claims: Claims, asked: Duration) -> Self {
        Self {
            subject: Subject::of(&claims),
            claims,
            asked,
        }
    }

    pub(super) fn key_id(&self) -> &str {
        &self.claims.key_id
    }

    pub(super) fn is_for(&self, audience: &str) -> bool {
        self.claims.has_audience(audience)
    }

    /// How long ago it was asked for.
    pub(super) fn age(&self, now: Duration) -> Duration {
        now.saturating_sub(self.asked)
    }

    pub(super) fn expires_at(&self) -> SystemTime {
        self.claims.expires_at
    }

    /// Whether the token may have ended, by the time it had left when it was asked about.
    pub(super) fn is_spent(&self, now: Duration) -> bool {
        self.age(now) >= self.claims.time_remaining
    }

    /// The claims, with the time that still remains.
    pub(super) fn claims_at(&self, now: Duration) -> Arc<Claims> {
        let mut claims = self.claims.clone();
        let age = self.age(now);
        claims.time_remaining = claims.time_remaining.saturating_sub(age);
        Arc::new(claims)
    }

    /// What it costs in memory, about.
    fn bytes(&self) -> usize {
        let claims = &self.claims;
        let texts = [
            &claims.token_id,
            &claims.user_id,
            &claims.session_id,
            &claims.key_id,
        ];
        let lists = claims.permissions.iter().chain(&claims.audiences);
        FIXED_BYTES
            + texts.iter().map(|text| text.len()).sum::<usize>()
            + lists
                .map(|it| size_of::<String>() + it.len())
                .sum::<usize>()
            + object_bytes(&claims.additional_data)
    }
}

/// An answer, its slot, and its place in the index, with the allocator's rounding.
const FIXED_BYTES: usize = size_of::<Answer>() + size_of::<Slot>() + 2 * size_of::<Digest>() + 128;

/// A node of an object, which is a B-tree: it has room for 11 members, and most have six at least.
const NODE_BYTES: usize = 11 * (size_of::<String>() + size_of::<Value>()) + 3 * size_of::<usize>();
const NODE_MEMBERS: usize = 6;

fn object_bytes(members: &Map<String, Value>) -> usize {
    let texts = members
        .iter()
        .map(|(key, value)| key.len() + bytes_beside(value));
    NODE_BYTES * members.len().div_ceil(NODE_MEMBERS) + texts.sum::<usize>()
}

/// What a value takes beside itself.
fn bytes_beside(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(values) => {
            let within = values.iter().map(bytes_beside).sum::<usize>();
            values.len() * size_of::<Value>() + within
        }
        Value::Object(members) => object_bytes(members),
        _ => 0,
    }
}

/// No slot.
const NONE: usize = usize::MAX;

/// Bounded in entries and in bytes; beyond, those that were not used for longest go first.
#[derive(Debug)]
pub(super) struct Kept {
    max_entries: usize,
    max_bytes: usize,
    bytes: usize,
    index: HashMap<Digest, usize>,
    /// A list from the most recently used to the least, and slots that are free.
    slots: Vec<Slot>,
    free: Vec<usize>,
    newest: usize,
    oldest: usize,
}

#[derive(Debug)]
struct Slot {
    digest: Digest,
    answer: Option<Arc<Answer>>,
    newer: usize,
    older: usize,
}

impl Kept {
    pub(super) fn new(max_entries: usize, max_bytes: usize) -> Self {
        Self {
            max_entries,
            max_bytes,
            bytes: 0,
            index: HashMap::new(),
            slots: Vec::new(),
            free: Vec::new(),
            newest: NONE,
            oldest: NONE,
        }
    }

    /// How many answers are kept, and the estimate of their bytes.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.index.len(), self.bytes)
    }

    /// An answer of which the token has not ended.
    pub(super) fn get(&mut self, digest: &Digest, now: Duration) -> Option<Arc<Answer>> {
        let at = *self.index.get(digest)?;
        let answer = self.slots[at].answer.clone()?;
        if answer.is_spent(now) {
            self.remove(at);
            return None;
        }
        self.unlink(at);
        self.link(at);
        Some(answer)
    }

    /// Keeps an answer that is within the bounds by itself.
    pub(super) fn put(&mut self, digest: Digest, answer: Arc<Answer>) {
        if let Some(at) = self.index.get(&digest) {
            self.remove(*at);
        }
        let bytes = answer.bytes();
        if bytes > self.max_bytes {
            return;
        }
        while self.index.len() >= self.max_entries || self.bytes + bytes > self.max_bytes {
            self.remove(self.oldest);
        }
        let slot = Slot {
            digest,
            answer: Some(answer),
            newer: NONE,
            older: NONE,
        };
        let at = match self.free.pop() {
            Some(at) => {
                self.slots[at] = slot;
                at
            }
            None => {
                self.slots.push(slot);
                self.slots.len() - 1
            }
        };
        self.index.insert(digest, at);
        self.bytes += bytes;
        self.link(at);
    }

    fn remove(&mut self, at: usize) {
        self.unlink(at);
        self.index.remove(&self.slots[at].digest);
        self.free.push(at);
        if let Some(answer) = self.slots[at].answer.take() {
            self.bytes -= answer.bytes();
        }
    }

    fn link(&mut self, at: usize) {
        self.slots[at].newer = NONE;
        self.slots[at].older = self.newest;
        match self.newest {
            NONE => self.oldest = at,
            newest => self.slots[newest].newer = at,
        }
        self.newest = at;
    }

    fn unlink(&mut self, at: usize) {
        let (newer, older) = (self.slots[at].newer, self.slots[at].older);
        match newer {
            NONE => self.newest = older,
            newer => self.slots[newer].older = older,
        }
        match older {
            NONE => self.oldest = newer,
            older => self.slots[older].newer = newer,
        }
    }
}

#[cfg(test)]
#[path = "kept_tests.rs"]
mod tests;
