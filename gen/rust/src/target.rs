//! Where the token service is.

use std::net::IpAddr;

use http::Uri;

/// An address that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// `http://host:port` or `https://host:port`.
    pub(crate) url: String,
    pub(crate) secure: bool,
    /// Whether no byte leaves this machine.
    pub(crate) local: bool,
}

/// Reads `host:port`, `http://host[:port]` or `https://host[:port]`; `insecure` decides where there is
/// no scheme. `Err` says what is wrong with the address.
pub(crate) fn parse(address: &str, insecure: bool) -> Result<Target, &'static str> {
    const SHAPE: &str = "the address must be host:port, http://host:port or https://host:port";
    let lower = address.to_ascii_lowercase();
    let has_scheme = lower.starts_with("http://") || lower.starts_with("https://");
    if address.contains("://") && !has_scheme {
        return Err(SHAPE);
    }
    let url = match (has_scheme, insecure) {
        (true, _) => address.to_owned(),
        (false, true) => format!("http://{address}"),
        (false, false) => format!("https://{address}"),
    };
    let uri: Uri = url.parse().map_err(|_| SHAPE)?;
    let authority = uri.authority().ok_or(SHAPE)?;
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() || authority.as_str().contains('@')
    {
        return Err("the address must be a scheme, a host and a port, without path, query or user");
    }
    let host = authority.host();
    let named_port = authority.as_str().len() > host.len();
    if host.is_empty()
        || host == "[]"
        || (named_port || !has_scheme) && !is_port(authority.port_u16())
    {
        return Err(if has_scheme {
            SHAPE
        } else {
            "the address has no port: it must be host:port"
        });
    }
    let secure = uri.scheme_str() == Some("https");
    Ok(Target {
        local: is_loopback(host),
        secure,
        url,
    })
}

fn is_port(port: Option<u16>) -> bool {
    port.is_some_and(|port| port > 0)
}

fn is_loopback(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || name.ends_with(".localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form_of_an_address() {
        for (address, insecure, url, secure, local) in [
            ("tokens:443", false, "https://tokens:443", true, false),
            ("tokens:80", true, "http://tokens:80", false, false),
            ("127.0.0.1:8080", true, "http://127.0.0.1:8080", false, true),
            ("http://[::1]:1", false, "http://[::1]:1", false, true),
            ("http://localhost", false, "http://localhost", false, true),
            ("https://tokens/", false, "https://tokens/", true, false),
            ("HTTPS://tokens:1", false, "HTTPS://tokens:1", true, false),
        ] {
            let expected = Target {
                url: url.to_owned(),
                secure,
                local,
            };
            assert_eq!(parse(address, insecure), Ok(expected), "{address}");
        }
    }

    #[test]
    fn refuses_what_is_no_address() {
        for address in [
            "",
            "tokens",
            "tokens:",
            "tokens:0",
            "tokens:65536",
            ":80",
            "http://",
            "ftp://a:1",
            "http://a b",
            "http://tokens:0",
            "http://tokens/path",
            "https://tokens?a",
            "https://ann:sesame@tokens",
            "dns:///a:1",
        ] {
            let error = parse(address, false).unwrap_err();
            assert!(error.contains("the address"), "{address}");
        }
    }
}
