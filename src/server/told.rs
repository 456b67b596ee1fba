//! What every answer says beside itself: which request it was, how long it took, and what a browser may make of it.
//!
//! **Invariant:** the id is drawn here, once a request, whatever the client sent; it is in the answer and on every line
//! that the request logs. What a route says itself stands.

use std::time::Instant;

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

use crate::{flows::App, graphql::request::REQUEST_ID_HEADER};

/// Names the request.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static(REQUEST_ID_HEADER);
/// How long it took, in milliseconds.
pub(super) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
/// A year.
const ALWAYS_TLS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Whether browsers reach this server by TLS alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tls(bool);

impl Tls {
    /// As the public address says.
    pub(super) fn of(public_url: &str) -> Self {
        Self(public_url.starts_with("https://"))
    }
}

/// Answers a request, and says so.
pub(super) async fn told(State(Tls(tls)): State<Tls>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = App::new_id().simple().to_string();
    let name = HeaderValue::from_str(&id).ok();
    if let Some(name) = &name {
        request.headers_mut().insert(REQUEST_ID, name.clone());
    }
    let span = tracing::error_span!("request", id);
    let mut response = next.run(request).instrument(span).await;
    let headers = response.headers_mut();
    headers.extend(name.map(|name| (REQUEST_ID, name)));
    let usual = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in usual {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if tls {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(ALWAYS_TLS);
    }
    if let Ok(took) = HeaderValue::from_str(&timing(begun.elapsed().as_micros())) {
        headers.append(SERVER_TIMING, took);
    }
    response
}

/// Milliseconds with three digits.
fn timing(micros: u128) -> String {
    format!("total;dur={}.{:03}", micros / 1_000, micros % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_in_milliseconds_with_three_digits() {
        assert_eq!(timing(0), "total;dur=0.000");
        assert_eq!(timing(1_234), "total;dur=1.234");
        assert_eq!(timing(2_000_007), "total;dur=2000.007");
    }
}
