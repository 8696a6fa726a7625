use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::*;
use crate::flights::digest_of;

const HOUR: Duration = Duration::from_secs(3600);
const NOW: Duration = Duration::from_secs(60);

/// An answer about a token that was issued in 1970, of a user with a name so long.
fn answer(name: usize) -> Arc<Answer> {
    answer_with(name, Map::new())
}

fn answer_with(name: usize, additional_data: Map<String, Value>) -> Arc<Answer> {
    let claims = Claims {
        token_id: "id-1".into(),
        user_id: "u".repeat(name),
        permissions: vec!["notes:read".into()],
        issued_at: UNIX_EPOCH,
        session_started_at: UNIX_EPOCH,
        expires_at: SystemTime::UNIX_EPOCH + HOUR,
        time_remaining: HOUR,
        additional_data,
        session_id: "id-1".into(),
        key_id: "key-1".into(),
        audiences: vec![],
        checked_audience: None,
    };
    Arc::new(Answer::new(claims, NOW))
}

/// Which of tokens named so are kept.
fn found(kept: &mut Kept, names: &str) -> String {
    let is_kept = |name: &char| {
        let digest = digest_of(&name.to_string());
        kept.get(&digest, NOW).is_some()
    };
    names.chars().filter(is_kept).collect()
}

fn put(kept: &mut Kept, name: &str, length: usize) {
    kept.put(digest_of(name), answer(length));
}

#[test]
fn what_was_not_used_for_longest_goes_first() {
    let mut kept = Kept::new(3, usize::MAX);
    for name in ["a", "b", "c"] {
        put(&mut kept, name, 1);
    }
    assert_eq!(found(&mut kept, "a"), "a");
    put(&mut kept, "d", 1);
    assert_eq!(found(&mut kept, "abcd"), "acd");
    assert_eq!(kept.size(), (3, 3 * answer(1).bytes()));
}

#[test]
fn bytes_are_bounded() {
    let mut kept = Kept::new(100, 2 * answer(1).bytes() + answer(1000).bytes());
    for name in ["a", "b", "c", "d", "e"] {
        put(&mut kept, name, 1);
    }
    put(&mut kept, "f", 1000);
    assert_eq!(found(&mut kept, "abcdef"), "def");
    put(&mut kept, "g", 10_000);
    assert_eq!(found(&mut kept, "defg"), "def");
    put(&mut kept, "f", 1);
    assert_eq!(kept.size(), (3, 3 * answer(1).bytes()));
}

#[test]
fn small_objects_count_with_all_that_they_take() {
    let objects = vec![json!({"b": 1}); 100];
    let data = Map::from_iter([("a".to_owned(), objects.into())]);
    let bytes = answer_with(1, data).bytes() - answer(1).bytes();
    assert!(bytes > 100 * 632, "{bytes}");
}

#[test]
fn an_answer_ends_with_its_token() {
    let mut kept = Kept::new(1, usize::MAX);
    let digest = digest_of("a");
    put(&mut kept, "a", 1);
    let last = NOW + HOUR - Duration::from_micros(1);
    assert!(kept.get(&digest, last).is_some());
    assert!(kept.get(&digest, NOW + HOUR).is_none());
    assert_eq!(kept.size(), (0, 0));
}
