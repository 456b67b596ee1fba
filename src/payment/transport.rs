//! How calls reach the provider: one pool of connections, the key of the account, repeats that are harmless.
//!
//! **Invariant:** a call that changes something is repeated with the same idempotency key or not at all; each try has a
//! time-out and all tries together have one. No secret is in an error or a log line.

use std::{fmt::Display, time::Duration};

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use stripe_client_core::{
    CustomizedStripeRequest, RequestStrategy, StripeClient, StripeClientErr, StripeMethod, VERSION,
};

use super::GatewayError;
use crate::{
    domain::attempt::Failure,
    failpoint::{Call, Point, reach},
};

const TRY_MAX: Duration = Duration::from_secs(10);
const ALL_TRIES_MAX: Duration = Duration::from_secs(25);
const TRIES_MAX: u32 = 3;
const ANSWER_MAX_BYTES: usize = 1024 * 1024;
const PAUSE_MS_MAX: u64 = 2_000;

/// A pool of connections.
pub(super) type Https = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A pool of connections, with TLS where the address says so.
pub(super) fn https() -> Https {
    let connector = HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
    Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(30)).build(connector)
}

/// A pool of connections to one address.
#[derive(Clone)]
pub(super) struct Transport {
    base: String,
    client: Https,
}

/// The pool with the key of one account, for one call.
pub(super) struct Keyed<'a> {
    transport: &'a Transport,
    key: &'a SecretString,
    call: Call,
}

impl Transport {
    /// To an address such as `https://api.stripe.com`, without a slash at its end.
    pub(super) fn to(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), client: https() }
    }

    /// For a call of one account.
    pub(super) const fn with<'a>(&'a self, key: &'a SecretString, call: Call) -> Keyed<'a> {
        Keyed { transport: self, key, call }
    }
}

impl StripeClientErr for GatewayError {
    /// What came was no answer that we can read, so nobody knows what happened.
    fn deserialize_err(reason: impl Display) -> Self {
        tracing::error!(%reason, "the provider's answer could not be read: {reason}");
        Self::Unknown
    }
}

impl StripeClient for Keyed<'_> {
    type Err = GatewayError;

    async fn execute(&self, request: CustomizedStripeRequest) -> Result<Bytes, GatewayError> {
        let (request, config) = request.into_pieces();
        let key = match config.request_strategy {
            Some(RequestStrategy::Idempotent(key)) => Some(key.as_str().to_owned()),
            Some(
                RequestStrategy::Once | RequestStrategy::Retry(_) | RequestStrategy::ExponentialBackoff(_),
            )
            | None => None,
        };
        let method = match request.method {
            StripeMethod::Get => Method::GET,
            StripeMethod::Post => Method::POST,
            StripeMethod::Delete => Method::DELETE,
        };
        let query = request.query.map(|query| format!("?{query}")).unwrap_or_default();
        let sent = Sent {
            uri: format!("{}/v1{}{query}", self.transport.base, request.path),
            method,
            body: request.body.unwrap_or_default(),
            key,
        };
        reach(Point::Calling(self.call));
        let tried = tokio::time::timeout(ALL_TRIES_MAX, self.tries(&sent)).await;
        reach(Point::Called(self.call));
        tried.unwrap_or(Err(GatewayError::Unknown))
    }
}

/// A request, as often as it is sent.
struct Sent {
    uri: String,
    method: Method,
    body: String,
    key: Option<String>,
}

/// What one try came to.
enum Try {
    Done(Bytes),
    Failed(GatewayError),
    Again(GatewayError, Option<Duration>),
}

