//! What of a webhook's body is needed, read tolerantly.
//!
//! **Invariant:** nothing authentic is refused for its shape: an unknown type, field or API version, even a body that is
//! no JSON, has an envelope. The object in it is never believed about money: the intent is read again.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::domain::ids::AttemptId;

/// The types of event that are acted on, for the settings of a webhook endpoint. Without those that only say that a
/// payment is under way, a page says so a little later; without the other ones of intents, orders wait for our own look;
/// without those of refunds, nobody hears what went back by hand or came back from the bank; without those of disputes,
/// nobody hears that a card holder wants the money back, or what the bank decided.
pub const ACTED_ON: [&str; 14] = [
    "payment_intent.succeeded",
    "payment_intent.processing",
    "payment_intent.payment_failed",
    "payment_intent.requires_action",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "charge.refunded",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
];

/// What is needed of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The provider's id of the event; made from the body where it has none, so that a repeat is still known.
    pub id: String,
    /// Its type; empty where it could not be read.
    pub kind: String,
    /// The intent it is about.
    pub intent: Option<String>,
    /// The attempt that its object's metadata names.
    pub attempt: Option<AttemptId>,
}

#[derive(Deserialize)]
struct RawEvent<'a> {
    id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(borrow)]
    data: Option<RawData<'a>>,
}

#[derive(Deserialize)]
struct RawData<'a> {
    #[serde(borrow)]
    object: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawObject {
    id: Option<String>,
    object: Option<String>,
    payment_intent: Option<serde_json::Value>,
    metadata: Option<HashMap<String, serde_json::Value>>,
}

/// Reads what can be read.
#[must_use]
pub fn envelope(body: &[u8]) -> Envelope {
    let event: Option<RawEvent<'_>> = serde_json::from_slice(body).ok();
    let object: Option<RawObject> = event
        .as_ref()
        .and_then(|event| event.data.as_ref()?.object)
        .and_then(|object| serde_json::from_str(object.get()).ok());
    let (id, kind) = event.map(|event| (event.id, event.kind)).unwrap_or_default();
    Envelope {
        id: id
            .filter(|id| !id.is_empty() && storable(id))
            .unwrap_or_else(|| format!("body_{}", hex::encode(Sha256::digest(body)))),
        kind: kind.filter(|kind| storable(kind)).unwrap_or_default(),
        intent: object.as_ref().and_then(intent).filter(|intent| storable(intent)),
        attempt: object.and_then(|object| object.metadata?.get("attempt")?.as_str()?.parse().ok()),
    }
}

/// Whether a text fits its column: short, and without the one sign that PostgreSQL cannot keep.
fn storable(text: &str) -> bool {
    text.len() <= 255 && !text.contains('\0')
}

/// The object itself, or the intent that it names by id or whole.
fn intent(object: &RawObject) -> Option<String> {
    if object.object.as_deref() == Some("payment_intent") {
        return object.id.clone();
    }
    let named = object.payment_intent.as_ref()?;
    named.as_str().or_else(|| named.get("id")?.as_str()).map(str::to_owned)
}

/// A body as text to keep: without the client secrets that the provider puts into its objects. Whoever has one can pay
/// and read the intent, and nothing that is kept needs it.
#[must_use]
pub fn without_secrets(body: &str) -> String {
    const MARK: &str = "_secret_";
    let mut parts = body.split(MARK);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|sign: char| sign.is_ascii_alphanumeric() || sign == '_');
        kept.push_str("(removed)");
        kept.push_str(rest);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_intent_is_found_in_an_intent_and_in_what_names_one() {
        let rows = [
            (
                r#"{"id":"evt_1","type":"payment_intent.succeeded","data":{"object":{"object":"payment_intent","id":"pi_1"}}}"#,
                Some("pi_1"),
            ),
            (
                r#"{"id":"evt_1","type":"charge.refunded","data":{"object":{"object":"charge","id":"ch_1","payment_intent":"pi_1"}}}"#,
                Some("pi_1"),
            ),
            (
                r#"{"id":"evt_1","type":"x","data":{"object":{"payment_intent":{"id":"pi_1"},"new":[1]}},"api_version":"3000-01-01"}"#,
                Some("pi_1"),
            ),
            (r#"{"id":"evt_1","type":"customer.created","data":{"object":{"object":"customer"}}}"#, None),
        ];
        for (body, expected) in rows {
            let read = envelope(body.as_bytes());
            assert_eq!((read.id.as_str(), read.intent.as_deref()), ("evt_1", expected), "{body}");
        }
    }

    #[test]
    fn a_kept_body_has_no_client_secret_and_everything_else() {
        let body = r#"{"a":"pi_1_secret_aB3_x","b":["seti_2_secret_9"],"client_secret":null}"#;
        assert_eq!(
            without_secrets(body),
            r#"{"a":"pi_1(removed)","b":["seti_2(removed)"],"client_secret":null}"#
        );
        assert_eq!(without_secrets("no secret_ in here"), "no secret_ in here");
    }

    #[test]
    fn what_is_no_event_still_has_a_name_that_a_repeat_shares() {
        for body in [&b"not json"[..], b"{}", b"\xff\xfe", b"[]", "[".repeat(10_000).as_bytes()] {
            let read = envelope(body);
            assert!(read.id.starts_with("body_") && read.intent.is_none());
            assert_eq!(read, envelope(body));
        }
        assert_ne!(envelope(b"a").id, envelope(b"b").id);
    }
}
