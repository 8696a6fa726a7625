//! What every token has in common before it is sent.

/// One character more than a server reads.
const CUT_AT: usize = 8193;
/// The most bytes that a sendable token has: each character has four at most.
pub(crate) const MAX_SENDABLE_BYTES: usize = CUT_AT * 4;

/// A token that is too long, cut to where it still is: the server calls it malformed, as it would
/// the whole, which would have the request refused for its size, and a batch with it.
pub(crate) fn sendable(mut token: String) -> String {
    if let Some((end, _)) = token.char_indices().nth(CUT_AT) {
        token.truncate(end);
    }
    token
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_by_characters_and_only_what_is_too_long() {
        assert_eq!(sendable("a".repeat(8193)).len(), 8193);
        assert_eq!(sendable("a".repeat(8194)).len(), 8193);
        assert_eq!(sendable("😀".repeat(100_000)).chars().count(), 8193);
        assert_eq!(sendable(String::new()), "");
    }
}
