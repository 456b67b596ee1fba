//! Which pages may read what is answered (CORS).
//!
//! **Invariant:** any page may read, as nothing here is opened by a cookie and none is ever taken along; whether it may ask at
//! all is its merchant's business, and is decided where the merchant is known.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{Any, CorsLayer};

use super::told::{REQUEST_ID, SERVER_TIMING};
use crate::graphql::request::{ORGANIZATION_HEADER, TOKEN_HEADER};

/// How long a browser remembers that it may ask.
const REMEMBERED: Duration = Duration::from_hours(2);
/// What clients send of their own.
const CLIENTS: [&str; 10] = [
    ORGANIZATION_HEADER,
    TOKEN_HEADER,
    "apollo-require-preflight",
    "apollographql-client-name",
    "apollographql-client-version",
    "x-apollo-operation-id",
    "x-apollo-operation-name",
    "last-event-id",
    "traceparent",
    "tracestate",
];

/// What lets a page read the answers that are made outside of that layer: too late, and panicked.
pub(super) fn readable() -> [(HeaderName, HeaderValue); 2] {
    [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after,x-request-id")),
    ]
}

/// For everything that storefronts ask.
pub(super) fn cors() -> CorsLayer {
    let usual = [
        header::ACCEPT,
        header::AUTHORIZATION,
        header::CACHE_CONTROL,
        header::CONTENT_TYPE,
        header::IF_NONE_MATCH,
    ];
    let sent: Vec<HeaderName> =
        usual.into_iter().chain(CLIENTS.into_iter().map(HeaderName::from_static)).collect();
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers(sent)
        .expose_headers([header::ETAG, header::RETRY_AFTER, REQUEST_ID, SERVER_TIMING])
        .max_age(REMEMBERED)
}
