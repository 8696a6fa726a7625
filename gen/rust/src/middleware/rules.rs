//! Which requirement a request has.

use std::collections::HashMap;
use std::sync::Arc;

use http::{Method, Request};

use super::requirement::{PolicyError, Requirement};

/// The requirement of every request, or rules that name it.
#[derive(Clone, Debug)]
pub(super) enum Rules {
    Same(Requirement),
    Routes(Arc<Routes>),
    Methods(Arc<HashMap<String, Requirement>>),
}

impl Rules {
    /// `None` for a request that no rule names.
    pub(super) fn of<B>(&self, request: &Request<B>) -> Option<Requirement> {
        match self {
            Self::Same(requirement) => Some(requirement.clone()),
            Self::Routes(routes) => routes.of(request.method(), request.uri().path()),
            Self::Methods(methods) => {
                let path = request.uri().path();
                let service = &path[..path.rfind('/').map_or(0, |end| end + 1)];
                methods.get(path).or_else(|| methods.get(service)).cloned()
            }
        }
    }
}

/// Rules by HTTP method and path.
#[derive(Debug, Default)]
pub(super) struct Routes {
    exact: HashMap<String, Requirement>,
    prefixes: HashMap<String, Requirement>,
    /// The exact ones without their last slashes.
    trimmed: HashMap<String, Requirement>,
    /// The length of the longest prefix: nothing is looked up beyond it.
    longest: usize,
}

impl Routes {
    pub(super) fn parse(
        rules: impl IntoIterator<Item = (String, Requirement)>,
    ) -> Result<Self, PolicyError> {
        let mut routes = Self::default();
        for (rule, requirement) in rules {
            let broken = |fault: &str| PolicyError(format!("rule {rule:?} {fault}"));
            requirement.check().map_err(|fault| broken(&fault))?;
            let shape = "must be a method or *, a space, and a path: \"GET /notes\", \"* /health\"";
            let (method, path) = rule.split_once(' ').ok_or_else(|| broken(shape))?;
            let named = !method.is_empty() && method.bytes().all(|it| it.is_ascii_uppercase());
            if !(named || method == "*") || !path.starts_with('/') {
                return Err(broken(shape));
            }
            if method == "HEAD" {
                return Err(broken("is never used: HEAD is asked as GET"));
            }
            let prefix = path.strip_suffix('*');
            let plain = prefix.unwrap_or(path);
            if plain.contains('*') || prefix.is_some_and(|prefix| !prefix.ends_with('/')) {
                return Err(broken(
                    "may have a star for whole segments at its end alone",
                ));
            }
            if !is_plain(plain) {
                return Err(broken("can match no request"));
            }
            let key = format!("{method} {plain}");
            if prefix.is_some() {
                routes.longest = routes.longest.max(plain.len());
                routes.prefixes.insert(key, requirement);
            } else {
                let twin = format!("{method} {}", trim_slash(plain));
                let twin = routes.trimmed.insert(twin, requirement.clone());
                if twin.is_some_and(|twin| twin != requirement) {
                    return Err(broken(
                        "differs from another by its last slash alone: many routers read both as one",
                    ));
                }
                routes.exact.insert(key, requirement);
            }
        }
        if routes.exact.is_empty() && routes.prefixes.is_empty() {
            return Err(PolicyError("the policy is empty".to_owned()));
        }
        Ok(routes)
    }

    fn of(&self, method: &Method, raw: &str) -> Option<Requirement> {
        let method = if method == Method::HEAD {
            "GET"
        } else {
            method.as_str()
        };
        let path = decode(raw)?;
        let either = |rules: &HashMap<String, Requirement>, path: &str| {
            let own = rules.get(&format!("{method} {path}"));
            own.or_else(|| rules.get(&format!("* {path}"))).cloned()
        };
        let below = || {
            let ends = path.match_indices('/').map(|(at, _)| at + 1);
            let ends: Vec<usize> = ends.take_while(|end| *end <= self.longest).collect();
            let mut ends = ends.into_iter().rev();
            ends.find_map(|end| either(&self.prefixes, &path[..end]))
        };
        let found = either(&self.exact, &path).or_else(below)?;
        // Where the router ignores the last slash, another rule may name the same handler.
        let other = either(&self.trimmed, trim_slash(&path));
        other.is_none_or(|other| other == found).then_some(found)
    }
}

