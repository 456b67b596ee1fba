//! Payment intents before the money: create, update, list, search.
//!
//! **Invariant:** amount and currency change only while the intent is open; later attempts are refused with
//! the intent in the error.

use std::collections::BTreeMap;

use super::books::Books;
use super::card::Card;
use super::error::{ApiError, Outcome};
use super::form::Form;
use super::state::Intent;
use super::status::{Capture, Status};
use super::{money, object, search};

/// What create takes.
const CREATE: [&str; 18] = [
    "amount",
    "currency",
    "metadata",
    "capture_method",
    "automatic_payment_methods",
    "payment_method_types",
    "payment_method",
    "payment_method_data",
    "payment_method_options",
    "confirm",
    "confirmation_method",
    "description",
    "receipt_email",
    "return_url",
    "off_session",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
];

/// What update takes.
const UPDATE: [&str; 11] = [
    "amount",
    "currency",
    "metadata",
    "description",
    "receipt_email",
    "payment_method",
    "payment_method_data",
    "payment_method_types",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
];

impl Books<'_> {
    /// Makes an intent; confirms it at once where asked to.
    pub(super) fn create_intent(&mut self, form: &Form) -> Outcome {
        let draft = self.draft(form)?;
        let confirm = form.flag("confirm")?.unwrap_or(false);
        if confirm && draft.card.is_none() {
            return Err(ApiError::missing("payment_method"));
        }
        self.keep(&draft);
        self.tell_intent("created", &draft);
        if confirm { self.attempt(draft) } else { Ok(self.show(&draft)) }
    }

    fn draft(&mut self, form: &Form) -> Result<Intent, ApiError> {
        form.only(&CREATE)?;
        let amount = form.require("amount")?;
        let currency = money::currency(form.require("currency")?)?;
        let amount = money::amount("amount", amount, &currency)?;
        let mut metadata = BTreeMap::new();
        merge_metadata(&mut metadata, form)?;
        let chosen: Vec<_> = form.members("payment_method_types").map(|(_, kind)| kind.to_owned()).collect();
        let automatic = form.flag("automatic_payment_methods[enabled]")?;
        if automatic == Some(true) && !chosen.is_empty() {
            let message = "You may only specify one of these parameters: automatic_payment_methods, \
                           payment_method_types.";
            return Err(ApiError::parameter("payment_method_types", message));
        }
        let card = Card::from_form(form)?;
        let id = self.mint.id("pi");
        Ok(Intent {
            client_secret: format!("{id}_secret_{}", self.mint.token()),
            id,
            sequence: self.account.next(),
            created_ms: self.now_ms,
            amount,
            currency,
            status: if card.is_some() { Status::RequiresConfirmation } else { Status::RequiresPaymentMethod },
            capture: capture(form)?,
            // Stripe's default since 2023, unless the methods are listed.
            automatic_methods: automatic.unwrap_or(chosen.is_empty()),
            method_types: if chosen.is_empty() { vec!["card".to_owned()] } else { chosen },
            metadata,
            description: form.text("description"),
            receipt_email: form.text("receipt_email"),
            card,
            payment_method: card.map(|_| self.mint.id("pm")),
            latest_charge: None,
            amount_received: 0,
            amount_capturable: 0,
            canceled_ms: None,
            cancellation_reason: None,
            last_error: None,
        })
    }

    /// Changes an intent in place.
    pub(super) fn update_intent(&mut self, id: &str, form: &Form) -> Outcome {
        form.only(&UPDATE)?;
        let mut intent = self.intent(id)?;
        let currency = form.find("currency").map(money::currency).transpose()?;
        let currency = currency.unwrap_or_else(|| intent.currency.clone());
        let amount = match form.find("amount") {
            Some(text) => money::amount("amount", text, &currency)?,
            None => intent.amount,
        };
        money::check("amount", amount, &currency)?;
        merge_metadata(&mut intent.metadata, form)?;
        let card = Card::from_form(form)?;
        for name in ["amount", "currency", "payment_method"] {
            if form.find(name).is_some() && !intent.status.is_open() {
                return Err(frozen(&intent, name));
            }
        }
        let moved = amount != intent.amount || currency != intent.currency;
        if moved && intent.status == Status::RequiresAction {
            // What the buyer was asked to approve is no longer what would be charged.
            intent.status = Status::RequiresConfirmation;
        }
        (intent.amount, intent.currency) = (amount, currency);
        if card.is_some() {
            intent.card = card;
            intent.payment_method = Some(self.mint.id("pm"));
            intent.status = Status::RequiresConfirmation;
        }
        if form.find("description").is_some() {
            intent.description = form.text("description");
        }
        if form.find("receipt_email").is_some() {
            intent.receipt_email = form.text("receipt_email");
        }
        self.keep(&intent);
        Ok(self.show(&intent))
    }

    /// Changes the amount by hand, telling nobody.
    pub(super) fn change_amount(&mut self, id: &str, amount: i64) -> Outcome {
        let mut intent = self.intent(id)?;
        money::check("amount", amount, &intent.currency)?;
        if !intent.status.is_open() {
            return Err(frozen(&intent, "amount"));
        }
        intent.amount = amount;
        self.keep(&intent);
        Ok(object::intent(&intent))
    }

    /// Intents, newest first.
    pub(super) fn list_intents(&self, form: &Form) -> Outcome {
        form.only(&["limit", "starting_after", "created"])?;
        let is_in_time = form.created()?;
        let all: Vec<_> = self
            .newest_first()
            .into_iter()
            .filter(|intent| is_in_time(intent.created_ms))
            .map(object::intent)
            .collect();
        Self::page(form, "/v1/payment_intents", &all)
    }

    /// Intents that match a query such as `metadata['order']:'7'`, newest first.
    pub(super) fn search_intents(&self, form: &Form) -> Outcome {
        form.only(&["query", "limit", "page"])?;
        let query = search::parse(form.require("query")?)?;
        let visible_ms = self.now_ms - self.rules.search_lag_ms;
        let all: Vec<_> = self
            .newest_first()
            .into_iter()
            .filter(|intent| intent.created_ms <= visible_ms && search::matches(&query, intent))
            .map(object::intent)
            .collect();
        let mut body = Self::page(form, "/v1/payment_intents/search", &all)?;
        body["object"] = "search_result".into();
        body["next_page"] = serde_json::Value::Null;
        Ok(body)
    }

    fn newest_first(&self) -> Vec<&Intent> {
        let mut all: Vec<_> = self.account.intents.values().collect();
        all.sort_by_key(|intent| std::cmp::Reverse(intent.sequence));
        all
    }
}

