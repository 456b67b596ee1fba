//! Makes the order of a binding.
//!
//! **Invariant:** order, lines, stock, uses of discounts, draws of gift certificates, the binding's end and the session's commit together, and the
//! unique keys of the order table admit one order a session and one an intent.

use super::{
    App, FlowError,
    held::{covers, needed},
};
use crate::{
    domain::{
        cart,
        checkout::Phase,
        ids::{OrderId, OrderLineId},
        instant::Timestamp,
        money::Minor,
        order::{self as domain, Order, OrderFulfillmentStatus, OrderLine, OrderPaymentStatus, OrderStatus},
    },
    store::{
        StoreError, WriteTx,
        binding::{self, Binding},
        discount, gift_certificate,
        hold::{self, Wanted},
        lock,
        order::{self, PaidBy},
        session::{self, Found},
    },
};

/// How an order was paid.
pub(super) struct Paid {
    /// By which payment; `None` where there was nothing to pay.
    pub(super) by: Option<PaidBy>,
    /// Where its money stands.
    pub(super) status: OrderPaymentStatus,
}

/// What became of an order.
pub(super) enum Placed {
    /// It is made, and the session completed.
    Order(OrderId),
    /// The goods, or the balance that pays for them, are no longer there, and none was made; the session's row was saved once more on the way.
    GoodsGone,
}

/// Makes the order and completes the session. The session comes first, as everywhere: whoever else is at it waits here.
pub(super) async fn place(
    tx: &WriteTx,
    found: &Found,
    binding: &Binding,
    paid: Paid,
    now: Timestamp,
) -> Result<Placed, FlowError> {
    let order = order_of(found, binding, paid.status, now)?;
    let mut session = found.session.clone();
    session.phase = Phase::Completed { order: order.id, binding: binding.bound.clone(), at: now };
    session.secret_out = false;
    session.notes.clear();
    session.updated_at = now;
    session::save(tx, found, &session).await?;
    let wanted = needed(&binding.snapshot);
    let held = hold::take_over(tx, found.session.id).await?;
    if !covers(&held, &wanted) || !hold::take_stock(tx, &wanted.stock, now).await? {
        return Ok(Placed::GoodsGone);
    }
    if !draw(tx, &wanted, now).await? {
        hold::give_back(tx, &wanted.stock).await?;
        return Ok(Placed::GoodsGone);
    }
    order::insert(tx, &order, (paid.by.as_ref(), &wanted.customer_key)).await?;
    let mut used: Vec<_> = binding.snapshot.quote.discounts.iter().map(|applied| applied.discount).collect();
    // A row that refers to a discount locks it, so in the order of ids, as everywhere.
    used.sort_unstable();
    discount::consume(tx, &used, order.id, &wanted.customer_key, (now, App::new_id)).await?;
    gift_certificate::record(tx, &wanted.certificates, order.id, (now, App::new_id)).await?;
    binding::consume(tx, found.session.id, binding.bound.binding).await?;
    Ok(Placed::Order(order.id))
}

/// Takes what gift certificates pay off their balances. Their rows come after those of discounts, as everywhere.
async fn draw(tx: &WriteTx, wanted: &Wanted, now: Timestamp) -> Result<bool, StoreError> {
    if !wanted.certificates.is_empty() && !wanted.discounts.is_empty() {
        lock::discounts(tx, &wanted.discounts).await?;
    }
    gift_certificate::take(tx, &wanted.certificates, now).await
}

fn order_of(
    found: &Found,
    binding: &Binding,
    status: OrderPaymentStatus,
    now: Timestamp,
) -> Result<Order, FlowError> {
    let mut random = [0_u8; 5];
    getrandom::fill(&mut random).map_err(|_| FlowError::NoChance)?;
    let snapshot = binding.snapshot.clone();
    let ships = cart::ships(&snapshot.lines);
    let lines = snapshot
        .lines
        .iter()
        .map(|line| {
            let quoted = snapshot.quote.lines.iter().find(|quoted| quoted.line == line.id);
            OrderLine {
                id: OrderLineId::from_uuid(App::new_id()),
                line: line.clone(),
                discount: quoted.map(crate::domain::quote::QuotedLine::discount).unwrap_or_default(),
                taxes: quoted.map(|quoted| quoted.taxes.clone()).unwrap_or_default(),
                refunded_quantity: 0,
            }
        })
        .collect();
    Ok(Order {
        id: OrderId::from_uuid(App::new_id()),
        number: domain::number(random),
        session: found.session.id,
        binding: binding.bound.binding,
        currency: binding.currency,
        status: OrderStatus::Open,
        payment_status: status,
        fulfillment_status: if ships {
            OrderFulfillmentStatus::Unfulfilled
        } else {
            OrderFulfillmentStatus::NotRequired
        },
        lines,
        refunded: Minor::ZERO,
        // The message may have changed after the bind: it is no part of the price.
        customer_message: found.session.details.message.clone(),
        snapshot,
        placed_at: now,
        canceled_at: None,
    })
}
