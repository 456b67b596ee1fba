//! Everything the twin remembers, as plain records.
//!
//! **Invariant:** an account's records are reached through its secret key only; no record names another
//! account. The whole tree is what the state file holds.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::card::Card;
use super::clock::Clock;
use super::dispute::{Dispute, DisputeStatus};
use super::fault::Fault;
use super::idempotency::Remembered;
use super::status::{Capture, Status};
use super::webhook::{Delivery, Endpoint, Switches};

/// The whole twin.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// The twin's time.
    pub(super) clock: Clock,
    /// One store a secret key.
    pub(super) accounts: BTreeMap<String, Account>,
    /// Faults waiting for their request.
    pub(super) faults: Vec<Fault>,
    /// Rises with each change; tells whether the state file is up to date.
    #[serde(skip)]
    pub(super) version: u64,
}

/// What one secret key sees.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Account {
    /// Payment intents by id.
    pub(super) intents: BTreeMap<String, Intent>,
    /// Charges by id.
    pub(super) charges: BTreeMap<String, Charge>,
    /// Refunds by id.
    pub(super) refunds: BTreeMap<String, Refund>,
    /// Disputes by id.
    #[serde(default)]
    pub(super) disputes: BTreeMap<String, Dispute>,
    /// Lines of tax calculations by the calculation's id.
    #[serde(default)]
    pub(super) tax_lines: BTreeMap<String, Vec<Value>>,
    /// Events, oldest first.
    pub(super) events: Vec<Event>,
    /// Intents in processing that settle by themselves, and when.
    pub(super) settling: BTreeMap<String, i64>,
    /// Answers to replay, by idempotency key.
    pub(super) remembered: BTreeMap<String, Remembered>,
    /// Where events go.
    pub(super) endpoint: Option<Endpoint>,
    /// How deliveries misbehave.
    pub(super) switches: Switches,
    /// Deliveries still to be made.
    pub(super) queue: Vec<Delivery>,
    /// Deliveries made, lost or given up.
    pub(super) done: Vec<Delivery>,
    /// Requests that arrived, by method and path pattern.
    pub(super) calls: BTreeMap<String, u64>,
    /// Last number given to a record; orders records made in the same millisecond.
    pub(super) sequence: u64,
    /// Idempotency keys whose request is being worked on. A crash ends them all, so they are not kept.
    #[serde(skip)]
    pub(super) in_flight: BTreeSet<String>,
    /// Whether a delivery of this account is under way.
    #[serde(skip)]
    pub(super) delivering: bool,
}

impl Account {
    /// The next number.
    pub(super) fn next(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// What was paid back of an intent.
    pub(super) fn refunded(&self, intent_id: &str) -> i64 {
        let of = |refund: &&Refund| refund.intent_id == intent_id && !refund.failed;
        self.refunds.values().filter(of).map(|refund| refund.amount).sum()
    }

    /// What disputes of an intent took for good.
    pub(super) fn lost(&self, intent_id: &str) -> i64 {
        let of = |one: &&Dispute| one.intent_id == intent_id && one.status == DisputeStatus::Lost;
        self.disputes.values().filter(of).map(|one| one.amount).sum()
    }
}

/// One payment, from its first amount to its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Intent {
    /// Stripe's id.
    pub(super) id: String,
    /// What lets a browser confirm.
    pub(super) client_secret: String,
    /// Place in time among the records of the account.
    pub(super) sequence: u64,
    /// When it was made.
    pub(super) created_ms: i64,
    /// In minor units.
    pub(super) amount: i64,
    /// Lower-case code.
    pub(super) currency: String,
    /// Where it stands.
    pub(super) status: Status,
    /// When the money is taken.
    pub(super) capture: Capture,
    /// Whether Stripe chooses the payment methods.
    pub(super) automatic_methods: bool,
    /// Payment methods offered.
    pub(super) method_types: Vec<String>,
    /// What the shop wrote on it.
    pub(super) metadata: BTreeMap<String, String>,
    /// Text for the shop.
    pub(super) description: Option<String>,
    /// Where a receipt would go.
    pub(super) receipt_email: Option<String>,
    /// What the payment method does.
    pub(super) card: Option<Card>,
    /// Id of the payment method.
    pub(super) payment_method: Option<String>,
    /// Id of the last try.
    pub(super) latest_charge: Option<String>,
    /// Captured, in minor units.
    pub(super) amount_received: i64,
    /// Authorized and not captured, in minor units.
    pub(super) amount_capturable: i64,
    /// When it was canceled.
    pub(super) canceled_ms: Option<i64>,
    /// Why, as the shop says.
    pub(super) cancellation_reason: Option<String>,
    /// Members of the last refusal by the issuer.
    pub(super) last_error: Option<Value>,
}

/// One try to take the money of an intent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Charge {
    /// Stripe's id.
    pub(super) id: String,
    /// The payment intent.
    pub(super) intent_id: String,
    /// When it was made.
    pub(super) created_ms: i64,
    /// In minor units.
    pub(super) amount: i64,
    /// Taken, in minor units.
    pub(super) amount_captured: i64,
    /// Paid back, in minor units.
    pub(super) amount_refunded: i64,
    /// Lower-case code.
    pub(super) currency: String,
    /// What the payment method does.
    pub(super) card: Card,
    /// Id of the payment method.
    pub(super) payment_method: Option<String>,
    /// What the shop wrote on it.
    pub(super) metadata: BTreeMap<String, String>,
    /// Whether its card holder ever disputed it.
    #[serde(default)]
    pub(super) disputed: bool,
    /// Code, issuer's reason and text of a decline.
    pub(super) failure: Option<(String, String, String)>,
}

/// Money paid back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Refund {
    /// Stripe's id.
    pub(super) id: String,
    /// The payment intent.
    pub(super) intent_id: String,
    /// The charge that is paid back.
    pub(super) charge_id: String,
    /// Place in time among the records of the account.
    pub(super) sequence: u64,
    /// When it was made.
    pub(super) created_ms: i64,
    /// In minor units.
    pub(super) amount: i64,
    /// Lower-case code.
    pub(super) currency: String,
    /// What the shop wrote on it.
    pub(super) metadata: BTreeMap<String, String>,
    /// Why, as the shop says.
    pub(super) reason: Option<String>,
    /// Whether the bank sent it back.
    #[serde(default)]
    pub(super) failed: bool,
}

/// Something that happened, as it was told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Event {
    /// Stripe's id.
    pub(super) id: String,
    /// Such as `payment_intent.succeeded`.
    pub(super) kind: String,
    /// The body, byte for byte: retries and duplicates are the same bytes.
    pub(super) body: String,
}
