//! Whether the process lives, and whether it can work.
//!
//! **Invariant:** live asks nobody; ready needs a database that answers and whose tables are up to date.

use axum::{extract::State, http::StatusCode};

use crate::flows::App;

/// The process runs.
pub(super) async fn live() -> &'static str {
    "live\n"
}

/// The process can do its work.
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    match app.is_ready().await {
        Ok(true) => (StatusCode::OK, "ready\n"),
        Ok(false) => {
            (StatusCode::SERVICE_UNAVAILABLE, "the tables are not up to date; run checkstand migrate\n")
        }
        Err(error) => {
            tracing::warn!(%error, "not ready: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
