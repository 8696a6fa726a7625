//! Settings, from the environment.

use std::env::{self, VarError};
use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use secure_token_client::{BuildError, SecureTokenClient, Tls};

/// Where this service listens, and how it reaches the token service.
pub struct Settings {
    /// `LISTEN`. Default `127.0.0.1:3000`.
    pub listen: SocketAddr,
    /// `SECURE_TOKEN_TARGET`. Default `http://127.0.0.1:8080`.
    target: String,
    /// `SECURE_TOKEN_API_KEY`: this service's own credential.
    api_key: Option<String>,
    /// `SECURE_TOKEN_API_KEY_FILE`: a file that holds it, read again when it changes.
    api_key_file: Option<String>,
    /// The content of the file `SECURE_TOKEN_CA_FILE`: the authority to trust.
    authority: Option<Vec<u8>>,
    /// `TIMEOUT_SECONDS`: how long a call to the token service may take. Default 5.
    timeout: Duration,
    /// `MAX_STALENESS_SECONDS`: how old the knowledge of revocations may be, 1 to 300. Default 10.
    pub max_staleness: Duration,
}

impl Settings {
    /// Reads the settings.
    pub fn from_env() -> Result<Self, Box<dyn Error>> {
        let or = |name, default: &str| read(name).map(|it| it.unwrap_or(default.to_owned()));
        Ok(Self {
            listen: or("LISTEN", "127.0.0.1:3000")?.parse()?,
            target: or("SECURE_TOKEN_TARGET", "http://127.0.0.1:8080")?,
            api_key: read("SECURE_TOKEN_API_KEY")?,
            api_key_file: read("SECURE_TOKEN_API_KEY_FILE")?,
            authority: read("SECURE_TOKEN_CA_FILE")?.map(fs::read).transpose()?,
            timeout: seconds("TIMEOUT_SECONDS", 5.0)?,
            max_staleness: seconds("MAX_STALENESS_SECONDS", 10.0)?,
        })
    }

    /// A client of the token service.
    pub fn client(&self) -> Result<SecureTokenClient, BuildError> {
        let mut builder = SecureTokenClient::builder(&self.target).default_deadline(self.timeout);
        if let Some(key) = &self.api_key {
            builder = builder.api_key(key);
        }
        if let Some(file) = &self.api_key_file {
            builder = builder.api_key_file(file);
        }
        if let Some(pem) = &self.authority {
            builder = builder.tls(Tls::new().ca_certificate(pem));
        }
        builder.build()
    }
}

fn read(name: &str) -> Result<Option<String>, VarError> {
    match env::var(name) {
        Err(VarError::NotPresent) => Ok(None),
        found => found.map(Some),
    }
}

fn seconds(name: &str, default: f64) -> Result<Duration, Box<dyn Error>> {
    let number = read(name)?.map_or(Some(default), |text| text.parse().ok());
    number
        .and_then(|it| Duration::try_from_secs_f64(it).ok())
        .ok_or_else(|| format!("{name} must be a number of seconds").into())
}
