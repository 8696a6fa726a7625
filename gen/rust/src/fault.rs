//! What lies behind a status that no server has sent.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use rustls::{AlertDescription, CertificateError};
use tonic::{ConnectError, Status, TimeoutExpired};

/// Why no connection can be made, where trying again cannot help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionFault {
    /// The server does not answer in plaintext HTTP/2: most likely it speaks TLS.
    PlaintextToTls,
    /// The server does not speak TLS, or speaks no HTTP/2 over it.
    TlsToPlaintext,
    /// Nobody whom this client trusts has signed the server's certificate.
    UnknownAuthority,
    /// The server's certificate has expired, or is not valid yet.
    CertificateExpired,
    /// The server's certificate is for other names.
    CertificateName,
    /// The server's certificate is bad in another way.
    Certificate,
    /// The server wants a certificate of this client, or refuses the one it has.
    ClientCertificate,
}

impl fmt::Display for ConnectionFault {
    /// What to do about it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PlaintextToTls => "it does not answer in plaintext HTTP/2: use https:// if it speaks TLS",
            Self::TlsToPlaintext => {
                "it does not speak HTTP/2 over TLS: use http:// where the network is trusted"
            }
            Self::UnknownAuthority => {
                "nobody trusted has signed its certificate: name its authority with Tls::ca_certificate"
            }
            Self::CertificateExpired => {
                "its certificate has expired or is not valid yet: renew it, or check this machine's clock"
            }
            Self::CertificateName => {
                "its certificate is for other names: call it by one of them, or use Tls::server_name"
            }
            Self::Certificate => "its certificate cannot be verified",
            Self::ClientCertificate => {
                "it wants a certificate of this client: Tls::identity, from an authority that it trusts"
            }
        })
    }
}

/// Where a status comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The server has answered.
    Server,
    /// The deadline has passed on this side.
    Deadline,
    /// The server has not seen the call, or has refused it unprocessed (RFC 9113, section 8.7).
    Unsent,
    /// The connection broke: whether the call was served is not known.
    Broken,
}

/// Finds out by the errors behind the status. One without any is the server's own.
pub(crate) fn origin(status: &Status) -> Origin {
    let mut found = Origin::Server;
    walk(StdError::source(status), &mut |error| {
        let origin = if error.is::<TimeoutExpired>() {
            Origin::Deadline
        } else if is_unsent(error) {
            Origin::Unsent
        } else {
            Origin::Broken
        };
        if matches!(found, Origin::Server | Origin::Broken) {
            found = origin;
        }
    });
    found
}

/// Whether the deadline has passed on this side.
pub(crate) fn is_deadline(error: &(dyn StdError + 'static)) -> bool {
    let mut found = false;
    walk(Some(error), &mut |error| {
        found |= error.is::<TimeoutExpired>()
    });
    found
}

fn is_unsent(error: &(dyn StdError + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return error.is_canceled();
    }
    if let Some(error) = error.downcast_ref::<h2::Error>() {
        let refused = error.reason() == Some(h2::Reason::REFUSED_STREAM);
        // A stream that ends by GOAWAY is one that the last stream id of GOAWAY does not cover.
        return refused || error.is_go_away() && error.is_remote();
    }
    error.is::<ConnectError>()
}

/// The fault that trying again does not mend.
pub(crate) fn connection_fault(status: &Status) -> Option<ConnectionFault> {
    let mut found = None;
    walk(StdError::source(status), &mut |error| {
        let fault = if let Some(error) = error.downcast_ref::<rustls::Error>() {
            tls_fault(error)
        } else if let Some(error) = error.downcast_ref::<h2::Error>()
            && error.reason() == Some(h2::Reason::FRAME_SIZE_ERROR)
            && !error.is_remote()
        {
            Some(ConnectionFault::PlaintextToTls)
        } else {
            text_fault(&error.to_string())
        };
        found = found.or(fault);
    });
    found
}

/// What only a text tells: an error of tonic's own that has no public type, and an alert that came
/// after the handshake, as TLS 1.3 refuses a client's certificate: h2 keeps no more of it.
fn text_fault(text: &str) -> Option<ConnectionFault> {
    if text.contains("HTTP/2 was not negotiated") {
        return Some(ConnectionFault::TlsToPlaintext);
    }
    let (_, alert) = text.split_once("received fatal alert: ")?;
    let refusals = [
        "BadCertificate",
        "UnsupportedCertificate",
        "CertificateRevoked",
        "CertificateExpired",
        "CertificateUnknown",
        "CertificateRequired",
        "UnknownCA",
        "DecryptError",
    ];
    let refused = refusals.iter().any(|name| alert.starts_with(name));
    refused.then_some(ConnectionFault::ClientCertificate)
}

fn tls_fault(error: &rustls::Error) -> Option<ConnectionFault> {
    use rustls::Error;
    Some(match error {
        Error::InvalidMessage(_) => ConnectionFault::TlsToPlaintext,
        Error::InvalidCertificate(fault) => match fault {
            // A bad signature is that of another authority of the same name.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                ConnectionFault::UnknownAuthority
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => ConnectionFault::CertificateExpired,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                ConnectionFault::CertificateName
            }
            _ => ConnectionFault::Certificate,
        },
        Error::AlertReceived(
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::DecryptError
            | AlertDescription::CertificateRequired,
        ) => ConnectionFault::ClientCertificate,
        Error::NoApplicationProtocol
        | Error::AlertReceived(AlertDescription::NoApplicationProtocol) => {
            ConnectionFault::TlsToPlaintext
        }
        _ => return None,
    })
}

/// Visits an error and those behind it. An I/O error holds another one that it does not call its
/// source.
fn walk(
    mut next: Option<&(dyn StdError + 'static)>,
    visit: &mut impl FnMut(&(dyn StdError + 'static)),
) {
    while let Some(error) = next {
        visit(error);
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
}

/// The texts of the errors behind a status, for people.
pub(crate) fn describe(status: &Status) -> String {
    let mut text = status.message().to_owned();
    walk(StdError::source(status), &mut |error| {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
    });
    text
}
