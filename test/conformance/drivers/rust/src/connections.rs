//! One client for each distinct connection.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::time::Duration;

use secure_token_client::{SecureTokenClient, Tls};
use serde_json::Value;

/// Clients by the text of their connection.
#[derive(Default)]
pub struct Connections(HashMap<String, SecureTokenClient>);

impl Connections {
    /// The client of a connection, made when it is first named.
    pub fn client(&mut self, connection: &Value) -> Result<SecureTokenClient, Box<dyn Error>> {
        let key = connection.to_string();
        if let Some(client) = self.0.get(&key) {
            return Ok(client.clone());
        }
        let client = connect(connection)?;
        self.0.insert(key, client.clone());
        Ok(client)
    }
}

/// A client of a connection that shares it with no other.
pub fn connect(connection: &Value) -> Result<SecureTokenClient, Box<dyn Error>> {
    let address = connection["address"]
        .as_str()
        .ok_or("a connection needs an address")?;
    let tls = connection.get("tls");
    let scheme = if tls.is_some() { "https" } else { "http" };
    let mut builder = SecureTokenClient::builder(format!("{scheme}://{address}"));
    if let Some(files) = tls {
        builder = builder.tls(read_tls(files)?);
    }
    if let Some(key) = connection["apiKey"].as_str() {
        builder = builder.api_key(key);
    }
    if let Some(millis) = connection["timeoutMs"].as_u64() {
        builder = builder.default_deadline(Duration::from_millis(millis));
    }
    Ok(builder.build()?)
}

fn read_tls(files: &Value) -> Result<Tls, Box<dyn Error>> {
    let read = |name: &str| files[name].as_str().map(fs::read).transpose();
    let mut tls = Tls::new();
    if let Some(authority) = read("caFile")? {
        tls = tls.ca_certificate(authority);
    }
    if let (Some(certificate), Some(key)) = (read("certFile")?, read("keyFile")?) {
        tls = tls.identity(certificate, key);
    }
    Ok(tls)
}
