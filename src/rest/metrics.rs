//! `GET /metrics`, for whoever watches over the servers.
//!
//! **Invariant:** without a token in the settings there is no such route, and without the token nothing is told.

use std::time::Duration;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::flows::App;

/// A database that takes longer to answer than this does not answer.
const ANSWER_MAX: Duration = Duration::from_secs(2);
const FORMAT: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// Tells the numbers.
pub(super) async fn metrics(State(app): State<App>, headers: HeaderMap) -> Response {
    let Some(token) = &app.config.metrics_token else { return StatusCode::NOT_FOUND.into_response() };
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
    // Digests are of one length, so the comparison tells nothing of the token's.
    let digest = |text: &str| Sha256::digest(text.as_bytes());
    if !bool::from(digest(given).ct_eq(&digest(token.expose_secret()))) {
        let bearer = (header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return (StatusCode::UNAUTHORIZED, [bearer]).into_response();
    }
    let Ok(asked) = tokio::time::timeout(ANSWER_MAX, app.backlog()).await else {
        tracing::warn!("no metrics: the database is silent");
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    match asked {
        Ok(backlog) => {
            app.metrics.watched_by(app.seats.connections());
            ([(header::CONTENT_TYPE, FORMAT)], app.metrics.told(&backlog)).into_response()
        }
        Err(error) => {
            tracing::warn!(%error, "no metrics: {error}");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
