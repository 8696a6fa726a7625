//! Opens the feed of one server.

use tonic::{Status, Streaming};

use crate::api_key::ApiKey;
use crate::call::unreachable;
use crate::client::MAX_RESPONSE_BYTES;
use crate::error::Error;
use crate::proto::securetoken::v1::token_service_client::TokenServiceClient;
use crate::proto::securetoken::v1::{WatchRevocationsRequest, WatchRevocationsResponse};
use crate::servers::Server;

/// Opens the feed from a cursor on, on a connection of its own: a connection that is dead must not keep the
/// next feed from beginning, nor a feed hold up calls.
pub(super) async fn open(
    server: &Server,
    api_key: ApiKey,
    cursor: String,
) -> Result<Streaming<WatchRevocationsResponse>, Error> {
    let connected = server.connect().await;
    let channel = connected.map_err(|error| unreachable(&Status::from_error(error.into())))?;
    let mut raw = TokenServiceClient::with_interceptor(channel, api_key)
        .max_decoding_message_size(MAX_RESPONSE_BYTES);
    let request = WatchRevocationsRequest { cursor };
    Ok(raw.watch_revocations(request).await?.into_inner())
}
