//! How an answer leaves: status, headers, and the two ways of not arriving whole.
//!
//! **Invariant:** an answer is built after its effect is in the file; what happens to it on the wire changes
//! nothing any more.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use http_body_util::{BodyExt as _, Full};
use tokio::time;

use super::error::ApiError;

/// How the answer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// As it should.
    Whole,
    /// After so many milliseconds, and then as 504.
    Hangs(u64),
    /// Half of it; then the connection breaks.
    Breaks,
}

/// An answer to one request.
#[derive(Debug)]
pub(super) struct Answer {
    /// HTTP status.
    pub(super) status: u16,
    /// JSON text.
    pub(super) body: String,
    /// Headers beside the usual ones.
    pub(super) headers: Vec<(&'static str, String)>,
    /// How it travels.
    pub(super) wire: Wire,
}

impl Answer {
    /// An answer that arrives.
    pub(super) fn new(status: u16, body: String) -> Self {
        Self { status, body, headers: Vec::new(), wire: Wire::Whole }
    }

    /// A refusal.
    pub(super) fn refusal(error: &ApiError, request_id: &str) -> Self {
        Self::new(error.status, error.body(request_id).to_string())
    }

    /// Sends it, or does what the fault says instead.
    pub(super) async fn send(self) -> Response {
        let Self { status, body, headers, wire } = self;
        let (status, body) = match wire {
            Wire::Whole => (status, Body::from(body)),
            Wire::Breaks => (status, broken(&body)),
            Wire::Hangs(ms) => {
                time::sleep(Duration::from_millis(ms)).await;
                (504, Body::empty())
            }
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// Half of a text, then an error, on which the server drops the connection.
fn broken(text: &str) -> Body {
    let half = Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2]);
    let cut = async {
        // Time for the first half to leave; otherwise both would vanish together.
        time::sleep(Duration::from_millis(20)).await;
        Some(Err(io::Error::from(io::ErrorKind::ConnectionReset)))
    };
    let body = Full::new(half).map_err(|never| match never {}).with_trailers(Box::pin(cut));
    // As a stream it has no known length, so the half cannot pass for the whole.
    Body::from_stream(Body::new(body).into_data_stream())
}
