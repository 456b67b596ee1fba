//! What a client takes for an answer.
//!
//! **Invariant:** a stream is sent only to whoever names `text/event-stream`, and only for a subscription: some clients name
//! it with every query.

use axum::http::{HeaderMap, StatusCode, header};

use super::{error::RequestCode, http::Refused};

const RESPONSE_JSON: &str = "application/graphql-response+json";
pub(super) const JSON: &str = "application/json";
const EVENT_STREAM: &str = "text/event-stream";

/// How the client wants an answer that is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    GraphqlResponse,
    Json,
}

/// What a client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Accepted {
    /// For an answer that is one; none where it takes only a stream.
    one: Option<Media>,
    /// Whether it takes a stream of events.
    pub(super) stream: bool,
}

impl Accepted {
    /// For whatever has to be said before it is known what was asked.
    pub(super) fn media(self) -> Media {
        self.one.unwrap_or(Media::Json)
    }

    /// For an answer that is one.
    pub(super) fn one(self) -> Result<Media, Refused> {
        self.one.ok_or(Refused(
            StatusCode::NOT_ACCEPTABLE,
            RequestCode::NotAcceptable,
            "Accept application/graphql-response+json or application/json.",
        ))
    }
}

/// The better of the two media types that are served, JSON where the client has no wish, and whether it takes a stream.
pub(super) fn accepted(headers: &HeaderMap) -> Result<Accepted, Refused> {
    let wishes: Vec<&str> =
        headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    if wishes.is_empty() {
        return Ok(Accepted { one: Some(Media::Json), stream: false });
    }
    let quality = |wanted: &[&str]| {
        let of = |part: &str| {
            let mut pieces = part.split(';').map(str::trim);
            let named =
                pieces.next().is_some_and(|name| wanted.contains(&name.to_ascii_lowercase().as_str()));
            let quality = pieces.find_map(|piece| piece.strip_prefix("q=")).map_or(Some(1000), thousandths);
            named.then_some(quality).flatten()
        };
        wishes.iter().flat_map(|wish| wish.split(',')).filter_map(of).max().unwrap_or(0)
    };
    let (graphql, json) = (quality(&[RESPONSE_JSON]), quality(&[JSON, "application/*", "*/*"]));
    let one = match (graphql, json) {
        (0, 0) => None,
        (graphql, json) if graphql >= json => Some(Media::GraphqlResponse),
        _ => Some(Media::Json),
    };
    let accepted = Accepted { one, stream: quality(&[EVENT_STREAM]) > 0 };
    if !accepted.stream {
        accepted.one()?;
    }
    Ok(accepted)
}

/// A quality value such as 0.8 in thousandths (RFC 9110, 12.4.2).
fn thousandths(text: &str) -> Option<u32> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = rest.chars().chain("000".chars()).take(3).collect();
    let whole = whole.parse::<u32>().ok().filter(|whole| *whole <= 1)?;
    Some(whole * 1000 + digits.parse::<u32>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(accept: &str) -> Option<Accepted> {
        let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
        accepted(&headers).ok()
    }

    #[test]
    fn the_client_gets_the_media_type_it_prefers() {
        let rows = [
            ("application/graphql-response+json", Some(Media::GraphqlResponse)),
            ("application/json", Some(Media::Json)),
            ("*/*", Some(Media::Json)),
            ("application/graphql-response+json, application/json;q=0.9", Some(Media::GraphqlResponse)),
            ("application/graphql-response+json;q=0.5, application/json", Some(Media::Json)),
            (
                "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
                Some(Media::GraphqlResponse),
            ),
            ("application/json;q=4294968", None),
            ("text/html", None),
        ];
        for (accept, expected) in rows {
            assert_eq!(negotiated(accept).and_then(|accepted| accepted.one().ok()), expected, "{accept}");
        }
        assert_eq!(accepted(&HeaderMap::new()).ok().map(Accepted::media), Some(Media::Json));
    }

    #[test]
    fn a_stream_is_for_whoever_names_it() {
        let stream = |accept| negotiated(accept).is_some_and(|accepted| accepted.stream);
        assert!(stream("application/json, text/event-stream;q=0.5") && stream("text/event-stream"));
        assert!(!stream("*/*") && !stream("text/event-stream;q=0, application/json"));
        let only = negotiated("text/event-stream");
        assert!(only.is_some_and(|only| only.one().is_err()));
    }
}