fn capture(form: &Form) -> Result<Capture, ApiError> {
    match form.find("capture_method") {
        None | Some("" | "automatic") => Ok(Capture::Automatic),
        Some("automatic_async") => Ok(Capture::AutomaticAsync),
        Some("manual") => Ok(Capture::Manual),
        Some(other) => {
            Err(ApiError::parameter("capture_method", &format!("Invalid capture_method: {other}")))
        }
    }
}

fn frozen(intent: &Intent, name: &str) -> ApiError {
    let message = format!(
        "This PaymentIntent's {name} could not be updated because it has a status of {}. You may only update \
         the {name} of a PaymentIntent with one of the following statuses: requires_payment_method, \
         requires_confirmation, requires_action.",
        intent.status.word()
    );
    unexpected_state(intent, &message)
}

/// The refusal of a step that the intent's status does not allow; it carries the intent.
pub(super) fn unexpected_state(intent: &Intent, message: &str) -> ApiError {
    ApiError::state(message)
        .code("payment_intent_unexpected_state")
        .with("payment_intent", object::intent(intent))
}

/// Merges `metadata[…]`: an empty value removes its key, an empty `metadata` removes all.
pub(super) fn merge_metadata(metadata: &mut BTreeMap<String, String>, form: &Form) -> Result<(), ApiError> {
    if form.find("metadata") == Some("") {
        metadata.clear();
    }
    for (key, value) in form.members("metadata") {
        if key.chars().count() > 40 || value.chars().count() > 500 {
            let message = "Metadata keys can have up to 40 characters and values up to 500.";
            return Err(ApiError::parameter(&format!("metadata[{key}]"), message));
        }
        if value.is_empty() {
            metadata.remove(key);
        } else {
            metadata.insert(key.to_owned(), value.to_owned());
        }
    }
    if metadata.len() > 50 {
        return Err(ApiError::parameter("metadata", "Metadata can have up to 50 keys."));
    }
    Ok(())
}
