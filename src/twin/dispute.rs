//! Money that a card holder wants back from the bank.
//!
//! **Invariant:** what a dispute withdraws is withdrawn once, and is reinstated only by the bank's word; each step is told
//! by the events that Stripe has for it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::books::Books;
use super::error::{ApiError, Outcome};
use super::form::Form;
use super::object;
use super::state::Charge;

/// Where a dispute stands, in Stripe's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// An inquiry; no money is withdrawn.
    WarningNeedsResponse,
    /// An inquiry that was answered.
    WarningUnderReview,
    /// An inquiry that came to nothing.
    WarningClosed,
    /// The money is withdrawn.
    NeedsResponse,
    /// The bank looks at what the shop answered.
    UnderReview,
    /// The money is the shop's.
    Won,
    /// The money is the card holder's.
    Lost,
    /// It was settled before it became one.
    Prevented,
}

impl DisputeStatus {
    /// Stripe's word.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::WarningNeedsResponse => "warning_needs_response",
            Self::WarningUnderReview => "warning_under_review",
            Self::WarningClosed => "warning_closed",
            Self::NeedsResponse => "needs_response",
            Self::UnderReview => "under_review",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Prevented => "prevented",
        }
    }

    /// Whether its money is not with the shop.
    pub(super) const fn withdraws(self) -> bool {
        matches!(self, Self::NeedsResponse | Self::UnderReview | Self::Lost)
    }

    const fn is_closed(self) -> bool {
        matches!(self, Self::WarningClosed | Self::Won | Self::Lost | Self::Prevented)
    }
}

/// A card holder's objection.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Dispute {
    /// Stripe's id.
    pub(super) id: String,
    /// The payment intent.
    pub(super) intent_id: String,
    /// The charge that is disputed.
    pub(super) charge_id: String,
    /// Place in time among the records of the account.
    pub(super) sequence: u64,
    /// When it was made.
    pub(super) created_ms: i64,
    /// In minor units.
    pub(super) amount: i64,
    /// Lower-case code.
    pub(super) currency: String,
    /// Where it stands.
    pub(super) status: DisputeStatus,
}

