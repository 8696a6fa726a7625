//! The thread of a stand-in, which serves while it is there.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::runtime;
use tokio::sync::oneshot;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use crate::proto::securetoken::v1::token_service_server::TokenServiceServer;

use super::service::StandInService;
use super::tokens::Tokens;

/// A server with a runtime of its own: it goes on while a test blocks its thread or pauses Tokio's time,
/// and ends with all of its connections.
pub(super) struct Serving {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Serving {
    /// Listens at an address. Port 0 is a free one; the answer names it.
    pub(super) fn at(address: SocketAddr, tokens: Arc<Tokens>) -> io::Result<(Self, SocketAddr)> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let serve = async move {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let server = Server::builder()
                .add_service(TokenServiceServer::new(StandInService(tokens)))
                .serve_with_incoming(TcpIncoming::from(listener));
            tokio::select! {
                ended = server => ended.map_err(io::Error::other),
                _ = stopped => Ok(()),
            }
        };
        let thread = thread::Builder::new()
            .name("token-service-stand-in".to_owned())
            .spawn(move || {
                let ended: io::Result<()> = runtime.block_on(serve);
                ended.expect("a stand-in serves until it is stopped");
            })?;
        let serving = Self {
            stop: Some(stop),
            thread: Some(thread),
        };
        Ok((serving, address))
    }
}

impl Drop for Serving {
    /// Waits until every connection is closed.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has printed itself.
            let _ = thread.join();
        }
    }
}
