//! Refusals in the shape that Stripe gives them.
//!
//! **Invariant:** an error says whether Stripe would remember it under an idempotency key: parameters refused
//! before the endpoint started are not remembered, everything decided by the endpoint is.

use serde_json::{Map, Value, json};

/// Result of one endpoint: the object, or Stripe's refusal.
pub(super) type Outcome = Result<Value, ApiError>;

/// A refusal: its HTTP status and the members of `error`.
#[derive(Debug, Clone)]
pub(super) struct ApiError {
    /// HTTP status.
    pub(super) status: u16,
    /// Whether an idempotency key replays it.
    pub(super) remembered: bool,
    members: Map<String, Value>,
}

impl ApiError {
    fn new(status: u16, kind: &str, message: &str) -> Self {
        let mut members = Map::new();
        members.insert("type".to_owned(), Value::from(kind));
        members.insert("message".to_owned(), Value::from(message));
        Self { status, remembered: false, members }
    }

    /// A parameter that is wrong in itself; the endpoint never started.
    pub(super) fn parameter(param: &str, message: &str) -> Self {
        Self::new(400, "invalid_request_error", message).with("param", param)
    }

    /// A required parameter was left out.
    pub(super) fn missing(param: &str) -> Self {
        Self::parameter(param, &format!("Missing required param: {param}.")).code("parameter_missing")
    }

    /// No object has this id in this account.
    pub(super) fn no_such(kind: &str, id: &str, param: &str) -> Self {
        Self::new(404, "invalid_request_error", &format!("No such {kind}: '{id}'"))
            .code("resource_missing")
            .with("param", param)
            .remembered()
    }

    /// The request is well formed, but the object is not in a state for it.
    pub(super) fn state(message: &str) -> Self {
        Self::new(400, "invalid_request_error", message).remembered()
    }

    /// The issuer said no.
    pub(super) fn card(code: &str, message: &str) -> Self {
        Self::new(402, "card_error", message).code(code).remembered()
    }

    /// The key opens nothing.
    pub(super) fn unauthorized(message: &str) -> Self {
        Self::new(401, "invalid_request_error", message)
    }

    /// No endpoint has this address.
    pub(super) fn no_route(method: &str, path: &str) -> Self {
        let message = format!(
            "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at \
             https://support.stripe.com/."
        );
        Self::new(404, "invalid_request_error", &message)
    }

    /// The idempotency key was used for something else.
    pub(super) fn idempotency(status: u16, message: &str) -> Self {
        Self::new(status, "idempotency_error", message)
    }

    /// Too many requests.
    pub(super) fn rate_limit() -> Self {
        Self::new(429, "invalid_request_error", "Request rate limit exceeded.").code("rate_limit")
    }

    /// Stripe's own fault.
    pub(super) fn internal() -> Self {
        Self::new(500, "api_error", "An error occurred with the twin, on purpose or not. No money moves.")
    }

    /// Adds the machine-readable code.
    pub(super) fn code(self, code: &str) -> Self {
        self.with("code", code)
    }

    /// Adds one more member, such as `param`, `decline_code` or `payment_intent`.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// Makes an idempotency key replay it.
    pub(super) fn remembered(mut self) -> Self {
        self.remembered = true;
        self
    }

    /// The text for people.
    pub(super) fn message(&self) -> String {
        self.members.get("message").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// What an intent keeps as `last_payment_error`: the same members.
    pub(super) fn members(&self) -> Value {
        Value::Object(self.members.clone())
    }

    /// The answer's body.
    pub(super) fn body(&self, request_id: &str) -> Value {
        let mut members = self.members.clone();
        if let Some(Value::String(code)) = members.get("code") {
            let page = format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"));
            members.insert("doc_url".to_owned(), page.into());
        }
        let log = format!("https://dashboard.stripe.com/test/logs/{request_id}");
        members.insert("request_log_url".to_owned(), log.into());
        json!({ "error": members })
    }
}