impl Books<'_> {
    /// The card holder objects to a payment, to all that is left of it or to an amount.
    pub(super) fn open_dispute(&mut self, of: &str, amount: Option<i64>, status: DisputeStatus) -> Outcome {
        let intent = self.intent(of)?;
        let charge = intent.latest_charge.as_ref().and_then(|id| self.account.charges.get(id));
        let Some(charge) = charge.filter(|charge| charge.amount_captured > 0) else {
            return Err(ApiError::state(&format!("Nothing was captured of {of} that could be disputed.")));
        };
        let amount = amount.unwrap_or_else(|| self.undisputed(charge));
        if amount < 1 {
            return Err(ApiError::state(&format!("Nothing is left of {of} that could be disputed.")));
        }
        let dispute = Dispute {
            id: self.mint.id("du"),
            intent_id: of.to_owned(),
            charge_id: charge.id.clone(),
            currency: charge.currency.clone(),
            sequence: self.account.next(),
            created_ms: self.now_ms,
            amount,
            status,
        };
        let body = self.keep_dispute(&dispute);
        self.tell("charge.dispute.created", &body);
        if status.withdraws() {
            self.tell("charge.dispute.funds_withdrawn", &body);
        }
        Ok(body)
    }

    /// The last dispute of a payment goes a step on, or back.
    pub(super) fn move_dispute(&mut self, of: &str, to: DisputeStatus) -> Outcome {
        let all = self.account.disputes.values().filter(|one| one.intent_id == of);
        let Some(mut dispute) = all.max_by_key(|one| one.sequence).cloned() else {
            return Err(ApiError::no_such("dispute", of, "payment_intent"));
        };
        let before = dispute.status;
        dispute.status = to;
        let body = self.keep_dispute(&dispute);
        let step = if to.is_closed() { "closed" } else { "updated" };
        self.tell(&format!("charge.dispute.{step}"), &body);
        match (before.withdraws(), to.withdraws()) {
            (false, true) => self.tell("charge.dispute.funds_withdrawn", &body),
            (true, false) => self.tell("charge.dispute.funds_reinstated", &body),
            (true, true) | (false, false) => {}
        }
        Ok(body)
    }

    /// Finds a dispute.
    pub(super) fn read_dispute(&self, id: &str) -> Outcome {
        let found = self.account.disputes.get(id);
        found.map(whole).ok_or_else(|| ApiError::no_such("dispute", id, "id"))
    }

    /// Disputes, newest first, of one intent or of all.
    pub(super) fn list_disputes(&self, form: &Form) -> Outcome {
        form.only(&["payment_intent", "charge", "created", "limit", "starting_after"])?;
        let (intent, charge) = (form.find("payment_intent"), form.find("charge"));
        let is_in_time = form.created()?;
        let mut all: Vec<_> = self
            .account
            .disputes
            .values()
            .filter(|one| intent.is_none_or(|id| one.intent_id == id))
            .filter(|one| charge.is_none_or(|id| one.charge_id == id))
            .filter(|one| is_in_time(one.created_ms))
            .collect();
        all.sort_by_key(|one| std::cmp::Reverse(one.sequence));
        let all: Vec<_> = all.into_iter().map(whole).collect();
        Self::page(form, "/v1/disputes", &all)
    }

    /// What is left of a charge that was neither paid back nor withdrawn.
    pub(super) fn undisputed(&self, charge: &Charge) -> i64 {
        let of = self.account.disputes.values().filter(|one| one.charge_id == charge.id);
        let withdrawn: i64 = of.filter(|one| one.status.withdraws()).map(|one| one.amount).sum();
        charge.amount_captured - charge.amount_refunded - withdrawn
    }

    fn keep_dispute(&mut self, dispute: &Dispute) -> Value {
        self.account.disputes.insert(dispute.id.clone(), dispute.clone());
        if let Some(charge) = self.account.charges.get_mut(&dispute.charge_id) {
            charge.disputed = true;
        }
        whole(dispute)
    }
}

/// A dispute, whole.
fn whole(dispute: &Dispute) -> Value {
    let inquiry = dispute.status.word().starts_with("warning_");
    json!({
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "balance_transactions": [],
        "charge": dispute.charge_id,
        "created": object::seconds(dispute.created_ms),
        "currency": dispute.currency,
        "enhanced_eligibility_types": [],
        "evidence": evidence(),
        "evidence_details": {
            "due_by": object::seconds(dispute.created_ms) + 7 * 24 * 3_600,
            "enhanced_eligibility": {},
            "has_evidence": false,
            "past_due": false,
            "submission_count": 0,
        },
        "is_charge_refundable": !dispute.status.withdraws(),
        "livemode": false,
        "metadata": {},
        "network_reason_code": "10.4",
        "payment_intent": dispute.intent_id,
        "payment_method_details": { "type": "card", "card": {
            "brand": "visa",
            "case_type": if inquiry { "inquiry" } else { "chargeback" },
            "network": "visa",
            "network_reason_code": "10.4",
        } },
        "reason": "fraudulent",
        "status": dispute.status.word(),
    })
}

/// What the shop said to its defence: nothing.
fn evidence() -> Value {
    const MEMBERS: &str = "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure \
        cancellation_rebuttal customer_communication customer_email_address customer_name customer_purchase_ip \
        customer_signature duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id \
        product_description receipt refund_policy refund_policy_disclosure refund_refusal_explanation service_date \
        service_documentation shipping_address shipping_carrier shipping_date shipping_documentation \
        shipping_tracking_number uncategorized_file uncategorized_text";
    let mut body: serde_json::Map<String, Value> =
        MEMBERS.split_ascii_whitespace().map(|name| (name.to_owned(), Value::Null)).collect();
    body.insert("enhanced_evidence".to_owned(), json!({}));
    Value::Object(body)
}
