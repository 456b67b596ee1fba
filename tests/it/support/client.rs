//! A plain HTTP client, and answers that read like sentences.

use std::{ops::Index, time::Duration};

use axum::{body::Bytes, http::HeaderMap};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client as Hyper, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

/// Sends requests.
#[derive(Clone)]
pub struct Client {
    pub(super) hyper: Hyper<HttpConnector, Full<Bytes>>,
    /// Whether it sends the same again while nobody answers.
    patient: bool,
}

/// How often a patient client sends the same, and how long it waits between.
const TRIES: u32 = 2_400;
const PAUSE: Duration = Duration::from_millis(25);

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub content_type: String,
    pub retry_after: Option<String>,
    pub text: String,
    pub json: Value,
}

impl Client {
    pub fn new() -> Self {
        Self { hyper: Hyper::builder(TokioExecutor::new()).build_http(), patient: false }
    }

    /// One that sends the same again where the connection breaks or the server is busy, as a shop's page does.
    pub fn patient() -> Self {
        Self { patient: true, ..Self::new() }
    }

    /// Whether a GET is answered well.
    pub async fn reaches(&self, url: &str) -> bool {
        let request = axum::http::Request::get(url).body(Full::default()).unwrap();
        self.hyper.request(request).await.is_ok_and(|answer| answer.status().is_success())
    }

    pub async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let body = body.into();
        let mut tries = 1;
        loop {
            match self.try_send(method, url, headers, body.clone()).await {
                Ok(answer) if !(self.patient && answer.is_overloaded()) || tries == TRIES => return answer,
                Err(error) if !self.patient || tries == TRIES => panic!("{method} {url}: {error}"),
                Ok(_) | Err(_) => tokio::time::sleep(PAUSE).await,
            }
            tries += 1;
        }
    }

    /// The answer, or why there is none.
    pub async fn try_send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Answer, String> {
        let mut request = axum::http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::from(body)).unwrap();
        let answer = self.hyper.request(request).await.map_err(|error| format!("{error:?}"))?;
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let (content_type, retry_after) = (header("content-type"), header("retry-after"));
        let body = answer.into_body().collect().await.map_err(|error| format!("{error:?}"))?;
        let bytes = body.to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        let content_type = content_type.unwrap_or_default();
        Ok(Answer { status, headers, content_type, retry_after, text, json })
    }
}

impl Answer {
    /// The first root field.
    #[track_caller]
    pub fn root(&self) -> &Value {
        let data = self.json["data"].as_object().unwrap_or_else(|| panic!("no data: {}", self.text));
        data.values().next().unwrap()
    }

    /// The session in a payload, or the session itself.
    #[track_caller]
    pub fn session(&self) -> &Value {
        let root = self.root();
        if root.get("checkoutSession").is_some() { &root["checkoutSession"] } else { root }
    }

    /// Codes of `userErrors`, each with its path.
    #[track_caller]
    pub fn refusals(&self) -> Vec<(String, Option<String>)> {
        let errors =
            self.root()["userErrors"].as_array().unwrap_or_else(|| panic!("no userErrors: {}", self.text));
        let of = |error: &Value| (text(&error["code"]), error["field"].as_str().map(str::to_owned));
        errors.iter().map(of).collect()
    }

    /// Codes of `userErrors`.
    #[track_caller]
    pub fn codes(&self) -> Vec<String> {
        self.refusals().into_iter().map(|(code, _)| code).collect()
    }

    /// Fails unless nothing was refused.
    #[track_caller]
    pub fn good(self) -> Self {
        assert!(self.codes().is_empty(), "{}", self.text);
        self
    }

    /// Fails unless exactly this was refused, at this path.
    #[track_caller]
    pub fn refused(self, code: &str, field: &str) -> Self {
        assert_eq!(
            self.refusals(),
            [(code.to_owned(), (!field.is_empty()).then(|| field.to_owned()))],
            "{}",
            self.text
        );
        self
    }

    /// Whether the client was told to come again, and nothing else.
    pub fn is_overloaded(&self) -> bool {
        self.error_code() == "OVERLOADED" && self.retry_after.is_some()
    }

    /// Code of the top-level error.
    pub fn error_code(&self) -> &str {
        self.json["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }

    #[track_caller]
    pub fn state(&self) -> String {
        text(&self.session()["state"])
    }

    #[track_caller]
    pub fn grand_total(&self) -> i64 {
        self.session()["totals"]["grandTotal"]["amountMinor"].as_i64().unwrap()
    }

    /// Codes of the session's messages.
    #[track_caller]
    pub fn messages(&self) -> Vec<String> {
        self.session()["messages"].as_array().unwrap().iter().map(|message| text(&message["code"])).collect()
    }
}

impl Index<&str> for Answer {
    type Output = Value;
    #[track_caller]
    fn index(&self, field: &str) -> &Value {
        &self.root()[field]
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
