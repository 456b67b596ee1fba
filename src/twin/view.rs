//! What tests and people see of the state.
//!
//! **Invariant:** a view holds no secret key and no webhook secret.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::object::account_id;
use super::state::{Account, State};
use super::webhook::{Delivery, DeliveryStatus};

/// A payment intent, as an audit compares it with orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IntentView {
    /// `pi_…`.
    pub id: String,
    /// Stripe's word for where it stands.
    pub status: String,
    /// What was asked for, in minor units.
    pub amount: i64,
    /// Lower-case code.
    pub currency: String,
    /// What was captured, in minor units.
    pub amount_received: i64,
    /// What is authorized and may still be captured, in minor units.
    pub amount_capturable: i64,
    /// What the shop wrote on it.
    pub metadata: BTreeMap<String, String>,
    /// What was paid back, in minor units.
    pub refunded: i64,
    /// What disputes took for good, in minor units.
    pub lost: i64,
}

/// An event on its way to an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryView {
    /// `evt_…`; twice where the event was doubled.
    pub event_id: String,
    /// Such as `payment_intent.succeeded`.
    pub event_type: String,
    /// How it stands.
    pub status: DeliveryStatus,
    /// How often it was tried.
    pub attempts: u32,
    /// What the endpoint answered last; none where it did not answer.
    pub last_status: Option<u16>,
}

/// Intents in the order they were made.
pub(super) fn intents(account: &Account) -> Vec<IntentView> {
    let mut all: Vec<_> = account.intents.values().collect();
    all.sort_by_key(|intent| intent.sequence);
    all.into_iter()
        .map(|intent| IntentView {
            id: intent.id.clone(),
            status: intent.status.word().to_owned(),
            amount: intent.amount,
            currency: intent.currency.clone(),
            amount_received: intent.amount_received,
            amount_capturable: intent.amount_capturable,
            metadata: intent.metadata.clone(),
            refunded: account.refunded(&intent.id),
            lost: account.lost(&intent.id),
        })
        .collect()
}

/// Finished deliveries first, each group in the order it went or goes.
pub(super) fn deliveries(account: &Account) -> Vec<DeliveryView> {
    let view = |delivery: &Delivery| {
        let event = account.events.get(delivery.event)?;
        Some(DeliveryView {
            event_id: event.id.clone(),
            event_type: event.kind.clone(),
            status: delivery.status,
            attempts: delivery.attempts,
            last_status: delivery.last_status,
        })
    };
    account.done.iter().chain(&account.queue).filter_map(view).collect()
}

/// Everything, by account.
pub(super) fn state(state: &State) -> Value {
    let accounts: Vec<_> = state
        .accounts
        .iter()
        .map(|(key, account)| {
            json!({
                "account": account_id(key),
                "intents": intents(account),
                "refunds": account.refunds.len(),
                "disputes": account.disputes.len(),
                "charges": account.charges.len(),
                "events": account.events.len(),
                "deliveries": deliveries(account),
                "pending_deliveries": account.queue.len(),
                "calls": account.calls,
            })
        })
        .collect();
    json!({
        "label": "Stripe twin: no money moves",
        "now_ms": state.clock.now_ms(),
        "faults": state.faults.len(),
        "accounts": accounts,
    })
}
