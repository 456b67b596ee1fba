//! What holds after every step, and what holds once everything has come to rest.
//!
//! **Invariant:** the product's own audit is asked first; beyond it stands what only the provider knows, and what only the
//! one who wrote the history knows.

use std::collections::{BTreeMap, BTreeSet};

use checkstand::{
    domain::{ids::OrderId, instant::Span},
    flows::audit::{Finding as Broken, Scope, audit},
    twin::IntentView,
};
use entity::{
    checkout_session, hold, inbox_event, order, order_line, outbox_entry, payment_attempt, refund, stock,
    variant, verdict,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, Statement};

use crate::{
    history::{Facts, Finding, found},
    world::World,
};

/// Longer than any history.
const FOR_EVER: Span = Span::from_hours(24 * 365 * 10);
/// What is on the shelf to begin with.
const SHELF: &[(&str, i64)] = &[("LAMP", 2), ("MUG", 6)];

/// Can it still be paid, or was it paid and not given back?
fn is_alive(intent: &IntentView) -> bool {
    let is_over = intent.status == "canceled";
    let is_given_back = intent.amount_received > 0 && intent.refunded == intent.amount_received;
    !is_over && !is_given_back
}

async fn audited(world: &World, patience: Span) -> Result<(), Finding> {
    let mut broken: Option<(String, String)> = None;
    let tell = |finding: &Broken| {
        let fault = finding.faults.kept.first().map(|fault| format!("{fault:?}")).unwrap_or_default();
        broken.get_or_insert((finding.check.to_owned(), fault));
    };
    let scope = Scope { organization: None, patience };
    audit(&world.app.store, &scope, world.app.now(), tell).await.unwrap();
    match broken {
        Some((check, fault)) => found(format!("audit: {check}"), fault),
        None => Ok(()),
    }
}

/// The database and the time as they were when they were last audited: what did not change needs no second look.
#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
pub struct Seen {
    version: i64,
    now: i64,
}

async fn seen(world: &World) -> Seen {
    let row = world.outside.query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA data_version"));
    let version = row.await.unwrap().unwrap().try_get_by_index(0).unwrap();
    Seen { version, now: world.app.now().ms() }
}

/// What holds after every step.
pub async fn always(world: &World, facts: &Facts, last: &mut Seen) -> Result<(), Finding> {
    let now = seen(world).await;
    if now != *last {
        audited(world, FOR_EVER).await?;
        *last = now;
    }
    let intents = world.intents();
    let mut alive: BTreeMap<&str, u64> = BTreeMap::new();
    for intent in intents.iter().filter(|intent| is_alive(intent)) {
        if let Some(session) = intent.metadata.get("session") {
            *alive.entry(session).or_default() += 1;
        }
    }
    if let Some((session, many)) = alive.into_iter().find(|(_, many)| *many > 1) {
        return found("one payable intent a session", format!("{session} has {many}"));
    }
    payments(world, facts, &intents).await?;
    let sessions = checkout_session::Entity::find().count(&world.outside).await.unwrap();
    if sessions > u64::try_from(facts.buyers).unwrap() {
        return found("one session a key", format!("{sessions} of {} buyers", facts.buyers));
    }
    let stored: BTreeSet<String> = inbox_event::Entity::find()
        .all(&world.outside)
        .await
        .unwrap()
        .into_iter()
        .map(|event| event.event_id)
        .collect();
    match facts.acknowledged.iter().find(|id| !stored.contains(*id)) {
        Some(event) => found("what is acknowledged is on disk", event.clone()),
        None => Ok(()),
    }
}

