//! Settings, from the environment.

use std::env::{self, VarError};
use std::error::Error;
use std::fs;
use std::net::SocketAddr;

use secure_token_client::{BuildError, SecureTokenClient, Tls};

/// Where this service listens, and how it reaches the token service.
pub struct Settings {
    /// `LISTEN`. Default `127.0.0.1:3000`.
    pub listen: SocketAddr,
    /// `SECURE_TOKEN_TARGET`. Default `http://127.0.0.1:8080`.
    target: String,
    /// `SECURE_TOKEN_API_KEY`: this service's own credential.
    api_key: Option<String>,
    /// The content of the file `SECURE_TOKEN_CA_FILE`: the authority to trust.
    authority: Option<Vec<u8>>,
}

impl Settings {
    /// Reads the settings.
    pub fn from_env() -> Result<Self, Box<dyn Error>> {
        let or = |name, default: &str| read(name).map(|it| it.unwrap_or(default.to_owned()));
        Ok(Self {
            listen: or("LISTEN", "127.0.0.1:3000")?.parse()?,
            target: or("SECURE_TOKEN_TARGET", "http://127.0.0.1:8080")?,
            api_key: read("SECURE_TOKEN_API_KEY")?,
            authority: read("SECURE_TOKEN_CA_FILE")?.map(fs::read).transpose()?,
        })
    }

    /// A client of the token service.
    pub fn client(&self) -> Result<SecureTokenClient, BuildError> {
        let mut builder = SecureTokenClient::builder(&self.target);
        if let Some(key) = &self.api_key {
            builder = builder.api_key(key);
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
