//! The REST sidecar: what Stripe and operators call, and the schema as text.
//!
//! **Invariant:** a route takes bytes, calls one flow, answers a status; nothing of the inside is in an answer.

mod health;
mod metrics;
mod webhook;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::header,
    response::IntoResponse,
    routing::{get, post},
};

use crate::flows::App;

/// The most bytes of a webhook's body.
pub const WEBHOOK_BYTES_MAX: usize = 1024 * 1024;

/// All routes.
pub fn router(app: App, sdl: &'static str) -> Router {
    let webhook = post(webhook::receive).layer(DefaultBodyLimit::max(WEBHOOK_BYTES_MAX));
    Router::new()
        .route("/webhooks/stripe/{organization_slug}", webhook)
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(metrics::metrics))
        .route("/schema.graphql", get(move || async move { schema(sdl) }))
        .with_state(app)
}

fn schema(sdl: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], sdl)
}
