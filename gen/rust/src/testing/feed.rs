//! The feed of a stand-in.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use crate::proto::securetoken::v1::watch_revocations_response::{
    Changes, Checkpoint, Event, SnapshotPage,
};
use crate::proto::securetoken::v1::{Revocation, WatchRevocationsResponse};

use super::tokens::{KEY_ID, Tokens};

const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(1);
/// How many entries an event holds at most.
const PAGE: usize = 1000;

/// What the server sends on one feed.
pub(super) type Feed = ReceiverStream<Result<WatchRevocationsResponse, Status>>;

/// A feed that begins with a snapshot, and is told of each change at once.
pub(super) fn follow(tokens: &Arc<Tokens>) -> Feed {
    let (events, feed) = mpsc::channel(16);
    tokio::spawn(tell(Arc::clone(tokens), events));
    ReceiverStream::new(feed)
}

/// Ends with the runtime, or `None` once nobody listens.
async fn tell(
    tokens: Arc<Tokens>,
    events: mpsc::Sender<Result<WatchRevocationsResponse, Status>>,
) -> Option<()> {
    let mut revocations = tokens.revocations.subscribe();
    let send = async |event| {
        let event = WatchRevocationsResponse { event: Some(event) };
        events.send(Ok(event)).await.ok()
    };
    let known = revocations.borrow_and_update().clone();
    let mut told = known.len();
    for event in snapshot(known) {
        send(event).await?;
    }
    loop {
        let news = revocations.borrow_and_update()[told..].to_vec();
        told += news.len();
        for page in news.chunks(PAGE) {
            let revocations = page.to_vec();
            send(Event::Changes(Changes { revocations })).await?;
        }
        send(Event::Checkpoint(Checkpoint {
            cursor: String::new(),
            staleness: Some(prost_types::Duration::default()),
            key_ids: vec![KEY_ID.to_owned()],
            // The stand-in's time is the test's, and may be moved.
            uptime: None,
        }))
        .await?;
        // A change, or the time for the next checkpoint.
        let _ = timeout(CHECKPOINT_INTERVAL, revocations.changed()).await;
    }
}

fn snapshot(known: Vec<Revocation>) -> Vec<Event> {
    let pages = known.len().div_ceil(PAGE).max(1);
    let page = |i: usize| {
        let end = known.len().min((i + 1) * PAGE);
        Event::Snapshot(SnapshotPage {
            revocations: known[i * PAGE..end].to_vec(),
            first: i == 0,
            last: i + 1 == pages,
        })
    };
    (0..pages).map(page).collect()
}
