//! A twin on a real socket, a client that speaks forms, and a shop's webhook receiver.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use checkstand::twin::{Twin, TwinOptions};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::net::TcpListener;

pub const KEY: &str = "sk_test_shop";

/// A twin that listens.
pub struct Stage {
    pub twin: Twin,
    pub base: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Got {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|v| v.to_str().unwrap()).unwrap_or_default()
    }

    pub fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no id in {self:?}")).to_owned()
    }

    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }
}

impl Stage {
    pub async fn open() -> Self {
        Self::with(TwinOptions::default()).await
    }

    pub async fn on_file(file: PathBuf) -> Self {
        Self::with(TwinOptions { state_file: Some(file), ..TwinOptions::default() }).await
    }

    pub async fn with(options: TwinOptions) -> Self {
        let twin = Twin::start(options).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let app = twin.router().merge(Router::new().nest("/twin", twin.router()));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { twin, base, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Got, String> {
        let mut request =
            Request::builder().method(Method::try_from(method).unwrap()).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body.as_bytes()))).unwrap();
        let response = self.client.request(request).await.map_err(|e| e.to_string())?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.into_body().collect().await.map_err(|e| e.to_string())?.to_bytes();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or(Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Ok(Got { status, headers, body })
    }

    pub async fn post(&self, path: &str, body: &str) -> Got {
        self.send("POST", path, &[("authorization", &format!("Bearer {KEY}"))], body).await.unwrap()
    }

    pub async fn post_keyed(&self, path: &str, key: &str, body: &str) -> Result<Got, String> {
        let bearer = format!("Bearer {KEY}");
        self.send("POST", path, &[("authorization", &bearer), ("idempotency-key", key)], body).await
    }

    pub async fn get(&self, path: &str) -> Got {
        self.send("GET", path, &[("authorization", &format!("Bearer {KEY}"))], "").await.unwrap()
    }

    pub async fn control(&self, path: &str, body: &str) -> Got {
        self.send("POST", path, &[], body).await.unwrap()
    }

    /// An intent over 20 dollars; its id.
    pub async fn intent(&self) -> String {
        self.post("/v1/payment_intents", "amount=2000&currency=usd&metadata[binding]=b1").await.id()
    }

    pub async fn confirm(&self, id: &str, card: &str) -> Got {
        self.post(&format!("/v1/payment_intents/{id}/confirm"), &format!("payment_method={card}")).await
    }
}

/// What a shop received: signature and body.
#[derive(Clone, Default)]
pub struct Inbox {
    pub got: Arc<Mutex<Vec<(String, String)>>>,
    pub refusals: Arc<Mutex<u32>>,
}

impl Inbox {
    pub async fn open() -> (Self, String) {
        let inbox = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let app = Router::new().route("/hook", post(receive)).with_state(inbox.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        (inbox, url)
    }

    pub fn kinds(&self) -> Vec<String> {
        let got = self.got.lock().unwrap();
        got.iter()
            .map(|(_, body)| {
                serde_json::from_str::<Value>(body).unwrap()["type"].as_str().unwrap().to_owned()
            })
            .collect()
    }

    pub async fn wait_for(&self, count: usize) {
        eventually(|| self.got.lock().unwrap().len() >= count).await;
    }
}

async fn receive(State(inbox): State<Inbox>, headers: HeaderMap, body: String) -> (StatusCode, Json<Value>) {
    {
        let mut left = inbox.refusals.lock().unwrap();
        if *left > 0 {
            *left -= 1;
            return (StatusCode::INTERNAL_SERVER_ERROR, Json(Value::Null));
        }
    }
    let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
    inbox.got.lock().unwrap().push((signature, body));
    (StatusCode::OK, Json(Value::Null))
}

pub async fn eventually(done: impl Fn() -> bool) {
    for _ in 0..500 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen within five seconds");
}

pub fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("twin-test-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder.join("twin.json")
}
