//! The servers of a client: whose turn it is, and the connections to them.

mod round;
mod server;

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use http::{Request, Response};
use tokio::time::Instant;
use tonic::body::Body;
use tonic::transport::{Channel, Endpoint, Error};
use tower_service::Service;

use crate::fault::is_deadline;

pub(crate) use round::Round;
pub(crate) use server::Server;

/// The connections of a client, one a server: what a [`RawClient`](crate::RawClient) sends over. Each
/// request goes to the server whose turn it is, of those that do not rest.
#[derive(Clone)]
pub struct Servers(Arc<Inner>);

struct Inner {
    all: Vec<Arc<Server>>,
    turn: AtomicUsize,
}

impl Servers {
    /// Servers that are connected to with the first call, but for channels that are there already.
    pub(crate) fn new(endpoints: Vec<(Endpoint, Option<Channel>)>) -> Self {
        let to_server = |(endpoint, channel)| Arc::new(Server::new(endpoint, channel));
        Self(Arc::new(Inner {
            all: endpoints.into_iter().map(to_server).collect(),
            turn: AtomicUsize::new(0),
        }))
    }

    /// The server whose turn it is.
    pub(crate) fn take_turn(&self) -> Arc<Server> {
        self.next(&[])
    }

    /// The next server that is not among those `asked` already: one that does not rest, or the next
    /// of all where every one does.
    fn next(&self, asked: &[Arc<Server>]) -> Arc<Server> {
        let all = &self.0.all;
        let turn = self.0.turn.fetch_add(1, Ordering::Relaxed);
        let now = Instant::now();
        let mut first = None;
        for i in 0..all.len() {
            let server = &all[turn.wrapping_add(i) % all.len()];
            if asked.iter().any(|other| Arc::ptr_eq(other, server)) {
                continue;
            }
            if server.admits(now) {
                return Arc::clone(server);
            }
            first = first.or(Some(server));
        }
        Arc::clone(first.unwrap_or(&all[turn % all.len()]))
    }
}

impl Service<Request<Body>> for Servers {
    type Response = Response<Body>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(())) // which server is asked is not known yet
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        // A call that is tried again says whom it asks.
        let chosen = request.extensions_mut().remove::<Arc<Server>>();
        let server = chosen.unwrap_or_else(|| self.take_turn());
        Box::pin(async move {
            let began = Instant::now();
            let mut channel = server.channel();
            let answer = match poll_fn(|cx| channel.poll_ready(cx)).await {
                Ok(()) => channel.call(request).await,
                Err(error) => Err(error),
            };
            match &answer {
                Ok(_) => server.note_answer(),
                Err(error) if is_deadline(error) => server.note_silence(began),
                Err(_) => server.note_loss(),
            }
            answer
        })
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.all.iter().map(|server| server.uri()))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::advance;

    use super::server::{HANG_REST, REST};
    use super::*;

    /// Servers of ports that nothing connects to.
    fn servers(count: u16) -> Servers {
        let address = |port| format!("http://127.0.0.1:{port}").parse::<http::Uri>();
        let endpoint = |port| Endpoint::from(address(port).unwrap());
        Servers::new((1..=count).map(|port| (endpoint(port), None)).collect())
    }

    /// The ports of the servers that the next calls ask.
    fn turns(servers: &Servers, count: usize) -> Vec<u16> {
        let next = |_| servers.next(&[]).uri().port_u16().unwrap();
        (0..count).map(next).collect()
    }

    fn second(servers: &Servers) -> &Arc<Server> {
        &servers.0.all[1]
    }

    #[tokio::test(start_paused = true)]
    async fn one_call_tries_a_server_whose_rest_is_over() {
        let servers = servers(2);
        assert_eq!(turns(&servers, 4), [1, 2, 1, 2]);
        second(&servers).note_silence(Instant::now());
        assert_eq!(turns(&servers, 4), [1; 4]);
        advance(HANG_REST).await;
        assert_eq!(turns(&servers, 6), [1, 2, 1, 1, 1, 1]);
        second(&servers).note_answer();
        assert_eq!(turns(&servers, 2), [1, 2]);
        second(&servers).note_loss();
        advance(REST / 2).await;
        assert_eq!(turns(&servers, 2), [1, 1]);
        advance(REST / 2).await;
        assert_eq!(turns(&servers, 2), [1, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn where_every_server_rests_none_does() {
        let servers = servers(2);
        for server in &servers.0.all {
            server.note_silence(Instant::now());
        }
        assert_eq!(turns(&servers, 4), [1, 2, 1, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_answers_others_is_not_silent() {
        let servers = servers(2);
        let began = Instant::now();
        advance(Duration::from_secs(1)).await;
        second(&servers).note_answer();
        second(&servers).note_silence(began);
        assert_eq!(turns(&servers, 4), [1, 2, 1, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_round_asks_each_server_once() {
        let servers = servers(3);
        second(&servers).note_silence(Instant::now());
        let mut round = Round::new(&servers);
        let mut asked = Vec::new();
        for _ in 0..4 {
            asked.push((round.next().uri().port_u16(), round.number));
        }
        let ports: Vec<_> = asked.iter().filter_map(|(port, _)| *port).collect();
        assert_eq!(ports[2], 2, "the one that rests comes last: {asked:?}");
        assert_eq!(
            asked.iter().map(|(_, number)| number).collect::<Vec<_>>(),
            [&0, &0, &0, &1]
        );
    }
}
