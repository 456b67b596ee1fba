//! What became of a payment after its order: money that went back at the provider, and money that came back from the bank.
//!
//! **Invariant:** the provider's list of refunds is read again, so the order of its events does not matter. A refund that is
//! known by our id or by the provider's changes nothing; one that somebody made there by hand is booked once, for the card
//! alone; one that the bank sent back counts for nothing any more.

use super::{
    App, FlowError,
    capture::{by_nobody, not_taken},
    settle::{Settled, again, leave},
};
use crate::{
    domain::{
        instant::Timestamp,
        money::Minor,
        order::{Order, OrderPaymentStatus},
        refund::{Refund, RefundStatus},
        refundable::Left,
        tenant::Organization,
    },
    failpoint::Commit,
    payment::GivenBack,
    store::{
        StoreError, WriteTx,
        inbox::{self, Event, Outcome as Mark},
        order::{self, PaidBy},
        refund as rows,
        verdict::{self, BY_HAND},
    },
};

/// Whether an event of this type tells of money that went back.
pub(super) fn is_told_by(kind: &str) -> bool {
    kind == "charge.refunded" || kind == "charge.refund.updated" || kind.starts_with("refund.")
}

/// Takes over what the provider lists; the event is marked with it.
pub(super) async fn follow(
    app: &App,
    organization: &Organization,
    (event, intent): (&Event, &str),
    listed: &[GivenBack],
) -> Result<Settled, FlowError> {
    let now = app.now();
    let tx = app.store.write(organization.id).await?;
    let Some(id) = order::of_intent(&tx, intent).await? else {
        drop(tx);
        // The refund of a verdict is settled by whoever sends it.
        return leave(app, organization, event, Mark::Handled).await;
    };
    rows::lock_order(&tx, id).await?;
    let (Some(order), Some((charged, Some(paid_by)))) =
        (order::find(&tx, id).await?, rows::payment_of(&tx, id).await?)
    else {
        return Err(StoreError::Stale.into());
    };
    let early = order.payment_status == OrderPaymentStatus::Authorized;
    let mut waits = early.then_some("what it took is not settled yet");
    // Oldest first, as they happened.
    for one in listed.iter().rev() {
        let known = match one.ours {
            Some(ours) => Some(ours),
            None => verdict::knows_refund(&tx, &one.id).await?,
        };
        match (known, &one.failure) {
            (Some(refund), Some(why)) => {
                if undo(&tx, refund, why, now).await? == Undone::TooEarly {
                    waits = Some("a refund that failed is not known to be made yet");
                }
            }
            (None, None) if !early => book(&tx, (&order, charged, &paid_by), one, now).await?,
            (Some(_), None) | (None, None | Some(_)) => {}
        }
    }
    if let Some(why) = waits {
        drop(tx);
        return leave(app, organization, event, again(event, now, why.into())).await;
    }
    if inbox::mark(&tx, event.id, &Mark::Handled, now).await? {
        tx.commit_as(Commit::Aftermath).await?;
    }
    Ok(Settled::Handled)
}

/// Books what was given back by hand.
async fn book(
    tx: &WriteTx,
    (order, charged, paid_by): (&Order, Minor, &PaidBy),
    one: &GivenBack,
    now: Timestamp,
) -> Result<(), StoreError> {
    let before = rows::of_order(tx, order.id).await?;
    let left = |counts: fn(&Refund) -> bool| {
        let counting = before.iter().filter(|refund| counts(refund));
        Left::after(order, charged, counting.map(|refund| &refund.shares))
    };
    let amount = order.currency.from_wire(one.wire);
    let shares = amount.map(|amount| {
        let beside = left(|refund| refund.status != RefundStatus::Failed).off_the_card(amount);
        // One of ours that is still under way will be refused where this one took what it wanted.
        beside.or_else(|_| left(|refund| refund.status == RefundStatus::Succeeded).off_the_card(amount))
    });
    let Some(Ok(shares)) = shares else {
        tracing::error!(order.id = %order.id, refund = %one.id, "refund {} of order {} is more than is left of it", one.id, order.id);
        return Ok(());
    };
    let refund = not_taken(order, shares, false, now);
    rows::insert(tx, &refund, &by_nobody(&refund), (Some(paid_by), BY_HAND, App::new_id)).await?;
    verdict::settle_refund(tx, refund.id, Some(one.id.clone()), now).await?;
    rows::succeed(tx, refund.id, now).await?;
    tracing::warn!(order.id = %order.id, refund = %one.id, "refund {} of order {} was made at the provider", one.id, order.id);
    Ok(())
}

/// What became of a refund that came back.
#[derive(PartialEq, Eq)]
enum Undone {
    /// It is taken back, or was before, or cannot be.
    Done,
    /// Nobody has recorded yet that it was made.
    TooEarly,
}

/// Takes back what a refund did that the bank sent back.
async fn undo(
    tx: &WriteTx,
    id: crate::domain::ids::RefundId,
    why: &str,
    now: Timestamp,
) -> Result<Undone, StoreError> {
    let Some(refund) = rows::find(tx, id).await? else { return Ok(Undone::Done) };
    match refund.status {
        RefundStatus::Pending => return Ok(Undone::TooEarly),
        RefundStatus::Failed => return Ok(Undone::Done),
        RefundStatus::Succeeded => {}
    }
    if rows::undo(tx, &refund, why, now).await? {
        tracing::error!(refund.id = %id, "the bank sent refund {id} back: {why}");
    } else {
        tracing::error!(refund.id = %id, "the bank sent refund {id} back, and a gift certificate spent its share of it: {why}");
    }
    Ok(Undone::Done)
}
