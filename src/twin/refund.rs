//! Money paid back.
//!
//! **Invariant:** the refunds of an intent never add up to more than was captured, less what disputes withdrew.

use std::collections::BTreeMap;

use super::books::Books;
use super::error::{ApiError, Outcome};
use super::form::Form;
use super::intent::merge_metadata;
use super::money;
use super::object;
use super::state::Refund;
use super::status::Status;

impl Books<'_> {
    /// Pays back an intent, all that is left of it or less.
    pub(super) fn create_refund(&mut self, form: &Form) -> Outcome {
        form.only(&["payment_intent", "charge", "amount", "metadata", "reason"])?;
        let mut metadata = BTreeMap::new();
        merge_metadata(&mut metadata, form)?;
        let wanted = form.integer("amount")?;
        let reason = reason(form)?;
        let intent_id = self.refunded_intent(form)?;
        let intent = self.intent(&intent_id)?;
        let paid = intent.latest_charge.as_ref().filter(|_| intent.status == Status::Succeeded);
        let Some(mut charge) = paid.and_then(|id| self.account.charges.get(id)).cloned() else {
            let message =
                format!("This PaymentIntent ({intent_id}) does not have a successful charge to refund.");
            return Err(ApiError::state(&message).code("payment_intent_unexpected_state"));
        };
        let left = self.undisputed(&charge);
        let amount = wanted.unwrap_or(left);
        if left < 1 && charge.amount_refunded < charge.amount_captured {
            let message = format!("Charge {} has been charged back; cannot issue a refund.", charge.id);
            return Err(ApiError::state(&message).code("charge_disputed"));
        }
        if left < 1 {
            let message = format!("Charge {} has already been refunded.", charge.id);
            return Err(ApiError::state(&message).code("charge_already_refunded"));
        }
        if amount < 1 {
            let message = "Invalid positive integer";
            return Err(ApiError::parameter("amount", message).code("parameter_invalid_integer"));
        }
        money::check_step("amount", amount, &charge.currency)?;
        if amount > left {
            let message =
                format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
            return Err(ApiError::state(&message).with("param", "amount"));
        }
        charge.amount_refunded += amount;
        let refund = Refund {
            id: self.mint.id("re"),
            intent_id,
            charge_id: charge.id.clone(),
            sequence: self.account.next(),
            created_ms: self.now_ms,
            amount,
            currency: charge.currency.clone(),
            metadata,
            reason,
            failed: false,
        };
        let (refund_body, charge_body) = (object::refund(&refund), object::charge(&charge));
        self.account.charges.insert(charge.id.clone(), charge);
        self.account.refunds.insert(refund.id.clone(), refund);
        self.tell("refund.created", &refund_body);
        self.tell("charge.refunded", &charge_body);
        self.tell("refund.updated", &refund_body);
        Ok(refund_body)
    }

    /// The bank sends a refund back, as it may for weeks: the money is the shop's again.
    pub(super) fn fail_refund(&mut self, id: &str) -> Outcome {
        let found = self.account.refunds.get_mut(id).filter(|refund| !refund.failed);
        let Some(refund) = found else { return Err(ApiError::no_such("refund", id, "id")) };
        refund.failed = true;
        let body = object::refund(refund);
        if let Some(charge) = self.account.charges.get_mut(&refund.charge_id) {
            charge.amount_refunded -= refund.amount;
        }
        self.tell("refund.updated", &body);
        self.tell("refund.failed", &body);
        Ok(body)
    }

    /// Finds a refund.
    pub(super) fn read_refund(&self, id: &str) -> Outcome {
        let refund = self.account.refunds.get(id);
        refund.map(object::refund).ok_or_else(|| ApiError::no_such("refund", id, "id"))
    }

    /// Refunds, newest first, of one intent or of all.
    pub(super) fn list_refunds(&self, form: &Form) -> Outcome {
        form.only(&["payment_intent", "charge", "created", "limit", "starting_after"])?;
        let (intent, charge) = (form.find("payment_intent"), form.find("charge"));
        let is_in_time = form.created()?;
        let mut all: Vec<_> = self
            .account
            .refunds
            .values()
            .filter(|refund| intent.is_none_or(|id| refund.intent_id == id))
            .filter(|refund| charge.is_none_or(|id| refund.charge_id == id))
            .filter(|refund| is_in_time(refund.created_ms))
            .collect();
        all.sort_by_key(|refund| std::cmp::Reverse(refund.sequence));
        let all: Vec<_> = all.into_iter().map(object::refund).collect();
        Self::page(form, "/v1/refunds", &all)
    }

    fn refunded_intent(&self, form: &Form) -> Result<String, ApiError> {
        if let Some(id) = form.text("payment_intent") {
            return Ok(id);
        }
        let id = form.require("charge").map_err(|_| ApiError::missing("payment_intent"))?;
        let charge = self.account.charges.get(id);
        charge.map(|charge| charge.intent_id.clone()).ok_or_else(|| ApiError::no_such("charge", id, "charge"))
    }
}

fn reason(form: &Form) -> Result<Option<String>, ApiError> {
    match form.find("reason") {
        None | Some("") => Ok(None),
        Some(word @ ("duplicate" | "fraudulent" | "requested_by_customer")) => Ok(Some(word.to_owned())),
        Some(other) => Err(ApiError::parameter("reason", &format!("Invalid reason: {other}"))),
    }
}
