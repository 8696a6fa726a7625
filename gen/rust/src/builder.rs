//! How a client is set up.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tonic::transport::{Channel, Endpoint};

use crate::api_key::ApiKey;
use crate::call::MAX_DEADLINE;
use crate::call_hook::{CallHook, EndedCall};
use crate::client::SecureTokenClient;
use crate::key_file::FileFaultHook;
use crate::servers::Servers;
use crate::target;
use crate::tls::Tls;

const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);
/// An attempt ends early, so that the next one meets a server that is back.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
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
    targets: Vec<String>,
    tls: Option<Tls>,
    api_key: Option<Result<ApiKey, Cow<'static, str>>>,
    insecure: bool,
    deadline: Duration,
    call_hook: CallHook,
    key_file_hook: FileFaultHook,
}

impl Builder {
    pub(crate) fn new(target: String) -> Self {
        Self {
            targets: vec![target],
            tls: None,
            api_key: None,
            insecure: false,
            deadline: DEFAULT_DEADLINE,
            call_hook: CallHook::default(),
            key_file_hook: FileFaultHook::default(),
        }
    }

    /// Another server with the same keys, in the same forms. The servers take turns; a call that one of
    /// them does not take goes to the next, and one that let a deadline pass without an answer gets no
    /// calls for ten seconds. A name counts as one server, however many addresses it has.
    pub fn add_target(mut self, target: impl Into<String>) -> Self {
        self.targets.push(target.into());
        self
    }

    /// TLS settings, for `https` targets. Without them, the operating system's authorities are
    /// trusted.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// The client's own credential, sent with every call: 4,096 characters at most.
    pub fn api_key(mut self, key: impl AsRef<str>) -> Self {
        const RULE: &str = "the API key must consist of 1 to 4096 visible ASCII characters";
        self.api_key = Some(ApiKey::parse(key.as_ref()).ok_or(RULE.into()));
        self
    }

