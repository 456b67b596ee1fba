//! What a waiting page costs: sockets that each watch a session of the demo, and the server's memory with and without them.
//!
//! ```sh
//! cargo build --release && ulimit -n 8192 && cargo run --example idle_sockets -- 1000
//! ```
//!
//! **Invariant:** the server is a process of its own, started and ended here; its memory is the operating system's figure. A
//! socket counts only after it was sent the state of its session, and all are sent one change at the end.
#![expect(clippy::expect_used, clippy::panic, reason = "a driver that cannot go on says why and ends")]

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

/// Sockets of one address and watchers of one token; both are at most what the server lets in.
const PER_ADDRESS: usize = 100;
const PER_TOKEN: usize = 10;
const WATCH: &str = "subscription($t: String!) { checkoutSessionUpdated(token: $t) { state revision totals { grandTotal { amount } } } }";

type Socket = WebSocketStream<TcpStream>;

/// The server; ended when dropped.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[tokio::main]
async fn main() {
    let argument = std::env::args().nth(1);
    let sockets: usize = argument.map_or(1000, |number| number.parse().expect("a number of sockets"));
    let server = start().await;
    let http = Client::builder(TokioExecutor::new()).build_http();
    let mut tokens = Vec::new();
    for _ in 0..sockets.div_ceil(PER_TOKEN) {
        let query = "mutation { checkoutSessionCreate(draft: { lines: [{ sku: \"NOTEBOOK-A6\", quantity: 1 }] }) { token } }";
        let created = ask(&http, &server, query, &json!({})).await;
        tokens.push(created["data"]["checkoutSessionCreate"]["token"].as_str().expect("a token").to_owned());
    }
    let before = memory(&server);
    let begun = Instant::now();
    let mut open: Vec<Socket> = Vec::new();
    for number in 0..sockets {
        open.push(watch(&server, number, &tokens[number / PER_TOKEN]).await);
    }
    let opened = begun.elapsed();
    // Until what opening took is given back.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = memory(&server);
    let changed = Instant::now();
    for token in &tokens {
        let query = "mutation($t: String!) { checkoutSessionLinesAdd(token: $t, lines: [{ sku: \"NOTEBOOK-A6\", quantity: 1 }]) { userErrors { code } } }";
        ask(&http, &server, query, &json!({ "t": token })).await;
    }
    for socket in &mut open {
        let state = next(socket).await;
        assert_eq!(state["payload"]["data"]["checkoutSessionUpdated"]["revision"], 2, "{state}");
    }
    println!(
        "{sockets} sockets: {before} KiB before, {after} KiB with them, {} bytes a socket; opened in {opened:.1?}, \
         {} changes reached all in {:.1?}",
        after.saturating_sub(before) * 1024 / u64::try_from(sockets.max(1)).expect("a number"),
        tokens.len(),
        changed.elapsed()
    );
}

async fn start() -> Server {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let folder = std::env::temp_dir().join(format!("checkstand-idle-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let process = Command::new("target/release/checkstand")
        .args(["serve", "--demo", "--log", "error", "--listen", &address.to_string(), "--data-dir"])
        .arg(folder)
        .stdout(Stdio::null())
        .spawn()
        .expect("cargo build --release was run");
    let server = Server { process, address };
    for _ in 0..600 {
        if TcpStream::connect(address).await.is_ok() {
            return server;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the server does not listen");
}

/// Resident memory in KiB.
fn memory(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.process.id())).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number of kB")
}

async fn ask(
    http: &Client<HttpConnector, Full<axum::body::Bytes>>,
    server: &Server,
    query: &str,
    variables: &Value,
) -> Value {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let request = axum::http::Request::post(format!("http://{}/graphql", server.address))
        .header("content-type", "application/json")
        .header("x-organization-slug", "demo")
        .body(Full::from(body))
        .expect("a request");
    let answer =
        http.request(request).await.expect("an answer").into_body().collect().await.expect("all of it");
    serde_json::from_slice(&answer.to_bytes()).expect("JSON")
}

/// A socket from one of several loopback addresses, sent the state.
async fn watch(server: &Server, number: usize, token: &str) -> Socket {
    let last = u8::try_from(2 + number / PER_ADDRESS).expect("some 25,000 sockets at most");
    let tcp = TcpSocket::new_v4().expect("a socket");
    tcp.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0))).expect("a loopback address");
    let stream = tcp.connect(server.address).await.expect("a connection");
    let mut request = format!("ws://{}/graphql", server.address).into_client_request().expect("a request");
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
    headers.insert("x-organization-slug", HeaderValue::from_static("demo"));
    let (mut socket, _) = client_async(request, stream).await.expect("a socket");
    let payload = json!({ "query": WATCH, "variables": { "t": token } });
    for message in
        [json!({ "type": "connection_init" }), json!({ "type": "subscribe", "id": "1", "payload": payload })]
    {
        socket.send(Message::text(message.to_string())).await.expect("an open socket");
    }
    assert_eq!(next(&mut socket).await["type"], "connection_ack");
    let state = next(&mut socket).await;
    assert_eq!(state["payload"]["data"]["checkoutSessionUpdated"]["revision"], 1, "{state}");
    socket
}

async fn next(socket: &mut Socket) -> Value {
    loop {
        if let Message::Text(text) = socket.next().await.expect("more to come").expect("an open socket") {
            return serde_json::from_str(&text).expect("JSON");
        }
    }
}
