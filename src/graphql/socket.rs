//! GraphQL over WebSocket, the protocol `graphql-transport-ws`.
//!
//! Ours, as the handler of the library parses documents before anybody bounds them, has no limit of subscriptions, and
//! closes with other codes than the protocol's. Subscriptions only: queries and mutations go by POST, where they have their
//! time limit and their status.
//!
//! **Invariant:** nothing is run before `connection_init`; a document passes the same checks as by POST; a connection that
//! is silent, idle, too old or too slow to read is closed, and at the end of the process each is closed with a code after
//! which its client connects again.

use std::{future::pending, ops::ControlFlow, panic::AssertUnwindSafe, time::Duration};

use async_graphql::parser::types::OperationType;
use axum::{
    extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};
use tokio_stream::StreamMap;
use tracing::Instrument;

use super::{
    document::{Stop, document},
    error::RequestCode,
    http::{From, Parameters, Serving},
    live::{Ahead, HEARTBEAT, LIFE_MAX, Said, answers},
    request::{Caller, ORGANIZATION_HEADER, REQUEST_ID_HEADER, TOKEN_HEADER},
    trusted,
};
use crate::flows::seats::Seat;

/// The subprotocol.
const PROTOCOL: &str = "graphql-transport-ws";
/// How long a client may take to say who it is.
const INIT_MAX: Duration = Duration::from_secs(10);
/// How long a client may take to read a message.
const SEND_MAX: Duration = Duration::from_secs(15);
/// How long a connection without a subscription stays open.
const IDLE_MAX: Duration = Duration::from_mins(5);
/// How often a heartbeat may stay without an answer.
const SILENT_MAX: u32 = 2;
/// The most subscriptions of one connection, and bytes of a name of one.
const SUBSCRIPTIONS_MAX: usize = 10;
const ID_BYTES_MAX: usize = 128;
/// The most that a socket may begin in its life, as each costs as much as a request, and hear between two heartbeats.
const BEGUN_MAX: usize = 1000;
const HEARD_MAX: usize = 200;
/// The longest message: a document within its bound, and its variables.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// How long is read off what a client still sends when it is told to go: unread, it would undo the telling.
const READ_OFF_MAX: Duration = Duration::from_secs(1);
/// What is kept for each socket: states are a few kilobytes, and most sockets wait.
const BUFFER_BYTES: usize = 4 * 1024;

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Spoken {
    ConnectionInit { payload: Option<Value> },
    Subscribe { id: String, payload: Parameters },
    Complete { id: String },
    Ping,
    Pong,
}

/// Why a connection is closed, by the codes of the protocol and of RFC 6455.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Close {
    /// Nothing was subscribed for long.
    Idle,
    /// The process ends, or the connection is old: connect again.
    Restart,
    /// A message of another form.
    BadRequest,
    /// A subscription before the client said who it is.
    Unauthorized,
    /// The client did not say who it is.
    InitTimeout,
    /// A name that is in use.
    SubscriberExists,
    /// It said twice who it is, or subscribes to too much.
    TooMany,
}

impl Close {
    fn frame(self) -> CloseFrame {
        let (code, reason) = match self {
            Self::Idle => (1000, "Idle"),
            Self::Restart => (1012, "Connect again"),
            Self::BadRequest => (4400, "Bad request"),
            Self::Unauthorized => (4401, "Unauthorized"),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::SubscriberExists => (4409, "Subscriber already exists"),
            Self::TooMany => (4429, "Too many initialisation requests or subscriptions"),
        };
        CloseFrame { code, reason: reason.into() }
    }
}

/// Opens a socket.
pub(super) fn open(serving: &Serving, from: &From<'_>, upgrade: WebSocketUpgrade) -> Response {
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(8 * 1024 * 1024)
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX);
    if upgrade.selected_protocol().is_none() {
        return (StatusCode::BAD_REQUEST, "Offer the subprotocol graphql-transport-ws.").into_response();
    }
    let Some(seat) = serving.app.seats.connection(from.address.map(|address| address.0)) else {
        return (StatusCode::TOO_MANY_REQUESTS, "There are too many live connections.").into_response();
    };
    let (serving, headers, span) = (serving.clone(), named(from.headers), tracing::Span::current());
    upgrade.on_upgrade(move |socket| Connection::new(socket, serving, headers, seat).run().instrument(span))
}

/// The headers that say who asks, and from which page.
fn named(headers: &HeaderMap) -> HeaderMap {
    let names = [ORGANIZATION_HEADER, TOKEN_HEADER, REQUEST_ID_HEADER, "origin", "host"];
    let mut kept = HeaderMap::new();
    for name in names {
        // All of them: who says it twice has said nothing.
        for value in headers.get_all(name) {
            kept.append(HeaderName::from_static(name), value.clone());
        }
    }
    kept
}

