//! Opens the feed of one server.

use std::time::Duration;

use tonic::{Status, Streaming};

use crate::api_key::ApiKey;
use crate::call::unreachable;
use crate::client::MAX_RESPONSE_BYTES;
use crate::error::Error;
use crate::proto::securetoken::v1::token_service_client::TokenServiceClient;
use crate::proto::securetoken::v1::{WatchRevocationsRequest, WatchRevocationsResponse};
use crate::servers::Server;

use super::clock::SteadyClock;

/// Opens the feed from a cursor on, on a connection of its own: a connection that is dead must not keep the
/// next feed from beginning, nor a feed hold up calls. Tells when the server was asked for it: once there was
/// a connection.
pub(super) async fn open(
    server: &Server,
    api_key: ApiKey,
    cursor: String,
    clock: &SteadyClock,
) -> Result<(Streaming<WatchRevocationsResponse>, Duration), Error> {
    let connected = server.connect().await;
    let channel =
        connected.map_err(|error| unreachable(server, &Status::from_error(error.into())))?;
    let mut raw = TokenServiceClient::with_interceptor(channel, api_key.clone())
        .max_decoding_message_size(MAX_RESPONSE_BYTES);
    let request = WatchRevocationsRequest { cursor };
    let asked = clock.now();
    let opened = raw.watch_revocations(request).await;
    let stream = opened.map_err(|status| api_key.explain(status))?;
    Ok((stream.into_inner(), asked))
}
