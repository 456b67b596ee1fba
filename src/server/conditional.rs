//! Answers that the client has already (RFC 9110, 13.1.2).
//!
//! **Invariant:** only a good answer to GET or HEAD that carries an `ETag` is left out, and then its headers stay.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};

/// Answers 304 where the client holds what would be sent.
pub(super) async fn conditional(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    let held: Vec<HeaderValue> = if safe {
        request.headers().get_all(header::IF_NONE_MATCH).iter().cloned().collect()
    } else {
        Vec::new()
    };
    let mut response = next.run(request).await;
    if response.status() == StatusCode::OK && is_held(response.headers(), &held) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    response
}

/// Whether one of the client's tags is the answer's. A tag that some proxy made weak is as good here.
fn is_held(answer: &HeaderMap, held: &[HeaderValue]) -> bool {
    let Some(tag) = answer.get(header::ETAG).and_then(|tag| tag.to_str().ok()) else { return false };
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let tags = held.iter().filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
    tags.map(strong).any(|one| one == "*" || one == strong(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_any_list_that_a_client_may_send() {
        let held = |sent: &[&'static str], answered: &'static str| {
            let sent: Vec<HeaderValue> = sent.iter().map(|text| HeaderValue::from_static(text)).collect();
            is_held(&HeaderMap::from_iter([(header::ETAG, HeaderValue::from_static(answered))]), &sent)
        };
        assert!(held(&["\"a\""], "\"a\""));
        assert!(held(&["\"b\", \"a\""], "\"a\""));
        assert!(held(&["\"b\"", "W/\"a\""], "\"a\""));
        assert!(held(&["*"], "\"a\""));
        assert!(!held(&["\"b\""], "\"a\""));
        assert!(!held(&[], "\"a\""));
        assert!(!is_held(&HeaderMap::new(), &[HeaderValue::from_static("*")]));
    }
}
