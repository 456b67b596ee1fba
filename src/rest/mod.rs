//! The REST sidecar: what Stripe and operators call, the schema as text, and what clients are told of it.
//!
//! **Invariant:** a route takes bytes, calls one flow, answers a status; nothing of the inside is in an answer.

mod health;
mod metrics;
mod published;
mod webhook;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use crate::flows::App;
use published::Published;

/// The most bytes of a webhook's body.
pub const WEBHOOK_BYTES_MAX: usize = 1024 * 1024;

/// The routes of Stripe and of operators.
pub fn router(app: App) -> Router {
    let webhook = post(webhook::receive).layer(DefaultBodyLimit::max(WEBHOOK_BYTES_MAX));
    Router::new()
        .route("/webhooks/stripe/{organization_slug}", webhook)
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(metrics::metrics))
        .with_state(app)
}

/// The routes of what everybody may read; the schema of a subgraph only where there is one.
pub fn published(sdl: &'static str, subgraph: Option<&'static str>, client_config: &'static str) -> Router {
    let subgraph = subgraph.map_or_else(Router::new, |sdl| {
        let sdl = Published::new(sdl, "text/plain; charset=utf-8");
        Router::new().route("/federation.graphql", get(move || async move { sdl.sent() }))
    });
    let sdl = Published::new(sdl, "text/plain; charset=utf-8");
    let client_config = Published::new(client_config, "application/json");
    subgraph
        .route("/schema.graphql", get(move || async move { sdl.sent() }))
        .route("/client-config.json", get(move || async move { client_config.sent() }))
}
