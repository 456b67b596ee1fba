//! Webhooks: what is queued, signed, held, doubled or lost.
//!
//! **Invariant:** an event of an account with an endpoint is queued in the change that caused it, so no crash
//! lies between the two; it leaves the queue only as delivered, lost on purpose, or given up.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::state::{Account, Event};

/// Where an account's events go.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Endpoint {
    /// Address to post to.
    pub(super) url: String,
    /// Signs what is posted.
    pub(super) secret: String,
}

/// Which of the coming events a switch means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picked {
    /// How many.
    pub count: u32,
    /// Only of this type, such as `payment_intent.succeeded`; none means any.
    #[serde(default)]
    pub event_type: Option<String>,
}

/// The order in which held deliveries go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseOrder {
    /// As they happened.
    AsHappened,
    /// Last first.
    Reverse,
}

/// Makes an account's webhooks misbehave, or behave again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookSwitch {
    /// Delivers the next events twice.
    DuplicateNext(Picked),
    /// Never delivers the next events.
    LoseNext(Picked),
    /// Queues events without delivering them.
    Hold,
    /// Delivers what was held, and everything after it.
    Release(ReleaseOrder),
    /// Delivers each later event this much later; zero ends it.
    DelayMs(i64),
}

/// An event that somebody else delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// `evt_…`.
    pub event_id: String,
    /// Such as `payment_intent.succeeded`.
    pub event_type: String,
    /// What is signed and posted.
    pub body: String,
}

/// What the switches are set to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Switches {
    duplicate: Vec<Picked>,
    lose: Vec<Picked>,
    hold: bool,
    delay_ms: i64,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Waits for its moment.
    Pending,
    /// Held back by the switch.
    Held,
    /// Answered with 2xx.
    Delivered,
    /// Lost on purpose.
    Lost,
    /// Given up.
    Failed,
}

/// One event on its way to one endpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Delivery {
    /// Place in time among the records of the account.
    pub(super) sequence: u64,
    /// Place of the event among the account's events, which only grow.
    pub(super) event: usize,
    /// Not before this moment.
    pub(super) due_ms: i64,
    /// Tries so far.
    pub(super) attempts: u32,
    /// Where it stands.
    pub(super) status: DeliveryStatus,
    /// What the endpoint answered last; none where it did not answer.
    pub(super) last_status: Option<u16>,
}

/// Queues an event that is about to be recorded.
pub(super) fn enqueue(account: &mut Account, event: &Event, now_ms: i64) {
    if account.endpoint.is_none() {
        return;
    }
    let is_lost = strikes(&mut account.switches.lose, &event.kind);
    let copies = if strikes(&mut account.switches.duplicate, &event.kind) { 2 } else { 1 };
    for _ in 0..copies {
        let delivery = Delivery {
            sequence: account.next(),
            event: account.events.len(),
            due_ms: now_ms.saturating_add(account.switches.delay_ms),
            attempts: 0,
            status: if account.switches.hold { DeliveryStatus::Held } else { DeliveryStatus::Pending },
            last_status: None,
        };
        if is_lost {
            account.done.push(Delivery { status: DeliveryStatus::Lost, ..delivery });
        } else {
            account.queue.push(delivery);
        }
    }
}

/// Turns a switch.
pub(super) fn turn(account: &mut Account, switch: WebhookSwitch) {
    match switch {
        WebhookSwitch::DuplicateNext(picked) => account.switches.duplicate.push(picked),
        WebhookSwitch::LoseNext(picked) => account.switches.lose.push(picked),
        WebhookSwitch::Hold => account.switches.hold = true,
        WebhookSwitch::DelayMs(ms) => account.switches.delay_ms = ms.max(0),
        WebhookSwitch::Release(order) => release(account, order),
    }
}

/// Takes held deliveries out of the queue; in the books they count as lost, as nobody here knows better.
pub(super) fn take_held(account: &mut Account) -> Vec<Letter> {
    let (held, queue) = std::mem::take(&mut account.queue)
        .into_iter()
        .partition(|delivery| delivery.status == DeliveryStatus::Held);
    account.queue = queue;
    let held: Vec<Delivery> = held;
    let letter = |delivery: &Delivery| {
        let event = account.events.get(delivery.event)?;
        let (event_id, event_type) = (event.id.clone(), event.kind.clone());
        Some(Letter { event_id, event_type, body: event.body.clone() })
    };
    let letters = held.iter().filter_map(letter).collect();
    account.done.extend(held.into_iter().map(|held| Delivery { status: DeliveryStatus::Lost, ..held }));
    letters
}

fn release(account: &mut Account, order: ReleaseOrder) {
    account.switches.hold = false;
    let mut sequence = account.sequence;
    let held = account.queue.iter_mut().filter(|delivery| delivery.status == DeliveryStatus::Held);
    let mut held: Vec<_> = held.collect();
    match order {
        ReleaseOrder::AsHappened => {}
        ReleaseOrder::Reverse => held.reverse(),
    }
    for delivery in held {
        // Deliveries go out by number, so a new number is a new place.
        sequence += 1;
        delivery.sequence = sequence;
        delivery.status = DeliveryStatus::Pending;
    }
    account.sequence = sequence;
}

fn strikes(picks: &mut Vec<Picked>, kind: &str) -> bool {
    picks.retain(|picked| picked.count > 0);
    let meant = |picked: &&mut Picked| picked.event_type.as_deref().is_none_or(|own| own == kind);
    let Some(picked) = picks.iter_mut().find(meant) else { return false };
    picked.count -= 1;
    true
}

/// The `Stripe-Signature` of a body sent at this second.
pub(super) fn signature(secret: &str, seconds: i64, body: &str) -> String {
    // HMAC takes keys of any length; a refusal would give an empty, hence wrong, signature.
    let digest = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map(|mut mac| {
        mac.update(format!("{seconds}.{body}").as_bytes());
        hex::encode(mac.finalize().into_bytes())
    });
    format!("t={seconds},v1={}", digest.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_hmac_of_time_and_body() {
        // openssl: printf '1492774577.{}' | openssl dgst -sha256 -hmac whsec_test
        let digest = "0d0602f6611bd2252dd4b74b58a4528355a7380639a15e6cc21e3059d56d5b8b";
        assert_eq!(signature("whsec_test", 1_492_774_577, "{}"), format!("t=1492774577,v1={digest}"));
    }
}