    /// The same from a file, without white space around it: a regular file of 4,098 bytes at most. The
    /// file is read again once a second while calls are made, and when the server refuses the key; one
    /// that cannot be read then leaves the key as it is: [`on_key_file_fault`](Self::on_key_file_fault)
    /// is told, and a refusal of the key says so.
    pub fn api_key_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.api_key = Some(ApiKey::from_file(path.into()).map_err(Cow::Owned));
        self
    }

    /// The same from a function, which is called before every attempt: it must be quick. A call for
    /// which it gives `None` is not made.
    pub fn api_key_fn(mut self, key: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        self.api_key = Some(Ok(ApiKey::from_fn(Arc::new(key))));
        self
    }

    /// Is told why the file of [`api_key_file`](Self::api_key_file) cannot be read any more, with its path and
    /// none of its content: once until it can be read again, or fails in another way. A panic of it changes nothing.
    pub fn on_key_file_fault(mut self, hook: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.key_file_hook = FileFaultHook::new(hook);
        self
    }

    /// Speaks plaintext where the address has no scheme, and lets an API key travel in the clear to an
    /// `http` address beyond this machine, which is refused else.
    pub fn insecure(mut self) -> Self {
        self.insecure = true;
        self
    }

    /// How long a call may take, further tries included: above zero, at most 60 seconds, as a server
    /// takes no more. Default 5 seconds.
    pub fn default_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Is told of each call once it has ended, for metrics: those of clones, layers and verifiers too, but not
    /// of [`raw`](SecureTokenClient::raw) and of feeds. It must be quick; a panic of it changes nothing.
    pub fn on_call(mut self, hook: impl Fn(&EndedCall) + Send + Sync + 'static) -> Self {
        self.call_hook = CallHook::new(hook);
        self
    }

    /// A client that is connected, to one of its servers at least.
    ///
    /// # Errors
    /// As [`Builder::build`], and when no server can be reached.
    pub async fn connect(self) -> Result<SecureTokenClient, BuildError> {
        let (endpoints, api_key) = self.endpoints()?;
        let mut servers: Vec<(Endpoint, Option<Channel>)> = Vec::new();
        let mut failure = None;
        for endpoint in endpoints {
            let is_connected = servers.iter().any(|(_, channel)| channel.is_some());
            let channel = if is_connected {
                None
            } else {
                let attempt = endpoint.connect().await;
                attempt
                    .map_err(|error| failure = Some(BuildError::connect(&endpoint, error)))
                    .ok()
            };
            servers.push((endpoint, channel));
        }
        match failure {
            Some(error) if servers.iter().all(|(_, channel)| channel.is_none()) => Err(error),
            _ => Ok(self.client(servers, api_key)),
        }
    }

    /// A client that connects with its first call.
    ///
    /// # Errors
    /// For settings that cannot work, and outside of a Tokio runtime.
    pub fn build(self) -> Result<SecureTokenClient, BuildError> {
        let (endpoints, api_key) = self.endpoints()?;
        Handle::try_current().map_err(|_| BuildError::new("there is no Tokio runtime"))?;
        let servers = endpoints.into_iter().map(|endpoint| (endpoint, None));
        Ok(self.client(servers.collect(), api_key))
    }

    fn client(
        &self,
        servers: Vec<(Endpoint, Option<Channel>)>,
        api_key: ApiKey,
    ) -> SecureTokenClient {
        SecureTokenClient::new(
            Servers::new(servers),
            api_key,
            self.deadline,
            self.call_hook.clone(),
        )
    }

    fn endpoints(&self) -> Result<(Vec<Endpoint>, ApiKey), BuildError> {
        checked_deadline(self.deadline)?;
        let api_key = match &self.api_key {
            None => ApiKey::default(),
            Some(key) => key.clone().map_err(BuildError::new)?,
        };
        api_key.on_file_fault(&self.key_file_hook);
        let targets = self.targets.iter();
        let endpoints = targets.map(|target| self.endpoint(target, api_key.is_some()));
        Ok((endpoints.collect::<Result<_, _>>()?, api_key))
    }

    fn endpoint(&self, target: &str, has_key: bool) -> Result<Endpoint, BuildError> {
        let target = target::parse(target, self.insecure).map_err(BuildError::new)?;
        if has_key && !target.secure && !target.local && !self.insecure {
            return Err(BuildError::new(
                "the API key would travel in the clear: use https://, or insecure() where the network is trusted",
            ));
        }
        let endpoint = Endpoint::from_shared(target.url)
            .map_err(|error| BuildError::caused("the address is no address", error))?
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(KEEPALIVE_INTERVAL)
            .keep_alive_timeout(KEEPALIVE_TIMEOUT)
            .tcp_keepalive(Some(TCP_KEEPALIVE));
        match (&self.tls, target.secure) {
            (Some(_), false) => Err(BuildError::new("TLS settings need an https address")),
            (_, false) => Ok(endpoint),
            (tls, true) => {
                let config = tls.clone().unwrap_or_default().into_config();
                endpoint
                    .tls_config(config.map_err(BuildError::new)?)
                    .map_err(|error| BuildError::caused("the TLS settings cannot work", error))
            }
        }
    }
}

/// A deadline that a server takes.
pub(crate) fn checked_deadline(deadline: Duration) -> Result<Duration, BuildError> {
    if deadline.is_zero() || deadline > MAX_DEADLINE {
        return Err(BuildError::new(
            "the deadline must be above zero and at most 60 seconds",
        ));
    }
    Ok(deadline)
}

/// Settings that cannot work, or a server that cannot be reached. Holds no key.
#[derive(Debug)]
pub struct BuildError {
    message: Cow<'static, str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl BuildError {
    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    fn caused(message: impl Into<Cow<'static, str>>, source: tonic::transport::Error) -> Self {
        Self {
            message: message.into(),
            source: Some(source.into()),
        }
    }

    fn connect(endpoint: &Endpoint, source: tonic::transport::Error) -> Self {
        Self::caused(
            format!("the server {} cannot be reached", endpoint.uri()),
            source,
        )
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for BuildError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}
