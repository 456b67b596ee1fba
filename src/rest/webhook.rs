//! `POST /webhooks/stripe/{organization_slug}`.
//!
//! **Invariant:** 400 for what is not the provider's, with nothing stored; 200 only once it is on disk; 5xx when we could
//! not, so that the provider sends it again. The body is read as bytes and never refused for its shape.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
};

use crate::{
    failpoint::{Answer, Point, reach},
    flows::{
        App,
        receive::{self, Received},
    },
};

/// The provider is answered within this; what takes longer goes on by its next delivery or our worker.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// A word for monitors, and what the provider is told.
type Answered = (&'static str, StatusCode, &'static str);

/// Takes a webhook.
pub(super) async fn receive(
    State(app): State<App>,
    Path(slug): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> (StatusCode, &'static str) {
    let (word, status, told) = answered(&app, &slug, &headers, body).await;
    app.metrics.webhook(word);
    (status, told)
}

async fn answered(
    app: &App,
    slug: &str,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answered {
    let body = match body {
        Ok(body) => body,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return ("bad_body", StatusCode::PAYLOAD_TOO_LARGE, "the body is too long\n");
        }
        Err(_) => return ("bad_body", StatusCode::BAD_REQUEST, "the body did not arrive whole\n"),
    };
    let Some(signature) = headers.get("stripe-signature").and_then(|value| value.to_str().ok()) else {
        return ("bad_signature", StatusCode::BAD_REQUEST, "no signature\n");
    };
    match tokio::time::timeout(ANSWER_MAX, receive::receive(app, slug, signature, &body)).await {
        Ok(Ok(Received::Acknowledged)) => {
            reach(Point::Answering(Answer::Webhook));
            ("acknowledged", StatusCode::OK, "stored\n")
        }
        Ok(Ok(Received::BadSignature)) => {
            ("bad_signature", StatusCode::BAD_REQUEST, "the signature does not match\n")
        }
        Ok(Err(error)) => {
            tracing::error!(organization.slug = %slug, "a webhook of {slug} could not be acted on: {error}");
            ("failed", StatusCode::INTERNAL_SERVER_ERROR, "not acted on; send it again\n")
        }
        Err(_) => {
            tracing::warn!(organization.slug = %slug, "a webhook of {slug} took too long");
            ("failed", StatusCode::SERVICE_UNAVAILABLE, "not acted on in time; send it again\n")
        }
    }
}