/// Rules by gRPC method, or by service with a slash at its end.
pub(super) fn parse_methods(
    rules: impl IntoIterator<Item = (String, Requirement)>,
) -> Result<HashMap<String, Requirement>, PolicyError> {
    let mut methods = HashMap::new();
    for (rule, requirement) in rules {
        let broken = |fault: &str| PolicyError(format!("rule {rule:?} {fault}"));
        requirement.check().map_err(|fault| broken(&fault))?;
        let parts = rule.strip_prefix('/').and_then(|rest| rest.split_once('/'));
        let is_name = |text: &str| {
            text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && text
                    .chars()
                    .all(|it| it.is_ascii_alphanumeric() || it == '_')
        };
        let is_good = parts.is_some_and(|(service, method)| {
            service.split('.').all(is_name) && (method.is_empty() || is_name(method))
        });
        if !is_good {
            return Err(broken(
                "must be /package.Service/Method, or /package.Service/ for the whole service",
            ));
        }
        methods.insert(rule, requirement);
    }
    if methods.is_empty() {
        return Err(PolicyError("the policy is empty".to_owned()));
    }
    Ok(methods)
}

fn trim_slash(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some("") | None => path,
        Some(trimmed) => trimmed,
    }
}

/// A path without its percent-encoding; `None` where readers may not agree on it.
fn decode(raw: &str) -> Option<String> {
    if !raw.contains('%') {
        return is_plain(raw).then(|| raw.to_owned());
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let byte = (digit()? * 16 + digit()?) as u8;
        if b"/.\\%;\0".contains(&byte) {
            return None;
        }
        bytes.push(byte);
    }
    String::from_utf8(bytes).ok().filter(|path| is_plain(path))
}

fn is_plain(path: &str) -> bool {
    path.starts_with('/')
        && !path.contains("//")
        && !path.contains(['\\', ';', '%', '\0'])
        && !path.split('/').any(|segment| matches!(segment, "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_slash_makes_no_rule_weaker() {
        let admin = || Requirement::all_of(["admin"]);
        let rule = |rule: &str, requirement| (rule.to_owned(), requirement);
        let rules = [
            rule("GET /notes", admin()),
            rule("GET /reports/", admin()),
            rule("GET /*", Requirement::open()),
        ];
        let routes = Routes::parse(rules).unwrap();
        for path in ["/notes/", "/reports"] {
            assert!(routes.of(&Method::GET, path).is_none(), "{path}");
        }
        for path in ["/notes", "/reports/", "/", "/other/"] {
            assert!(routes.of(&Method::GET, path).is_some(), "{path}");
        }
        let twins = [
            rule("GET /notes", admin()),
            rule("GET /notes/", Requirement::open()),
        ];
        assert!(Routes::parse(twins).is_err());
    }

    /// In the square of its length, a path of a million bytes would take minutes.
    #[test]
    fn looks_up_no_more_of_a_path_than_the_longest_prefix() {
        let rule = ("GET /notes/*".to_owned(), Requirement::open());
        let routes = Routes::parse([rule]).unwrap();
        let many = "/a".repeat(500_000);
        assert!(routes.of(&Method::GET, &many).is_none());
        assert!(routes.of(&Method::GET, &format!("/notes{many}")).is_some());
        assert!(
            routes
                .of(&Method::GET, &format!("/{}", "%61".repeat(300_000)))
                .is_none()
        );
    }
}
