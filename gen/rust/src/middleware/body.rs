//! The body of an answer: the service's, or a refusal's.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// The body of what a guarded service answers.
#[derive(Debug)]
pub struct GuardBody<R>(Inner<R>);

#[derive(Debug)]
enum Inner<R> {
    Service(R),
    Refusal(Option<Bytes>),
}

impl<R> GuardBody<R> {
    pub(super) fn service(body: R) -> Self {
        Self(Inner::Service(body))
    }

    pub(super) fn refusal(body: Bytes) -> Self {
        Self(Inner::Refusal(Some(body).filter(|body| !body.is_empty())))
    }
}

impl<R> Default for GuardBody<R> {
    fn default() -> Self {
        Self(Inner::Refusal(None))
    }
}

impl<R: Body<Data = Bytes> + Unpin> Body for GuardBody<R> {
    type Data = Bytes;
    type Error = R::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, R::Error>>> {
        match &mut self.get_mut().0 {
            Inner::Service(body) => Pin::new(body).poll_frame(cx),
            Inner::Refusal(body) => Poll::Ready(body.take().map(|body| Ok(Frame::data(body)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Service(body) => body.is_end_stream(),
            Inner::Refusal(body) => body.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Service(body) => body.size_hint(),
            Inner::Refusal(body) => {
                SizeHint::with_exact(body.as_ref().map_or(0, |body| body.len() as u64))
            }
        }
    }
}
