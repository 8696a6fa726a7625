//! How a client trusts its server, and proves itself to it.

use std::fmt;

use tonic::transport::{Certificate, ClientTlsConfig, Identity};

/// TLS settings of a client. Without a certificate authority of its own, a client trusts those of
/// the operating system.
#[derive(Clone, Default)]
pub struct Tls {
    authorities: Vec<Certificate>,
    identity: Option<Identity>,
    server_name: Option<String>,
}

impl Tls {
    /// The operating system's certificate authorities, and no client certificate.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts these certificate authorities (PEM), and no longer those of the operating system.
    pub fn ca_certificate(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.authorities.push(Certificate::from_pem(pem));
        self
    }

    /// Proves the client to the server: mTLS. The certificate chain and its key, both PEM.
    pub fn identity(mut self, certificate: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        self.identity = Some(Identity::from_pem(certificate, key));
        self
    }

    /// The name to find in the server's certificate, where it is not the target's host.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    pub(crate) fn into_config(self) -> ClientTlsConfig {
        let mut config = ClientTlsConfig::new();
        config = if self.authorities.is_empty() {
            config.with_native_roots()
        } else {
            config.ca_certificates(self.authorities)
        };
        if let Some(identity) = self.identity {
            config = config.identity(identity);
        }
        if let Some(name) = self.server_name {
            config = config.domain_name(name);
        }
        config
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("authorities", &self.authorities.len())
            .field("identity", &self.identity.as_ref().map(|_| "[redacted]"))
            .field("server_name", &self.server_name)
            .finish()
    }
}
