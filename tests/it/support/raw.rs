//! A client that obeys nothing: bytes on a socket, and what comes back.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{Answer, Mall};

/// Far longer than any limit of the server.
const PATIENCE: Duration = Duration::from_secs(50);
/// Between two bytes of one who sends slowly; far shorter than any limit of the server.
const PAUSE: Duration = Duration::from_millis(50);

impl Mall {
    /// Sends bytes as they are, closes its side, and reads to the end.
    pub async fn raw(&self, bytes: &[u8]) -> Answer {
        let mut socket = self.socket().await;
        // The server may answer and hang up before it has read everything.
        drop(socket.write_all(bytes).await);
        drop(socket.shutdown().await);
        read(&mut socket).await
    }

    /// Sends bytes and then nothing more, without a word that it was all.
    pub async fn raw_and_wait(&self, bytes: &[u8]) -> Answer {
        let mut socket = self.socket().await;
        socket.write_all(bytes).await.unwrap();
        read(&mut socket).await
    }

    /// Sends requests on one connection, each in full before its answer is read, the next one after that.
    pub async fn in_turn(&self, requests: &[&[u8]]) -> Vec<Answer> {
        let mut socket = self.socket().await;
        let mut answers = Vec::new();
        for request in requests {
            socket.write_all(request).await.expect("the server takes no more of a request");
            answers.push(read(&mut socket).await);
        }
        answers
    }

    /// Sends a head and then a byte now and then, until the server answers or hangs up, or so many bytes are sent; also
    /// tells how many were.
    pub async fn trickle(address: &str, head: &[u8], bytes_max: usize) -> (Answer, usize) {
        let mut socket = connected(address).await;
        socket.write_all(head).await.unwrap();
        for sent in 0..bytes_max {
            let answered = tokio::time::timeout(PAUSE, socket.readable()).await;
            if answered.is_ok() || socket.write_all(b" ").await.is_err() {
                return (read(&mut socket).await, sent);
            }
        }
        (read(&mut socket).await, bytes_max)
    }

    async fn socket(&self) -> TcpStream {
        connected(&self.address).await
    }
}

async fn connected(address: &str) -> TcpStream {
    TcpStream::connect(address.trim_start_matches("http://")).await.unwrap()
}

/// The first answer on a connection, read until its end or the connection's.
async fn read(socket: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let reading = async {
        let mut part = [0_u8; 16 * 1024];
        while let Ok(length @ 1..) = socket.read(&mut part).await {
            bytes.extend_from_slice(&part[..length]);
            if is_whole(&bytes) {
                break;
            }
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.expect("the server neither answered nor hung up");
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let content_type = header(head, "content-type").unwrap_or_default().to_owned();
    let body = body.get(..length(head)).unwrap_or(body).to_owned();
    let json = serde_json::from_str(&body).unwrap_or_default();
    Answer {
        status,
        headers: axum::http::HeaderMap::new(),
        content_type,
        retry_after: None,
        text: body,
        json,
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.split_once("\r\n\r\n").is_some_and(|(head, body)| body.len() >= length(head))
}

fn length(head: &str) -> usize {
    header(head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let named = |line: &'a str| line.split_once(':').filter(|(own, _)| own.eq_ignore_ascii_case(name));
    head.lines().find_map(named).map(|(_, value)| value.trim())
}
