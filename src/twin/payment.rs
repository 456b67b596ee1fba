//! The intent's money: confirm, authenticate, settle, capture, cancel.
//!
//! **Invariant:** an intent is charged at most once; every step into `succeeded` has exactly one charge whose
//! captured amount is the intent's `amount_received`.

use serde_json::{Value, json};

use super::books::Books;
use super::card::{Card, Decline, GENERIC_DECLINE};
use super::dispute::DisputeStatus;
use super::error::{ApiError, Outcome};
use super::form::Form;
use super::intent::unexpected_state;
use super::object;
use super::state::{Charge, Intent};
use super::status::{Capture, Status};

/// Decline of a buyer who failed 3-D Secure.
const NOT_AUTHENTICATED: Decline = Decline {
    code: "payment_intent_authentication_failure",
    reason: "",
    message: "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new \
              PaymentMethod to attempt to fulfill this PaymentIntent again.",
};

impl Books<'_> {
    /// The buyer, or the server, confirms.
    pub(super) fn confirm_intent(&mut self, id: &str, form: &Form) -> Outcome {
        let mut intent = self.intent(id)?;
        let card = Card::from_form(form)?;
        if !intent.status.is_open() {
            let word = intent.status.word();
            let message = format!("You cannot confirm this PaymentIntent because it has a status of {word}.");
            return Err(unexpected_state(&intent, &message));
        }
        if card.is_some() {
            intent.card = card;
            intent.payment_method = Some(self.mint.id("pm"));
        }
        if let Some(email) = form.text("receipt_email") {
            intent.receipt_email = Some(email);
        }
        self.attempt(intent)
    }

    /// Charges the card that the intent holds, as far as that card goes.
    pub(super) fn attempt(&mut self, mut intent: Intent) -> Outcome {
        let Some(card) = intent.card else {
            let message = "You cannot confirm this PaymentIntent because it's missing a payment method. You can \
                           either update the PaymentIntent with a payment method and then confirm it again, or \
                           confirm it again directly with a payment method.";
            return Err(unexpected_state(&intent, message));
        };
        let decline = if self.origin.declines { Some(&GENERIC_DECLINE) } else { card.decline() };
        if let Some(decline) = decline {
            return Err(self.decline(intent, card, decline));
        }
        intent.last_error = None;
        match card {
            Card::Challenge => {
                intent.status = Status::RequiresAction;
                self.keep(&intent);
                self.tell_intent("requires_action", &intent);
            }
            Card::Late => {
                intent.status = Status::Processing;
                if let Some(after_ms) = self.rules.late_success_ms {
                    self.account.settling.insert(intent.id.clone(), self.now_ms.saturating_add(after_ms));
                }
                self.keep(&intent);
                self.tell_intent("processing", &intent);
            }
            Card::Success | Card::Declined | Card::InsufficientFunds | Card::Expired => {
                self.charge(&mut intent, card);
            }
            Card::Disputed | Card::Inquired => {
                self.charge(&mut intent, card);
                let inquiry = card == Card::Inquired;
                let status =
                    if inquiry { DisputeStatus::WarningNeedsResponse } else { DisputeStatus::NeedsResponse };
                // What is only authorized is not disputed.
                if intent.amount_received > 0 {
                    self.open_dispute(&intent.id, None, status)?;
                }
            }
        }
        Ok(self.show(&intent))
    }

    /// The buyer answers 3-D Secure, from the page that shows it.
    pub(super) fn answer_challenge(&mut self, id: &str, form: &Form) -> Outcome {
        match form.require("outcome")? {
            "succeed" => self.authenticate(id, true),
            "fail" => self.authenticate(id, false),
            other => Err(ApiError::parameter("outcome", &format!("Invalid outcome: {other}"))),
        }
    }

    /// The buyer comes back from 3-D Secure.
    pub(super) fn authenticate(&mut self, id: &str, succeeds: bool) -> Outcome {
        let mut intent = self.intent(id)?;
        match (intent.status, intent.card) {
            (Status::RequiresAction, Some(card)) if succeeds => self.charge(&mut intent, card),
            (Status::RequiresAction, Some(card)) => {
                self.decline(intent.clone(), card, &NOT_AUTHENTICATED);
                intent = self.intent(id)?;
            }
            (status, _) => {
                let message =
                    format!("This PaymentIntent waits for nobody: its status is {}.", status.word());
                return Err(unexpected_state(&intent, &message));
            }
        }
        Ok(self.show(&intent))
    }

    /// The bank answers at last.
    pub(super) fn settle(&mut self, id: &str, succeeds: bool) -> Outcome {
        let mut intent = self.intent(id)?;
        self.account.settling.remove(id);
        match (intent.status, intent.card) {
            (Status::Processing, Some(card)) if succeeds => self.charge(&mut intent, card),
            (Status::Processing, Some(card)) => {
                self.decline(intent.clone(), card, &GENERIC_DECLINE);
                intent = self.intent(id)?;
            }
            (status, _) => {
                let message =
                    format!("This PaymentIntent is not processing: its status is {}.", status.word());
                return Err(unexpected_state(&intent, &message));
            }
        }
        Ok(object::intent(&intent))
    }

    /// Takes money that was authorized, all of it or less.
    pub(super) fn capture_intent(&mut self, id: &str, form: &Form) -> Outcome {
        form.only(&["amount_to_capture", "final_capture", "metadata"])?;
        let mut intent = self.intent(id)?;
        let amount = form.integer("amount_to_capture")?.unwrap_or(intent.amount_capturable);
        if intent.status != Status::RequiresCapture {
            let message = format!(
                "This PaymentIntent could not be captured because it has a status of {}. Only a PaymentIntent \
                 with one of the following statuses may be captured: requires_capture.",
                intent.status.word()
            );
            return Err(unexpected_state(&intent, &message));
        }
        if !(1..=intent.amount_capturable).contains(&amount) {
            let message =
                "The amount to capture must be positive and at most the amount that can be captured.";
            return Err(ApiError::parameter("amount_to_capture", message).code("amount_too_large"));
        }
        intent.status = Status::Succeeded;
        intent.amount_received = amount;
        intent.amount_capturable = 0;
        self.keep(&intent);
        if let Some(charge) = intent.latest_charge.as_ref().and_then(|id| self.account.charges.get_mut(id)) {
            charge.amount_captured = amount;
            let body = object::charge(charge);
            self.tell("charge.captured", &body);
        }
        self.tell_intent("succeeded", &intent);
        Ok(self.show(&intent))
    }

    /// Ends an unpaid intent.
    pub(super) fn cancel_intent(&mut self, id: &str, form: &Form) -> Outcome {
        form.only(&["cancellation_reason"])?;
        let mut intent = self.intent(id)?;
        if !(intent.status.is_open() || intent.status == Status::RequiresCapture) {
            let message = format!(
                "You cannot cancel this PaymentIntent because it has a status of {}. Only a PaymentIntent with \
                 one of the following statuses may be canceled: requires_payment_method, requires_capture, \
                 requires_confirmation, requires_action.",
                intent.status.word()
            );
            return Err(unexpected_state(&intent, &message));
        }
        intent.status = Status::Canceled;
        intent.amount_capturable = 0;
        intent.canceled_ms = Some(self.now_ms);
        intent.cancellation_reason = form.text("cancellation_reason");
        self.keep(&intent);
        self.tell_intent("canceled", &intent);
        Ok(self.show(&intent))
    }

    fn charge(&mut self, intent: &mut Intent, card: Card) {
        let captured = match intent.capture {
            Capture::Automatic | Capture::AutomaticAsync => intent.amount,
            Capture::Manual => 0,
        };
        let charge = self.new_charge(intent, card, captured);
        intent.latest_charge = Some(charge.id.clone());
        intent.amount_received = captured;
        intent.amount_capturable = intent.amount - captured;
        let (status, news) = if captured > 0 {
            (Status::Succeeded, "succeeded")
        } else {
            (Status::RequiresCapture, "amount_capturable_updated")
        };
        intent.status = status;
        self.keep(intent);
        self.tell("charge.succeeded", &object::charge(&charge));
        self.account.charges.insert(charge.id.clone(), charge);
        self.tell_intent(news, intent);
    }

    fn decline(&mut self, mut intent: Intent, card: Card, decline: &Decline) -> ApiError {
        let mut error = ApiError::card(decline.code, decline.message);
        if !decline.reason.is_empty() {
            let mut charge = self.new_charge(&intent, card, 0);
            let words = (decline.code, decline.reason, decline.message);
            charge.failure = Some((words.0.to_owned(), words.1.to_owned(), words.2.to_owned()));
            error = error.with("decline_code", decline.reason).with("charge", charge.id.clone());
            intent.latest_charge = Some(charge.id.clone());
            self.tell("charge.failed", &object::charge(&charge));
            self.account.charges.insert(charge.id.clone(), charge);
        }
        let method = intent.payment_method.take();
        let method = method.map_or(Value::Null, |id| object::payment_method(&id, card, self.now_ms));
        let error = error.with("payment_method", method);
        intent.card = None;
        intent.status = Status::RequiresPaymentMethod;
        intent.last_error = Some(error.members());
        self.keep(&intent);
        self.tell_intent("payment_failed", &intent);
        error.with("payment_intent", self.show(&intent))
    }

    fn new_charge(&self, intent: &Intent, card: Card, captured: i64) -> Charge {
        Charge {
            id: self.mint.id("ch"),
            intent_id: intent.id.clone(),
            created_ms: self.now_ms,
            amount: intent.amount,
            amount_captured: captured,
            amount_refunded: 0,
            currency: intent.currency.clone(),
            card,
            payment_method: intent.payment_method.clone(),
            metadata: intent.metadata.clone(),
            disputed: false,
            failure: None,
        }
    }
}

/// The refusal a fault asks for where nothing is charged.
pub(super) fn plain_decline() -> ApiError {
    ApiError::card(GENERIC_DECLINE.code, GENERIC_DECLINE.message)
        .with("decline_code", json!(GENERIC_DECLINE.reason))
}
