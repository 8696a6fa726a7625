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

/// Reads the `authorization` header as RFC 6750 says. A second one makes both worthless: which of
/// them another reader would believe is not known.
pub(super) fn credential(headers: &HeaderMap) -> Credential<'_> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Credential::Missing;
    };
    let (Ok(text), None) = (value.to_str(), values.next()) else {
        return Credential::Malformed;
    };
    match text.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => {
            let token = rest.trim_matches(' ');
            if is_token(token) {
                Credential::Token(token)
            } else {
                Credential::Malformed
            }
        }
        _ => Credential::Missing,
    }
}

fn is_token(text: &str) -> bool {
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte);
    !text.is_empty() && text.len() <= MAX_TOKEN_BYTES && text.bytes().all(base64url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        let pairs = values
            .iter()
            .map(|value| (AUTHORIZATION, value.parse().unwrap()));
        pairs.collect()
    }

    #[test]
    fn reads_one_bearer_token() {
        for value in ["Bearer abc-_=", "bearer abc-_=", "BEARER  abc-_= "] {
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
        for value in ["Basic abc", "abc", "Bearer", "Bearerabc", ""] {
            assert_eq!(
                credential(&headers(&[value])),
                Credential::Missing,
                "{value}"
            );
        }
    }

    #[test]
    fn spares_the_server_what_is_no_token() {
        for value in ["Bearer ", "Bearer a b", "Bearer a,b", "Bearer a\u{e9}"] {
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
        assert_eq!(
            credential(&headers(&["Bearer a", "Bearer b"])),
            Credential::Malformed
        );
    }
}
