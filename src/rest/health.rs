//! Whether the process lives, and whether it can work.
//!
//! **Invariant:** live asks nobody; ready needs a database that answers and whose tables are up to date. Events that were
//! given up are told as a number: a person is needed, and another process would not help.

use std::{borrow::Cow, time::Duration};

use axum::{extract::State, http::StatusCode};

use crate::flows::App;

/// A database that takes longer to answer than this does not answer.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// The process runs.
pub(super) async fn live() -> &'static str {
    "live\n"
}

/// The process can do its work.
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, Cow<'static, str>) {
    let unavailable = |why| (StatusCode::SERVICE_UNAVAILABLE, Cow::Borrowed(why));
    let Ok(asked) = tokio::time::timeout(ANSWER_MAX, app.given_up()).await else {
        tracing::warn!("not ready: the database is silent");
        return unavailable("the database does not answer\n");
    };
    match asked {
        Ok(Some(0)) => (StatusCode::OK, "ready\n".into()),
        Ok(Some(events)) => {
            (StatusCode::OK, format!("ready\nevents given up, see checkstand events list: {events}\n").into())
        }
        Ok(None) => unavailable("the tables are not up to date; run checkstand migrate\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready: {error}");
            unavailable("the database does not answer\n")
        }
    }
}
