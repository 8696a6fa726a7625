//! How a client trusts its server, and proves itself to it.

use std::fmt;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tonic::transport::{Certificate, ClientTlsConfig, Identity};

/// TLS settings of a client. Without a certificate authority of its own, a client trusts those of
/// the operating system.
#[derive(Clone, Default)]
pub struct Tls {
    authorities: Vec<Vec<u8>>,
    identity: Option<(Vec<u8>, Vec<u8>)>,
    server_name: Option<String>,
}

impl Tls {
    /// The operating system's certificate authorities, and no client certificate.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts these certificate authorities (PEM), and no longer those of the operating system.
    pub fn ca_certificate(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.authorities.push(pem.as_ref().to_vec());
        self
    }

    /// Proves the client to the server: mTLS. The certificate chain and its key, both PEM.
    pub fn identity(mut self, certificate: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        self.identity = Some((certificate.as_ref().to_vec(), key.as_ref().to_vec()));
        self
    }

    /// The name to find in the server's certificate, where it is not the target's host.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// The settings for tonic, or which of them cannot work.
    pub(crate) fn into_config(self) -> Result<ClientTlsConfig, &'static str> {
        if !has_provider() {
            return Err(
                "TLS needs cryptography: turn on this crate's feature `ring`, or install a rustls CryptoProvider",
            );
        }
        let mut config = ClientTlsConfig::new();
        if self.authorities.is_empty() {
            config = config.with_native_roots();
        }
        for pem in self.authorities {
            check_authorities(&pem)?;
            config = config.ca_certificate(Certificate::from_pem(pem));
        }
        if let Some((certificate, key)) = self.identity {
            if certificates(&certificate).is_none_or(|found| found.is_empty()) {
                return Err("Tls::identity holds no certificate in PEM");
            }
            if PrivateKeyDer::from_pem_slice(&key).is_err() {
                return Err("Tls::identity holds no private key in PEM");
            }
            config = config.identity(Identity::from_pem(certificate, key));
        }
        if let Some(name) = self.server_name {
            config = config.domain_name(name);
        }
        Ok(config)
    }
}

fn has_provider() -> bool {
    cfg!(feature = "ring") || rustls::crypto::CryptoProvider::get_default().is_some()
}

/// Every block of the text must be a certificate that can be an authority.
fn check_authorities(pem: &[u8]) -> Result<(), &'static str> {
    let found = certificates(pem).unwrap_or_default();
    let mut roots = RootCertStore::empty();
    if found.is_empty() || found.into_iter().any(|der| roots.add(der).is_err()) {
        return Err("Tls::ca_certificate holds no certificate in PEM, or one that cannot be read");
    }
    Ok(())
}

fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .ok()
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
