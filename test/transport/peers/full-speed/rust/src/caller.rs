//! What makes the calls: tonic by itself, or this project's client over it.

use std::error::Error;
use std::time::Duration;

use secure_token_client::SecureTokenClient;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_prost::ProstCodec;

/// A method that any server answers and that needs no argument.
const METHOD: &str = "/securetoken.v1.TokenService/ExportConfig";
/// Beyond the most that the server grants, which it takes for that.
const TIMEOUT: Duration = Duration::from_secs(120);

/// A connection's client. Clones share the connection.
#[derive(Clone)]
pub enum Caller {
    /// Sends each call once.
    Tonic(Grpc<Channel>),
    /// Sends calls again whose connection has failed.
    SecureToken(SecureTokenClient),
}

impl Caller {
    /// A client of the server at `address`; `name` is `tonic` or `secure-token`.
    pub async fn connect(name: &str, address: &str) -> Result<Self, Box<dyn Error>> {
        let url = format!("http://{address}");
        match name {
            "tonic" => Ok(Self::Tonic(Grpc::new(
                Endpoint::from_shared(url)?.connect().await?,
            ))),
            "secure-token" => Ok(Self::SecureToken(SecureTokenClient::builder(url).build()?)),
            _ => Err("-client must be tonic or secure-token".into()),
        }
    }

    /// Makes one call. Err tells why it failed.
    pub async fn call(&mut self) -> Result<(), String> {
        match self {
            Self::Tonic(client) => call(client)
                .await
                .map_err(|status| format!("{:?}: {}", status.code(), status.message())),
            Self::SecureToken(client) => client
                .introspect_token("no token")
                .await
                .map(|_| ())
                .map_err(|error| error.to_string()),
        }
    }
}

async fn call(client: &mut Grpc<Channel>) -> Result<(), Status> {
    client
        .ready()
        .await
        .map_err(|error| Status::unavailable(error.to_string()))?;
    let mut request = Request::new(());
    request.set_timeout(TIMEOUT);
    let path = PathAndQuery::from_static(METHOD);
    // Messages without a field: what the answer holds is passed over.
    client
        .unary(request, path, ProstCodec::<(), ()>::default())
        .await?;
    Ok(())
}
