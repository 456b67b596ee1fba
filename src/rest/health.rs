//! Whether the process lives, and whether it can work.
//!
//! **Invariant:** live asks nobody; ready needs a database that answers and whose tables are up to date.

use std::time::Duration;

use axum::{extract::State, http::StatusCode};

use crate::flows::App;

/// A database that takes longer to answer than this does not answer.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// The process runs.
pub(super) async fn live() -> &'static str {
    "live\n"
}

/// The process can do its work.
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    let Ok(asked) = tokio::time::timeout(ANSWER_MAX, app.is_ready()).await else {
        tracing::warn!("not ready: the database is silent");
        return (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n");
    };
    match asked {
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
