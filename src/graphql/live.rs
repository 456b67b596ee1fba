//! The answers of a subscription, whichever way they go, and server-sent events as one of the two ways.
//!
//! The stream is that of the protocol "GraphQL over Server-Sent Events" in its distinct connections mode: an event `next`
//! for each answer, `complete` at the end. One that ends without `complete` was cut short, and the client subscribes again.
//!
//! **Invariant:** an answer that is the same as the one before is not sent; whoever is slow to read is sent the last state,
//! not each that was in between, as nothing is read before the way is free.

use std::{
    convert::Infallible,
    hash::{DefaultHasher, Hash, Hasher},
    net::IpAddr,
    panic::AssertUnwindSafe,
    pin::Pin,
    task::{self, Poll},
    time::Duration,
};

use async_graphql::{Request, Response as Answer, Value};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};

use tokio::{sync::mpsc, task::JoinHandle};
use tokio_stream::wrappers::ReceiverStream;
use tracing::Instrument;

use super::{
    accept::Accepted,
    aside::Aside,
    error::RequestCode,
    http::{Refused, Serving, complete},
    loader::Loaders,
    request::Caller,
};
use crate::flows::seats::{Seat, Seats};

/// How long a connection lives at most; then the client opens another one, maybe to another replica.
pub(super) const LIFE_MAX: Duration = Duration::from_hours(1);
/// How often something is sent where nothing happens, as what stands between closes what is silent.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long a client may take to make room for an answer.
const STALLED_MAX: Duration = Duration::from_mins(1);

/// The address of a client, as far as it can be told.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// One answer of a subscription.
pub(super) struct Said {
    /// As JSON.
    pub(super) json: String,
    /// Its errors alone, where it is the first and nothing was begun.
    pub(super) refused: Option<String>,
    /// Whether it says nothing but that we failed. It is not sent: the subscription is cut short, and the client comes back.
    pub(super) failed: bool,
}

impl Said {
    /// Of the first answer, or of a further one.
    pub(super) fn of(mut answer: Answer, is_first: bool) -> Self {
        complete(&mut answer);
        let nothing = answer.data == Value::Null && !answer.errors.is_empty();
        // A fault of ours at the first look is one at the next try, too.
        let failed = nothing
            && (RequestCode::Overloaded.is_in(&answer) || !is_first && RequestCode::Internal.is_in(&answer));
        let refused = (is_first && nothing).then(|| text(&answer.errors));
        Self { refused, failed, json: text(&answer) }
    }
}

fn text(of: &impl serde::Serialize) -> String {
    // What GraphQL values are made of can always be written.
    serde_json::to_string(of).unwrap_or_default()
}

/// All answers of a subscription that was checked.
pub(super) fn answers(serving: &Serving, caller: Caller, request: Request) -> BoxStream<'static, Said> {
    let aside = Aside::default();
    let request = request.data(caller).data(Loaders::new(&serving.app)).data(aside.clone());
    let running = AssertUnwindSafe(serving.schema.execute_stream(request)).catch_unwind();
    let mut last = None;
    let news = move |answer: Result<Answer, _>| {
        let is_known = aside.shown();
        let failed = |_| RequestCode::Internal.response("Something went wrong on our side.");
        let said = Said::of(answer.unwrap_or_else(failed), last.is_none());
        let mut hasher = DefaultHasher::new();
        said.json.hash(&mut hasher);
        let is_news = last.replace(hasher.finish()) != Some(hasher.finish());
        let must = said.failed || said.refused.is_some();
        std::future::ready((must || is_news && !is_known).then_some(said))
    };
    // Where nothing was begun, or nothing can be said, nothing comes after it.
    let until_refused = |answers: Option<BoxStream<'static, Said>>| async move {
        let mut answers = answers?;
        let said = answers.next().await?;
        let goes_on = said.refused.is_none() && !said.failed;
        Some((said, goes_on.then_some(answers)))
    };
    stream::unfold(Some(running.filter_map(news).boxed()), until_refused).boxed()
}

/// What a task of its own reads, one ahead of whoever takes it: a stream that nobody asks would keep its turn among those
/// who look for as long as a client stalls. Ends with this.
pub(super) struct Ahead<T> {
    read: ReceiverStream<T>,
    task: JoinHandle<()>,
}

impl<T: Send + 'static> Ahead<T> {
    pub(super) fn of(mut stream: BoxStream<'static, T>) -> Self {
        let (sender, receiver) = mpsc::channel(1);
        let reading = async move {
            while let Ok(room) = sender.reserve().await
                && let Some(next) = stream.next().await
            {
                room.send(next);
            }
        };
        let task = tokio::spawn(reading.in_current_span());
        Self { read: ReceiverStream::new(receiver), task }
    }

    /// Ends it, and whatever it held is free.
    pub(super) async fn end(mut self) {
        self.task.abort();
        let _ended = (&mut self.task).await;
    }
}

impl<T> Drop for Ahead<T> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl<T> Stream for Ahead<T> {
    type Item = T;
    fn poll_next(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Option<T>> {
        Pin::new(&mut self.read).poll_next(context)
    }
}

/// Answers a subscription by a stream of events.
pub(super) fn stream(
    serving: &Serving,
    (caller, address): (Caller, Option<ClientAddress>),
    request: Request,
    accepted: Accepted,
) -> Result<Response, Refused> {
    if !accepted.stream {
        return Err(Refused(
            StatusCode::NOT_ACCEPTABLE,
            RequestCode::NotAcceptable,
            "Accept text/event-stream for a subscription, or send it over a WebSocket.",
        ));
    }
    let seats = serving.app.seats.clone();
    let Some(seat) = seats.connection(address.map(|address| address.0)) else {
        let message = "There are too many live connections. Try again later.";
        return Err(Refused(StatusCode::TOO_MANY_REQUESTS, RequestCode::RateLimited, message));
    };
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(pass_on(answers(serving, caller, request), sender, seats, seat).in_current_span());
    let events = stream::unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) });
    let events = events.map(Ok::<Event, Infallible>);
    let keep_alive = KeepAlive::new().interval(HEARTBEAT);
    let mut response = Sse::new(events).keep_alive(keep_alive).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx gathers an answer before it passes it on, unless told otherwise (its module of proxying).
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Hands answers on to a body, in a task of its own: a body is asked for no more while its client does not read, and who
/// does not read for long must go all the same.
async fn pass_on(mut answers: BoxStream<'static, Said>, to: mpsc::Sender<Event>, seats: Seats, _seat: Seat) {
    let event = |name: &str, json: String| Event::default().event(name).data(json);
    let life = tokio::time::sleep(LIFE_MAX);
    let passing = async {
        // Who went, or does not read, ends it, and so does an answer that says nothing.
        while let Ok(Ok(room)) = tokio::time::timeout(STALLED_MAX, to.reserve()).await {
            match answers.next().await {
                Some(said) if said.failed => return,
                Some(said) => room.send(event("next", said.json)),
                // An event without data is none for a browser (HTML standard, 9.2.6).
                None => return room.send(event("complete", "null".to_owned())),
            }
        }
    };
    tokio::select! {
        () = passing => {}
        () = to.closed() => {}
        () = seats.ended() => {}
        () = life => {}
    }
}
