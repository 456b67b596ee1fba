//! What every answer of the twin has in common: the label, and what browsers need.
//!
//! **Invariant:** each answer says that no money moves. Pages of other machines get no leave to read answers,
//! and none to turn switches.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// The label on each answer.
pub(super) const LABEL: &str = "no money moves";

/// Answers preflights, labels, and lets pages on this machine read the answer.
pub(super) async fn dress(request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let is_local = origin.as_ref().and_then(|value| value.to_str().ok()).is_some_and(is_loopback_origin);
    let wanted = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let is_foreign_switch = origin.is_some()
        && !is_local
        && !is_own(request.headers())
        && request.uri().path().starts_with("/_twin");
    let mut response = if request.method() == Method::OPTIONS {
        preflight(is_local, wanted)
    } else if is_foreign_switch {
        (StatusCode::FORBIDDEN, "The twin's switches are for pages of this machine.\n").into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-stripe-twin"), HeaderValue::from_static(LABEL));
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin.filter(|_| is_local) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let shown = HeaderValue::from_static("Request-Id, Idempotent-Replayed, x-stripe-twin");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, shown);
    }
    response
}

fn preflight(is_local: bool, wanted: Option<HeaderValue>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if is_local {
        let methods = HeaderValue::from_static("GET, POST, DELETE, OPTIONS");
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        response.headers_mut().insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        if let Some(wanted) = wanted {
            response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted);
        }
    }
    response
}

/// Whether the page comes from the same host and port as the twin.
fn is_own(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let origin = text(header::ORIGIN).and_then(|origin| origin.split_once("://"));
    origin.is_some_and(|(_, host)| text(header::HOST) == Some(host))
}

fn is_loopback_origin(origin: &str) -> bool {
    origin.split_once("://").is_some_and(|(_, authority)| is_loopback(authority))
}

/// Whether `host:port` is this machine.
pub(super) fn is_loopback(authority: &str) -> bool {
    if authority.contains('@') {
        // What stands before it is a name and a password, whatever it looks like.
        return false;
    }
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for (authority, local) in [
            ("localhost:3000", true),
            ("127.0.0.1", true),
            ("[::1]:80", true),
            ("localhost.example.com", false),
            ("127.0.0.1.example.com", false),
            ("127.0.0.1:80@example.com", false),
            ("10.0.0.1:80", false),
        ] {
            assert_eq!(is_loopback(authority), local, "{authority}");
        }
    }
}
