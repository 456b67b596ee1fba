//! `GET /element.js`: the payment element for checkout pages, in place of Stripe's own script.
//!
//! **Invariant:** the script calls only what a publishable key with a client secret opens.

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

const SCRIPT: &str = include_str!("element.js");

/// The script, for pages of any port of this machine.
pub(super) fn router() -> Router {
    Router::new().route("/element.js", get(script))
}

async fn script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, SCRIPT).into_response()
}
