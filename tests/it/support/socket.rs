//! The other end of a WebSocket, which says what it is told to say.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Message,
        client::IntoClientRequest,
        error::Error,
        handshake::client::Request,
        http::{HeaderName, HeaderValue},
    },
};

use super::Shop;

/// Far longer than any signal takes, and than a client is waited for.
const PATIENCE: Duration = Duration::from_secs(40);

/// An open socket.
pub struct Socket(WebSocketStream<TcpStream>);

impl Shop<'_> {
    /// A socket whose client has said who it is.
    pub async fn socket(&self) -> Socket {
        let mut socket = self.raw_socket(&[]).await.unwrap();
        let hello = json!({ "type": "connection_init", "payload": { "x-organization-slug": self.slug } });
        socket.say(&hello).await;
        assert_eq!(socket.next().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// A socket on which nothing was said; the status where none is opened.
    pub async fn raw_socket(&self, headers: &[(&'static str, &str)]) -> Result<Socket, u16> {
        let url = format!("{}/graphql", self.address.replacen("http", "ws", 1));
        let mut request: Request = url.into_client_request().unwrap();
        request
            .headers_mut()
            .insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        let stream = TcpStream::connect(self.address.trim_start_matches("http://")).await.unwrap();
        match client_async(request, stream).await {
            Ok((socket, _)) => Ok(Socket(socket)),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }
}

impl Socket {
    /// Says something.
    pub async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// Says something where the other end still listens.
    pub async fn try_say(&mut self, message: &Value) -> Result<(), Error> {
        self.0.send(Message::text(message.to_string())).await
    }

    /// Whether it ends without another word.
    pub async fn ends(&mut self) -> bool {
        let word = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("it stays open");
        !matches!(word, Some(Ok(Message::Text(_))))
    }

    /// Subscribes to a field that takes a token.
    pub async fn subscribe(&mut self, id: &str, field: &str, token: &str) {
        let query = format!("subscription($token: String!) {{ {field} }}");
        let payload = json!({ "query": query, "variables": { "token": token } });
        self.say(&json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// What is said next.
    pub async fn next(&mut self) -> Value {
        let heard = self.heard().await;
        assert!(heard.is_text(), "{heard:?}");
        serde_json::from_str(heard.to_text().unwrap()).unwrap()
    }

    /// The code with which it is closed, whatever is said before.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.heard().await {
                return frame.map_or(0, |frame| frame.code.into());
            }
        }
    }

    async fn heard(&mut self) -> Message {
        let something = async {
            loop {
                let message = self.0.next().await.expect("it ended").unwrap();
                if !message.is_ping() && !message.is_pong() {
                    return message;
                }
            }
        };
        tokio::time::timeout(PATIENCE, something).await.expect("nothing was said")
    }
}
