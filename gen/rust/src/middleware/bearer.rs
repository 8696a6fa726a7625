//! The token that a request presents.

use http::HeaderMap;
use http::header::AUTHORIZATION;

/// The longest token that a server reads.
const MAX_TOKEN_BYTES: usize = 8192;

/// What a request presents.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Credential<'a> {
    /// One bearer token.
    Token(&'a str),
    /// Nothing, or a credential of another scheme.
    Missing,
    /// Something that can be no token of ours; not worth a call.
    Malformed,
}

/// Reads the `authorization` header as RFC 6750 says. A second one makes both worthless, and so does a
/// comma, which joins two (RFC 9110, section 5.3): which of them another reader would believe is not
/// known.
pub(super) fn credential(headers: &HeaderMap) -> Credential<'_> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Credential::Missing;
    };
    if values.next().is_some() || value.as_bytes().contains(&b',') {
        return Credential::Malformed;
    }
    let value = trim(value.as_bytes());
    let end = value.iter().position(|byte| *byte == b' ');
    let (scheme, rest) = value.split_at(end.unwrap_or(value.len()));
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Credential::Missing;
    }
    match str::from_utf8(trim(rest)) {
        Ok(token) => of_token(token),
        Err(_) => Credential::Malformed,
    }
}

/// A token that stands alone.
pub(super) fn of_token(token: &str) -> Credential<'_> {
    if is_token(token) {
        Credential::Token(token)
    } else {
        Credential::Malformed
    }
}

/// Without the spaces and tabs around: no other white space is any in a header.
fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// What RFC 9110, section 11.2, allows as token68. The length is looked at first.
fn is_token(text: &str) -> bool {
    if text.len() > MAX_TOKEN_BYTES {
        return false;
    }
    let body = text.trim_end_matches('=');
    let token68 = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !body.is_empty() && body.bytes().all(token68)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        let pairs = values
            .iter()
            .map(|value| (AUTHORIZATION, value.as_bytes().try_into().unwrap()));
        pairs.collect()
    }

    #[test]
    fn reads_one_bearer_token() {
        for value in [
            "Bearer abc-_=",
            "bearer abc-_=",
            "BEARER  abc-_= ",
            "Bearer \tabc-_=\t",
        ] {
            assert_eq!(
                credential(&headers(&[value])),
                Credential::Token("abc-_="),
                "{value}"
            );
        }
    }

    #[test]
    fn takes_other_schemes_for_nothing() {
        assert_eq!(credential(&HeaderMap::new()), Credential::Missing);
        for value in ["Basic abc", "abc", "Bearer:abc", "Bearerabc", ""] {
            assert_eq!(
                credential(&headers(&[value])),
                Credential::Missing,
                "{value}"
            );
        }
    }

    #[test]
    fn spares_the_server_what_is_no_token() {
        for value in [
            "Bearer",
            "Bearer ",
            "Bearer ==",
            "Bearer a=b",
            "Bearer a b",
            "Bearer a,b",
            "Bearer a\u{e9}",
            "Bearer a\u{a0}",
        ] {
            assert_eq!(
                credential(&headers(&[value])),
                Credential::Malformed,
                "{value}"
            );
        }
        let longest = "a".repeat(MAX_TOKEN_BYTES);
        assert!(is_token(&longest));
        assert!(!is_token(&format!("{longest}a")));
    }

    #[test]
    fn believes_neither_of_two_headers() {
        for both in [
            &["Bearer a", "Bearer b"][..],
            &["Basic a, Bearer b"],
            &[", Bearer a"],
        ] {
            assert_eq!(credential(&headers(both)), Credential::Malformed);
        }
    }
}
