//! A look at an account from the provider's side: whether its key works, whom it tells of payments, what time it has.
//!
//! **Invariant:** reads only, one try, bounded in time. A key that may not list webhook endpoints works all the same.

use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use super::{GatewayError, transport::Keyed};
use crate::domain::instant::Timestamp;

/// What the provider says of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckUp {
    /// What its clock said, in whole seconds.
    pub clock: Option<Timestamp>,
    /// Whom it tells; `None` where the key may not ask.
    pub endpoints: Option<Vec<Endpoint>>,
}

/// Somebody whom the provider tells what happens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Endpoint {
    /// Where it posts to.
    pub url: String,
    /// `enabled` or `disabled`.
    status: String,
    /// Types of events, or one `*`.
    enabled_events: Vec<String>,
}

impl Endpoint {
    /// One that listens to these types.
    #[must_use]
    pub fn new(url: &str, enabled: bool, events: &[&str]) -> Self {
        Self {
            url: url.to_owned(),
            status: if enabled { "enabled" } else { "disabled" }.to_owned(),
            enabled_events: events.iter().map(|&event| event.to_owned()).collect(),
        }
    }

    /// Whether anything is sent to it.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.status == "enabled"
    }

    /// Whether it hears of a type of event.
    #[must_use]
    pub fn hears(&self, event: &str) -> bool {
        self.enabled_events.iter().any(|heard| heard == "*" || heard == event)
    }
}

#[derive(Deserialize)]
struct List {
    data: Vec<Endpoint>,
}

/// An account has sixteen at most, so one page has all.
const ALL: &str = "/webhook_endpoints?limit=100";

/// Looks.
pub(super) async fn check_up(client: &Keyed<'_>) -> Result<CheckUp, GatewayError> {
    let (status, headers, body) = client.look(ALL).await?;
    let clock = clock(&headers);
    if status == StatusCode::FORBIDDEN {
        return Ok(CheckUp { clock, endpoints: None });
    }
    let list: List = serde_json::from_slice(&body).map_err(|_| GatewayError::Unknown)?;
    Ok(CheckUp { clock, endpoints: Some(list.data) })
}

fn clock(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(header::DATE)?.to_str().ok()?;
    let at = OffsetDateTime::parse(text, &Rfc2822).ok()?;
    Some(Timestamp::from_ms(at.unix_timestamp().checked_mul(1_000)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_answer_is_read_to_the_second() {
        let read = |text: &str| clock(&HeaderMap::from_iter([(header::DATE, text.parse().unwrap())]));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Timestamp::from_ms(784_111_777_000)));
        assert_eq!((read("yesterday"), clock(&HeaderMap::new())), (None, None));
    }

    #[test]
    fn an_endpoint_hears_what_it_lists_or_everything() {
        let text = r#"{"object":"list","data":[{"id":"we_1","url":"https://a","status":"enabled","enabled_events":["x.y"],"new":1}]}"#;
        let list: List = serde_json::from_str(text).unwrap();
        let one = &list.data[0];
        assert_eq!(*one, Endpoint::new("https://a", true, &["x.y"]));
        assert!(one.is_enabled() && one.hears("x.y") && !one.hears("x.z"));
        let all = Endpoint::new("https://a", false, &["*"]);
        assert!(!all.is_enabled() && all.hears("x.z"));
    }
}