struct Connection {
    socket: WebSocket,
    serving: Serving,
    headers: HeaderMap,
    /// Each subscription under its name: its messages, its last word included.
    streams: StreamMap<String, Ahead<Told>>,
    said_hello: bool,
    /// Heartbeats since the client was heard of last, and messages since the last heartbeat.
    unanswered: u32,
    heard: usize,
    begun: usize,
    idle_since: Instant,
    _seat: Seat,
}

type Going = ControlFlow<Option<Close>>;

/// What a subscription has for its client.
enum Told {
    Next(String),
    /// After it the name is free.
    Last(String),
    /// We failed: after an error a client asks no more, and it should.
    Failed,
}

impl Connection {
    fn new(socket: WebSocket, serving: Serving, headers: HeaderMap, seat: Seat) -> Self {
        Self {
            socket,
            serving,
            headers,
            streams: StreamMap::new(),
            said_hello: false,
            unanswered: 0,
            heard: 0,
            begun: 0,
            idle_since: Instant::now(),
            _seat: seat,
        }
    }

    async fn run(mut self) {
        let began = Instant::now();
        let seats = self.serving.app.seats.clone();
        let mut ended = std::pin::pin!(seats.ended());
        let mut heartbeat = tokio::time::interval_at(began + HEARTBEAT, HEARTBEAT);
        let close = loop {
            let patience = match (self.said_hello, self.streams.is_empty()) {
                (false, _) => began + INIT_MAX,
                (true, true) => self.idle_since + IDLE_MAX,
                (true, false) => began + LIFE_MAX,
            };
            let going = tokio::select! {
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => self.heard(message).await,
                    // It is gone, or said too much at once.
                    Some(Err(_)) => Going::Break(Some(Close::BadRequest)),
                    None => Going::Break(None),
                },
                (id, told) = next_of(&mut self.streams) => match told {
                    Told::Next(text) => self.send(text).await,
                    Told::Last(text) => {
                        self.streams.remove(&id);
                        self.send(text).await
                    }
                    Told::Failed => Going::Break(Some(Close::Restart)),
                },
                _ = heartbeat.tick() => self.beat().await,
                () = sleep_until(patience) => Going::Break(Some(self.out_of_patience())),
                () = &mut ended => Going::Break(Some(Close::Restart)),
            };
            if let Going::Break(close) = going {
                break close;
            }
            if self.streams.is_empty() && began.elapsed() >= LIFE_MAX {
                break Some(Close::Restart);
            }
        };
        if let Some(close) = close {
            let farewell = self.socket.send(Message::Close(Some(close.frame())));
            // Whoever is gone does not hear it.
            let _heard = tokio::time::timeout(SEND_MAX, farewell).await;
            let rest = async { while let Some(Ok(_)) = self.socket.recv().await {} };
            let _read = tokio::time::timeout(READ_OFF_MAX, rest).await;
        }
    }

    fn out_of_patience(&self) -> Close {
        match (self.said_hello, self.streams.is_empty()) {
            (false, _) => Close::InitTimeout,
            (true, true) => Close::Idle,
            (true, false) => Close::Restart,
        }
    }

    async fn heard(&mut self, message: Message) -> Going {
        self.unanswered = 0;
        self.heard += 1;
        if self.heard > HEARD_MAX {
            return Going::Break(Some(Close::TooMany));
        }
        let text = match message {
            Message::Text(text) => text,
            Message::Ping(_) | Message::Pong(_) => return Going::Continue(()),
            Message::Close(_) => return Going::Break(None),
            Message::Binary(_) => return Going::Break(Some(Close::BadRequest)),
        };
        match serde_json::from_str(&text) {
            Ok(Spoken::ConnectionInit { payload }) => self.hello(payload).await,
            Ok(Spoken::Subscribe { id, payload }) => self.subscribe(id, payload),
            Ok(Spoken::Complete { id }) => {
                if let Some(stream) = self.streams.remove(&id) {
                    stream.end().await;
                }
                self.idle_since = Instant::now();
                Going::Continue(())
            }
            // By itself, it does not keep an idle connection.
            Ok(Spoken::Ping) => self.give(Message::Text(json!({ "type": "pong" }).to_string().into())).await,
            Ok(Spoken::Pong) => Going::Continue(()),
            Err(_) => Going::Break(Some(Close::BadRequest)),
        }
    }

    /// The payload names the organization, and may carry the token that opens nodes, as a browser sends no headers here.
    async fn hello(&mut self, payload: Option<Value>) -> Going {
        if std::mem::replace(&mut self.said_hello, true) {
            return Going::Break(Some(Close::TooMany));
        }
        let payload = match payload {
            None | Some(Value::Null) => serde_json::Map::new(),
            Some(Value::Object(payload)) => payload,
            Some(_) => return Going::Break(Some(Close::BadRequest)),
        };
        for name in [ORGANIZATION_HEADER, TOKEN_HEADER] {
            let given = payload.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            if let Some(value) = given.and_then(|(_, value)| value.as_str()) {
                let Ok(value) = HeaderValue::from_str(value) else {
                    return Going::Break(Some(Close::BadRequest));
                };
                self.headers.insert(HeaderName::from_static(name), value);
            }
        }
        self.idle_since = Instant::now();
        self.send(json!({ "type": "connection_ack" }).to_string()).await
    }

    fn subscribe(&mut self, id: String, payload: Parameters) -> Going {
        if !self.said_hello {
            return Going::Break(Some(Close::Unauthorized));
        }
        if id.is_empty() || id.len() > ID_BYTES_MAX {
            return Going::Break(Some(Close::BadRequest));
        }
        if self.streams.contains_key(&id) {
            return Going::Break(Some(Close::SubscriberExists));
        }
        self.begun += 1;
        if self.streams.len() >= SUBSCRIPTIONS_MAX || self.begun > BEGUN_MAX {
            return Going::Break(Some(Close::TooMany));
        }
        let messages = Ahead::of(self.messages(&id, payload));
        self.streams.insert(id, messages);
        Going::Continue(())
    }

    /// What is sent for a subscription: `next` for each answer and `complete` at the end, or one `error`.
    fn messages(&self, id: &str, payload: Parameters) -> BoxStream<'static, Told> {
        let begun = begin(self.serving.clone(), Caller::from_headers(&self.headers), payload);
        let answers = stream::once(begun).flatten();
        let key = Value::from(id).to_string();
        let last = format!(r#"{{"type":"complete","id":{key}}}"#);
        let next = move |answers: Option<BoxStream<'static, Said>>| {
            let (key, last) = (key.clone(), last.clone());
            async move {
                let mut answers = answers?;
                Some(match answers.next().await {
                    None => (Told::Last(last), None),
                    Some(Said { failed: true, .. }) => (Told::Failed, None),
                    Some(Said { refused: Some(errors), .. }) => {
                        (Told::Last(format!(r#"{{"type":"error","id":{key},"payload":{errors}}}"#)), None)
                    }
                    Some(said) => {
                        let message = format!(r#"{{"type":"next","id":{key},"payload":{}}}"#, said.json);
                        (Told::Next(message), Some(answers))
                    }
                })
            }
        };
        let messages = AssertUnwindSafe(stream::unfold(Some(answers.boxed()), next)).catch_unwind();
        messages.map(|told| told.unwrap_or(Told::Failed)).boxed()
    }

    async fn beat(&mut self) -> Going {
        if self.unanswered >= SILENT_MAX {
            return Going::Break(None);
        }
        self.unanswered += 1;
        self.heard = 0;
        self.give(Message::Ping(axum::body::Bytes::new())).await
    }

    async fn send(&mut self, text: String) -> Going {
        // Maybe its last subscription ended with it.
        self.idle_since = Instant::now();
        self.give(Message::Text(text.into())).await
    }

    async fn give(&mut self, message: Message) -> Going {
        match tokio::time::timeout(SEND_MAX, self.socket.send(message)).await {
            Ok(Ok(())) => Going::Continue(()),
            Ok(Err(_)) | Err(_) => Going::Break(None),
        }
    }
}

/// The answers of a document that a socket brought, or the one that says why there are none.
async fn begin(serving: Serving, mut caller: Caller, payload: Parameters) -> BoxStream<'static, Said> {
    let resolved = trusted::resolve(&serving, &mut caller, payload).await;
    match resolved.and_then(|payload| document(&serving.documents, payload, false)) {
        Ok((request, OperationType::Subscription)) => answers(&serving, caller, request),
        Ok(_) => {
            one(RequestCode::BadRequest.response("Only subscriptions are taken here. Send others by POST."))
        }
        Err(Stop::Answered(answer)) => one(*answer),
        Err(Stop::Refused(refused)) => one(refused.1.response(refused.2)),
    }
}

fn one(answer: async_graphql::Response) -> BoxStream<'static, Said> {
    stream::once(std::future::ready(Said::of(answer, true))).boxed()
}

/// The next message of any subscription; never, while there is none.
async fn next_of(streams: &mut StreamMap<String, Ahead<Told>>) -> (String, Told) {
    match streams.next().await {
        Some(told) => told,
        None => pending().await,
    }
}
