//! How a client is set up.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::Uri;
use tokio::runtime::Handle;
use tonic::transport::Endpoint;

use crate::api_key::ApiKey;
use crate::client::SecureTokenClient;
use crate::tls::Tls;

const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection with calls under way may be silent before it is probed …
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
/// … and how long the answer may take before the connection is given up.
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// Probes of idle connections are TCP's: they cost the server nothing.
const TCP_KEEPALIVE: Duration = Duration::from_secs(60);

/// Sets up a [`SecureTokenClient`]; see [`SecureTokenClient::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    target: String,
    tls: Option<Tls>,
    api_key: Option<Option<ApiKey>>,
    deadline: Duration,
}

impl Builder {
    pub(crate) fn new(target: String) -> Self {
        Self {
            target,
            tls: None,
            api_key: None,
            deadline: DEFAULT_DEADLINE,
        }
    }

    /// TLS settings, for an `https` target. Without them, the operating system's authorities are
    /// trusted.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// The client's own credential, sent with every call.
    pub fn api_key(mut self, key: impl AsRef<str>) -> Self {
        self.api_key = Some(ApiKey::parse(key.as_ref()));
        self
    }

    /// How long a call may take, retries included. Default 5 seconds; servers allow 60 at most.
    pub fn default_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// A client that is connected.
    ///
    /// # Errors
    /// As [`Builder::build`], and when the server cannot be reached.
    pub async fn connect(self) -> Result<SecureTokenClient, BuildError> {
        let (endpoint, api_key) = self.endpoint()?;
        let channel = endpoint.connect().await.map_err(BuildError::connect)?;
        Ok(SecureTokenClient::new(channel, api_key, self.deadline))
    }

    /// A client that connects with its first call.
    ///
    /// # Errors
    /// For settings that cannot work, and outside of a Tokio runtime.
    pub fn build(self) -> Result<SecureTokenClient, BuildError> {
        let (endpoint, api_key) = self.endpoint()?;
        Handle::try_current().map_err(|_| BuildError::new("there is no Tokio runtime"))?;
        Ok(SecureTokenClient::new(
            endpoint.connect_lazy(),
            api_key,
            self.deadline,
        ))
    }

    fn endpoint(&self) -> Result<(Endpoint, ApiKey), BuildError> {
        let api_key = match &self.api_key {
            None => ApiKey::default(),
            Some(parsed) => parsed.clone().ok_or(BuildError::new(
                "the API key must consist of visible ASCII characters",
            ))?,
        };
        let secure = match self.target.parse::<Uri>() {
            Ok(uri) if uri.scheme_str() == Some("https") => true,
            Ok(uri) if uri.scheme_str() == Some("http") => false,
            _ => {
                return Err(BuildError::new(
                    "the target must be http://host:port or https://…",
                ));
            }
        };
        let endpoint = Endpoint::from_shared(self.target.clone())
            .map_err(|error| BuildError::caused("the target is no address", error))?
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(KEEPALIVE_INTERVAL)
            .keep_alive_timeout(KEEPALIVE_TIMEOUT)
            .tcp_keepalive(Some(TCP_KEEPALIVE));
        let endpoint = match (&self.tls, secure) {
            (Some(_), false) => {
                return Err(BuildError::new("TLS settings need an https target"));
            }
            (_, false) => endpoint,
            (tls, true) => endpoint
                .tls_config(tls.clone().unwrap_or_default().into_config())
                .map_err(|error| BuildError::caused("the TLS settings cannot work", error))?,
        };
        Ok((endpoint, api_key))
    }
}

/// Settings that cannot work, or a server that cannot be reached. Holds no key.
#[derive(Debug)]
pub struct BuildError {
    message: &'static str,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl BuildError {
    fn new(message: &'static str) -> Self {
        Self {
            message,
            source: None,
        }
    }

    fn caused(message: &'static str, source: tonic::transport::Error) -> Self {
        Self {
            message,
            source: Some(source.into()),
        }
    }

    fn connect(source: tonic::transport::Error) -> Self {
        Self::caused("the server cannot be reached", source)
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl StdError for BuildError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}