/// Orders, verdicts and refunds beside what the provider has.
async fn payments(world: &World, facts: &Facts, intents: &[IntentView]) -> Result<(), Finding> {
    let by_id: BTreeMap<&str, &IntentView> =
        intents.iter().map(|intent| (intent.id.as_str(), intent)).collect();
    let orders = order::Entity::find().all(&world.outside).await.unwrap();
    let refunds = refund::Entity::find().all(&world.outside).await.unwrap();
    for order in &orders {
        let Some(id) = &order.intent_id else {
            if order.charged_minor != 0 {
                return found("no order without a payment", order.number.clone());
            }
            continue;
        };
        let Some(intent) = by_id.get(id.as_str()) else {
            return found("no order without a payment", order.number.clone());
        };
        let released = sum(&refunds, &intent.id, |refund| refund.reason == "released");
        let taken = match intent.status.as_str() {
            "requires_capture" => intent.amount_capturable,
            // What was authorized may have ended a moment ago.
            "canceled" => continue,
            // The rest is let go once it is known what was taken.
            _ if is_authorized(order) => intent.amount_received.max(order.charged_minor),
            _ => intent.amount_received + released,
        };
        if taken != order.charged_minor {
            return found("charged is what was taken", format!("{}: {taken}", order.charged_minor));
        }
    }
    let verdicts = verdict::Entity::find().all(&world.outside).await.unwrap();
    for verdict in verdicts.iter().filter(|verdict| verdict.outcome != verdict::VerdictOutcome::Honour) {
        if !facts.touched.contains(&verdict.intent_id) {
            return found("no refund without a cause from outside", verdict.reason.clone());
        }
        if orders.iter().any(|order| order.intent_id.as_ref() == Some(&verdict.intent_id)) {
            return found("one outcome a payment", verdict.intent_id.clone());
        }
    }
    for intent in intents {
        let ours =
            sum(&refunds, &intent.id, |refund| !matches!(refund.reason.as_str(), "released" | "provider"));
        let by_hand = facts.by_hand.get(&intent.id).copied().unwrap_or(0);
        // What was authorized and went astray is let go: its intent is canceled, and nothing was taken.
        let taken = if intent.amount_received == 0 { intent.amount } else { intent.amount_received };
        if intent.refunded > ours + by_hand || ours > taken {
            let detail = format!(
                "took {}, gave back {}, by us {ours}, by hand {by_hand}",
                intent.amount_received, intent.refunded
            );
            return found("refunds never exceed what was taken", detail);
        }
    }
    Ok(())
}

/// Whether what it took, as far as we know, is yet to be taken.
fn is_authorized(order: &order::Model) -> bool {
    order.payment_status == order::OrderPaymentStatus::Authorized
}

/// What some refunds of an intent come to; refused ones count for nothing.
fn sum(refunds: &[refund::Model], intent: &str, of: impl Fn(&refund::Model) -> bool) -> i64 {
    let counts = |refund: &&refund::Model| {
        refund.intent_id == intent && refund.status != refund::RefundStatus::Failed && of(refund)
    };
    refunds.iter().filter(counts).map(|refund| refund.amount_minor).sum()
}

/// What holds once nobody has anything left to do.
pub async fn at_rest(world: &World, facts: &Facts) -> Result<(), Finding> {
    always(world, facts, &mut Seen::default()).await?;
    audited(world, Span::from_ms(0)).await?;
    let orders = order::Entity::find().all(&world.outside).await.unwrap();
    let refunds = refund::Entity::find().all(&world.outside).await.unwrap();
    for intent in world.intents() {
        let booked = sum(&refunds, &intent.id, |refund| refund.reason != "released");
        let heard = !facts.unheard.contains(&intent.id) && intent.amount_received > 0;
        if heard && booked != intent.refunded {
            return found("what went back is booked", format!("{booked}: {intent:?}"));
        }
        let ordered = orders.iter().filter(|order| order.intent_id.as_ref() == Some(&intent.id));
        if heard && ordered.clone().any(is_authorized) {
            return found("what was taken is known", format!("{intent:?}"));
        }
        let ordered = ordered.count();
        let given_back = intent.amount_received > 0 && intent.refunded == intent.amount_received;
        let is_kept = intent.amount_received > 0 || intent.status == "requires_capture";
        if is_kept && ordered != 1 && !given_back {
            return found("a payment ends in an order or a refund", format!("{intent:?}"));
        }
        if intent.amount_received == 0 && !matches!(intent.status.as_str(), "canceled" | "requires_capture") {
            return found("nothing can be paid any more", format!("{intent:?}"));
        }
    }
    let held = hold::Entity::find().count(&world.outside).await.unwrap();
    if held > 0 {
        return found("nothing is held any more", held.to_string());
    }
    lying_about(world).await?;
    for (sku, shelf) in SHELF {
        let there = on_hand(world, sku).await;
        let sold = sold(world, sku).await;
        let moved = facts.moved.get(sku).copied().unwrap_or(0);
        if there + sold != shelf + moved {
            let detail = format!("{sku}: {there} there, {sold} sold, {shelf} and {moved} put there");
            return found("the last unit is sold once", detail);
        }
    }
    Ok(())
}

