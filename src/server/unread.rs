//! What a client is still sending when its answer is ready.
//!
//! A connection that is closed while bytes of a request are unread is reset, and a client that is busy sending then sees
//! the reset in place of the answer: a wrong method, a body too long, a server too busy. So the rest is read and thrown
//! away first.
//!
//! **Invariant:** an answer waits for no more than [`Bounds`], then it goes and the connection is closed. It waits for
//! nobody who stopped sending, as whoever read the body has waited already, and for nothing that the client sends only
//! if asked (`Expect: 100-continue`).

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::sync::oneshot;

/// How much is read off, and for how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Bytes after the answer was ready.
    pub(super) bytes: u64,
    /// Time after the answer was ready.
    pub(super) time: Duration,
}

/// What the last look at a body found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    /// Nobody looked.
    Untouched,
    /// A part of it.
    Part,
    /// Nothing yet.
    Nothing,
    /// Its end, or that it has none.
    End,
}

/// A body that goes back to its lender when it is let go of before its end.
struct Lent {
    body: Body,
    last: Last,
    back: Option<oneshot::Sender<(Body, Last)>>,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let found = Pin::new(&mut self.body).poll_frame(context);
        self.last = match &found {
            Poll::Pending => Last::Nothing,
            Poll::Ready(Some(Ok(_))) => Last::Part,
            Poll::Ready(Some(Err(_)) | None) => Last::End,
        };
        found
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let unread = self.last != Last::End && !self.body.is_end_stream();
        if let Some(back) = self.back.take().filter(|_| unread) {
            // Where the request was given up as a whole nobody waits for it.
            drop(back.send((std::mem::take(&mut self.body), self.last)));
        }
    }
}

/// Answers a request once what it still sends is read off.
pub(super) async fn read_off(State(bounds): State<Bounds>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let waits = waits_to_be_asked(request.headers());
    let (back, mut returned) = oneshot::channel();
    let lend = |body| Body::new(Lent { body, last: Last::Untouched, back: Some(back) });
    let response = next.run(request.map(lend)).await;
    match returned.try_recv() {
        Ok((_, Last::Nothing | Last::End)) | Err(_) => {}
        Ok((_, Last::Untouched)) if waits => {}
        Ok((body, Last::Untouched | Last::Part)) => {
            let within = tokio::time::timeout(bounds.time, throw_away(body, bounds.bytes)).await;
            if within != Ok(true) {
                tracing::debug!("a request sent more than an answer waits for");
            }
        }
    }
    response
}

fn waits_to_be_asked(headers: &HeaderMap) -> bool {
    headers
        .get(header::EXPECT)
        .is_some_and(|expected| expected.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

/// Whether the end of a body came within so many bytes; one that is announced to be longer is not begun.
async fn throw_away(mut body: Body, bytes_max: u64) -> bool {
    let mut left = bytes_max;
    while body.size_hint().lower() <= left {
        match body.frame().await {
            None => return true,
            Some(Err(_)) => return false,
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                let Some(rest) = u64::try_from(length).ok().and_then(|length| left.checked_sub(length))
                else {
                    return false;
                };
                left = rest;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        sync::{
            Arc,
            atomic::{AtomicU64, Ordering::Relaxed},
        },
    };

    use super::*;

    /// A body of parts of a kibibyte that counts how often it is asked for one.
    struct Counted {
        parts: u64,
        announced: u64,
        asked: Arc<AtomicU64>,
    }

    impl HttpBody for Counted {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let before = self.asked.fetch_add(1, Relaxed);
            Poll::Ready((before < self.parts).then(|| Ok(Frame::data(Bytes::from_static(&[0; 1024])))))
        }

        fn size_hint(&self) -> SizeHint {
            let mut hint = SizeHint::new();
            hint.set_lower(self.announced.saturating_sub(1024 * self.asked.load(Relaxed)));
            hint
        }
    }

    #[tokio::test]
    async fn so_much_is_read_off_and_no_more() {
        // parts, announced bytes, whether the end came, how often it was asked
        for (parts, announced, ended, often) in [
            (0, 0, true, 1),
            (4, 0, true, 5),
            (5, 0, false, 5),
            (u64::MAX, 0, false, 5),
            (4, 4 * 1024, true, 5),
            (5, 4 * 1024 + 1, false, 0),
        ] {
            let asked = Arc::new(AtomicU64::new(0));
            let body = Body::new(Counted { parts, announced, asked: Arc::clone(&asked) });
            assert_eq!(throw_away(body, 4 * 1024).await, ended, "{parts} parts, {announced} announced");
            assert_eq!(asked.load(Relaxed), often, "{parts} parts, {announced} announced");
        }
    }
}