impl Keyed<'_> {
    async fn tries(&self, sent: &Sent) -> Result<Bytes, GatewayError> {
        let repeatable = sent.key.is_some() || sent.method == Method::GET;
        let mut tries = 0;
        loop {
            tries += 1;
            let outcome = tokio::time::timeout(TRY_MAX, self.one_try(sent)).await;
            match outcome.unwrap_or(Try::Again(GatewayError::Unknown, None)) {
                Try::Done(body) => return Ok(body),
                Try::Failed(error) => return Err(error),
                Try::Again(error, _) if !repeatable || tries == TRIES_MAX => return Err(error),
                Try::Again(_, asked) => tokio::time::sleep(asked.unwrap_or_else(|| pause(tries))).await,
            }
        }
    }

    /// One try of a read, with the head of the answer, as the provider's clock stands there. A refusal of the right to
    /// read is an answer, too.
    pub(super) async fn look(&self, path: &str) -> Result<(StatusCode, HeaderMap, Bytes), GatewayError> {
        let uri = format!("{}/v1{path}", self.transport.base);
        let sent = Sent { uri, method: Method::GET, body: String::new(), key: None };
        reach(Point::Calling(self.call));
        let answer = tokio::time::timeout(TRY_MAX, self.answer(&sent)).await;
        reach(Point::Called(self.call));
        let (status, headers, body) = answer.unwrap_or(Err(GatewayError::Unknown))?;
        if status.is_success() || status == StatusCode::FORBIDDEN {
            return Ok((status, headers, body));
        }
        match refused(status, &headers, &body) {
            Try::Failed(error) | Try::Again(error, _) => Err(error),
            Try::Done(_) => Err(GatewayError::Unknown),
        }
    }

    async fn one_try(&self, sent: &Sent) -> Try {
        match self.answer(sent).await {
            Ok((status, _, body)) if status.is_success() => Try::Done(body),
            Ok((status, headers, body)) => refused(status, &headers, &body),
            Err(GatewayError::Unknown) => Try::Again(GatewayError::Unknown, None),
            Err(error) => Try::Failed(error),
        }
    }

    /// What came back, whatever it says.
    async fn answer(&self, sent: &Sent) -> Result<(StatusCode, HeaderMap, Bytes), GatewayError> {
        let mut request = Request::builder()
            .method(sent.method.clone())
            .uri(&sent.uri)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key.expose_secret()))
            .header("stripe-version", VERSION.as_str());
        if sent.method == Method::POST {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(key) = &sent.key {
            request = request.header("idempotency-key", key);
        }
        let Ok(request) = request.body(Full::from(sent.body.clone())) else {
            return Err(GatewayError::Misconfigured);
        };
        let answer = self.transport.client.request(request).await.map_err(|_| GatewayError::Unknown)?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, ANSWER_MAX_BYTES).collect().await;
        Ok((head.status, head.headers, body.map_err(|_| GatewayError::Unknown)?.to_bytes()))
    }
}

/// Doubling, with chance in it so that many do not come back at once.
fn pause(tries: u32) -> Duration {
    let longest = (200_u64 << tries).min(PAUSE_MS_MAX);
    let chance = getrandom::u32().map_or(longest, |chance| u64::from(chance) % longest);
    Duration::from_millis(longest / 2 + chance / 2)
}

#[derive(Deserialize, Default)]
struct ErrorBody {
    #[serde(default)]
    error: ErrorDetail,
}

#[derive(Deserialize, Default)]
struct ErrorDetail {
    code: Option<String>,
    decline_code: Option<String>,
    message: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// What an error status means for the next step (Stripe, "Advanced error handling").
fn refused(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Try {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let asked = text("retry-after")
        .and_then(|seconds| seconds.parse::<u64>().ok())
        .map(|seconds| Duration::from_millis((seconds * 1000).min(PAUSE_MS_MAX)));
    let detail = serde_json::from_slice::<ErrorBody>(body).unwrap_or_default().error;
    let request_id = text("request-id").unwrap_or_default();
    let code = detail.code.as_deref().unwrap_or_default();
    tracing::warn!(
        status = status.as_u16(),
        code,
        request_id,
        "the provider answered {status} {code} ({request_id})"
    );
    let error = match (status.as_u16(), code) {
        (401 | 403, _) => GatewayError::Misconfigured,
        (404, _) | (_, "resource_missing") => GatewayError::NotFound,
        (429, _) => GatewayError::Busy,
        (_, "payment_intent_unexpected_state") => GatewayError::Unchangeable,
        (409 | 500.., _) => GatewayError::Unknown,
        (_, _) => GatewayError::Refused(Failure {
            code: detail.code.clone().or(detail.kind).unwrap_or_else(|| "refused".to_owned()),
            retryable: matches!(code, "processing_error" | "lock_timeout"),
            decline_code: detail.decline_code,
            message: detail.message.unwrap_or_else(|| "The payment was refused.".to_owned()),
        }),
    };
    let again = match text("stripe-should-retry") {
        Some("true") => true,
        Some("false") => false,
        Some(_) | None => matches!(error, GatewayError::Unknown | GatewayError::Busy),
    };
    if again { Try::Again(error, asked) } else { Try::Failed(error) }
}