async fn lying_about(world: &World) -> Result<(), Finding> {
    let events = inbox_event::Entity::find()
        .filter(
            inbox_event::Column::Status
                .is_in([inbox_event::InboxStatus::Received, inbox_event::InboxStatus::Failed]),
        )
        .all(&world.outside)
        .await
        .unwrap();
    if let Some(event) = events.first() {
        return found("no event is left lying", format!("{event:?}"));
    }
    let effects = outbox_entry::Entity::find()
        .filter(outbox_entry::Column::DeliveredAt.is_null())
        .all(&world.outside)
        .await
        .unwrap();
    if let Some(effect) = effects.first() {
        return found("no effect is left lying", format!("{effect:?}"));
    }
    let attempts = payment_attempt::Entity::find()
        .filter(payment_attempt::Column::Operation.ne(payment_attempt::Operation::None))
        .all(&world.outside)
        .await
        .unwrap();
    match attempts.first() {
        Some(attempt) => found("no call is left open", format!("{attempt:?}")),
        None => Ok(()),
    }
}

async fn variant_of(world: &World, sku: &str) -> variant::Model {
    variant::Entity::find().filter(variant::Column::Sku.eq(sku)).one(&world.outside).await.unwrap().unwrap()
}

async fn on_hand(world: &World, sku: &str) -> i64 {
    let variant = variant_of(world, sku).await;
    let row = stock::Entity::find()
        .filter(stock::Column::VariantId.eq(variant.id))
        .one(&world.outside)
        .await
        .unwrap();
    row.unwrap().on_hand
}

/// Units of orders that did not come back. Those of a refund that the bank sent back later are on the shelf, though their
/// order counts them again.
async fn sold(world: &World, sku: &str) -> i64 {
    const STAYED: &str = "SELECT coalesce(sum(part.units), 0) FROM order_refund_part part \
        JOIN order_line line ON line.id = part.order_line_id \
        JOIN order_refund given ON given.id = part.order_refund_id AND given.restock AND given.status = 'failed' \
        JOIN refund sent ON sent.id = given.id AND sent.provider_id IS NOT NULL \
        WHERE line.sku = $1";
    let lines =
        order_line::Entity::find().filter(order_line::Column::Sku.eq(sku)).all(&world.outside).await.unwrap();
    let stayed = Statement::from_sql_and_values(DbBackend::Sqlite, STAYED, [sku.into()]);
    let stayed = world.outside.query_one_raw(stayed).await.unwrap().unwrap();
    let stayed: i64 = stayed.try_get_by_index(0).unwrap();
    lines.iter().map(|line| line.quantity - line.refunded_quantity).sum::<i64>() - stayed
}

/// Units on the shelf that nobody holds.
pub async fn free(world: &World, sku: &str) -> i64 {
    let variant = variant_of(world, sku).await;
    let held = hold::Entity::find()
        .filter(hold::Column::ResourceId.eq(variant.id))
        .all(&world.outside)
        .await
        .unwrap();
    on_hand(world, sku).await - held.iter().map(|hold| hold.quantity).sum::<i64>()
}

/// Intents that paid orders.
pub async fn paid(world: &World) -> Vec<String> {
    let orders = order::Entity::find().all(&world.outside).await.unwrap();
    orders.into_iter().filter_map(|order| order.intent_id).collect()
}

/// Orders, and what was charged for each.
pub async fn orders(world: &World) -> Vec<(OrderId, i64)> {
    let orders = order::Entity::find().all(&world.outside).await.unwrap();
    orders.into_iter().map(|order| (OrderId::from_uuid(order.id), order.charged_minor)).collect()
}

/// How everything ended, to see that histories come to all ends.
pub async fn ends(world: &World) -> Vec<(&'static str, u64)> {
    let number = |many: usize| u64::try_from(many).unwrap();
    let orders = order::Entity::find().all(&world.outside).await.unwrap();
    let verdicts = verdict::Entity::find().all(&world.outside).await.unwrap();
    let given_back = verdicts.iter().filter(|verdict| verdict.outcome == verdict::VerdictOutcome::Refund);
    let late = verdicts.iter().filter(|verdict| verdict.reason == "late");
    let sessions = checkout_session::Entity::find().all(&world.outside).await.unwrap();
    let ended = |word: &str| {
        number(
            sessions.iter().filter(|session| format!("{:?}", session.status).to_lowercase() == word).count(),
        )
    };
    let intents = world.intents();
    vec![
        ("orders", number(orders.len())),
        ("orders without a payment", number(orders.iter().filter(|order| order.intent_id.is_none()).count())),
        ("payments given back", number(given_back.count())),
        ("payments honoured late", number(late.count())),
        ("sessions completed", ended("completed")),
        ("sessions canceled", ended("canceled")),
        ("sessions expired", ended("expired")),
        ("intents canceled", number(intents.iter().filter(|intent| intent.status == "canceled").count())),
    ]
}
