//! One account, open for one request: finds records, keeps changed ones and tells what happened.
//!
//! **Invariant:** a verb checks everything before it keeps anything. The caller holds the lock, so a record,
//! its events and their deliveries appear together or not at all.

use serde_json::{Value, json};

use super::error::{ApiError, Outcome};
use super::form::Form;
use super::mint::Mint;
use super::object;
use super::operation::Operation;
use super::state::{Account, Event, Intent};
use super::webhook;

/// Settings that change what requests do.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rules {
    /// After how long a late success comes by itself.
    pub(super) late_success_ms: Option<i64>,
    /// How long a new intent stays invisible to search, as at the real Stripe.
    pub(super) search_lag_ms: i64,
}

/// Who asked; events say so.
#[derive(Debug, Clone, Default)]
pub(super) struct Origin {
    /// The request's id; none where nobody asked, such as a late settlement.
    pub(super) request_id: Option<String>,
    /// Its idempotency key.
    pub(super) idempotency_key: Option<String>,
    /// Whether a publishable key was used.
    pub(super) is_public: bool,
    /// Whether a fault makes the next charge a decline.
    pub(super) declines: bool,
}

/// An account open for one request.
pub(super) struct Books<'a> {
    /// The account's records.
    pub(super) account: &'a mut Account,
    /// Draws ids.
    pub(super) mint: &'a Mint,
    /// The moment of the request.
    pub(super) now_ms: i64,
    /// Settings.
    pub(super) rules: Rules,
    /// Who asked.
    pub(super) origin: Origin,
}

impl Books<'_> {
    /// Does what the endpoint does.
    pub(super) fn answer(&mut self, operation: &Operation, form: &Form, secret_key: &str) -> Outcome {
        if let (true, Some(id)) = (self.origin.is_public, operation.public_intent()) {
            self.check_client_secret(id, form)?;
        }
        match operation {
            Operation::CreateIntent => self.create_intent(form),
            Operation::ListIntents => self.list_intents(form),
            Operation::SearchIntents => self.search_intents(form),
            Operation::ReadIntent(id) => Ok(self.show(&self.intent(id)?)),
            Operation::UpdateIntent(id) => self.update_intent(id, form),
            Operation::ConfirmIntent(id) => self.confirm_intent(id, form),
            Operation::AuthenticateIntent(id) => self.answer_challenge(id, form),
            Operation::CaptureIntent(id) => self.capture_intent(id, form),
            Operation::CancelIntent(id) => self.cancel_intent(id, form),
            Operation::CreateRefund => self.create_refund(form),
            Operation::ListRefunds => self.list_refunds(form),
            Operation::ReadRefund(id) => self.read_refund(id),
            Operation::ListDisputes => self.list_disputes(form),
            Operation::ReadDispute(id) => self.read_dispute(id),
            Operation::ReadCharge(id) => self.read_charge(id),
            Operation::ListEvents => self.list_events(form),
            Operation::ReadEvent(id) => self.read_event(id),
            Operation::CalculateTax => self.calculate_tax(form),
            Operation::ListTaxLines(id) => self.tax_lines(id, form),
            Operation::ReadAccount => Ok(object::account(secret_key)),
            Operation::ListEndpoints => Ok(object::endpoints(self.account.endpoint.as_ref())),
        }
    }

    /// Finds an intent.
    pub(super) fn intent(&self, id: &str) -> Result<Intent, ApiError> {
        let found = self.account.intents.get(id).cloned();
        found.ok_or_else(|| ApiError::no_such("payment_intent", id, "intent"))
    }

    /// Keeps an intent as it is now.
    pub(super) fn keep(&mut self, intent: &Intent) {
        self.account.intents.insert(intent.id.clone(), intent.clone());
    }

    /// The intent as this caller may see it.
    pub(super) fn show(&self, intent: &Intent) -> Value {
        if self.origin.is_public { object::public_intent(intent) } else { object::intent(intent) }
    }

    /// Tells that something happened to an intent.
    pub(super) fn tell_intent(&mut self, what: &str, intent: &Intent) {
        self.tell(&format!("payment_intent.{what}"), &object::intent(intent));
    }

    /// Records an event and queues its delivery.
    pub(super) fn tell(&mut self, kind: &str, object: &Value) {
        let id = self.mint.id("evt");
        let body = json!({
            "id": id,
            "object": "event",
            "api_version": object::API_VERSION,
            "created": object::seconds(self.now_ms),
            "data": { "object": object },
            "livemode": false,
            "pending_webhooks": i64::from(self.account.endpoint.is_some()),
            "request": {
                "id": self.origin.request_id,
                "idempotency_key": self.origin.idempotency_key,
            },
            "type": kind,
        });
        let event = Event { id, kind: kind.to_owned(), body: body.to_string() };
        webhook::enqueue(self.account, &event, self.now_ms);
        self.account.events.push(event);
    }

    /// Cuts one page out of objects that are sorted newest first.
    pub(super) fn page(form: &Form, url: &str, all: &[Value]) -> Outcome {
        let limit = match form.integer("limit")? {
            None => 10,
            Some(limit @ 1..=100) => usize::try_from(limit).unwrap_or(10),
            Some(limit) => {
                let message = format!("Invalid limit: {limit}; it must be between 1 and 100.");
                return Err(ApiError::parameter("limit", &message));
            }
        };
        let start = match form.find("starting_after") {
            None => 0,
            Some(after) => {
                let at = all.iter().position(|one| one["id"] == after);
                at.ok_or_else(|| ApiError::no_such("object", after, "starting_after"))? + 1
            }
        };
        let rest = &all[start.min(all.len())..];
        Ok(object::list(url, &rest[..limit.min(rest.len())], rest.len() > limit))
    }

    fn check_client_secret(&self, id: &str, form: &Form) -> Result<(), ApiError> {
        let secret = form.require("client_secret")?;
        match self.account.intents.get(id) {
            Some(intent) if intent.client_secret == secret => Ok(()),
            // The same words for a wrong secret and an unknown intent: a browser must not find out which.
            Some(_) | None => Err(ApiError::no_such("payment_intent", id, "intent")),
        }
    }

    fn read_charge(&self, id: &str) -> Outcome {
        let charge = self.account.charges.get(id);
        charge.map(object::charge).ok_or_else(|| ApiError::no_such("charge", id, "id"))
    }

    fn read_event(&self, id: &str) -> Outcome {
        let event = self.account.events.iter().find(|event| event.id == id);
        event.map(parsed).ok_or_else(|| ApiError::no_such("event", id, "id"))
    }

    fn list_events(&self, form: &Form) -> Outcome {
        form.only(&["type", "limit", "starting_after"])?;
        let wanted = form.find("type");
        let newest_first = self.account.events.iter().rev();
        let all: Vec<_> =
            newest_first.filter(|event| wanted.is_none_or(|kind| event.kind == kind)).map(parsed).collect();
        Self::page(form, "/v1/events", &all)
    }
}

fn parsed(event: &Event) -> Value {
    // The body was written by `tell`, so it parses; a damaged state file shows as null.
    serde_json::from_str(&event.body).unwrap_or_default()
}
