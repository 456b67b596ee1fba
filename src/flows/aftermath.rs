//! What became of a payment after its order: money that went back at the provider, money that came back from the bank, and
//! money that a card holder disputes (see `dispute`).
//!
//! **Invariant:** the provider's lists are read again, so the order of its events does not matter. A refund that is
//! known by our id or by the provider's changes nothing; one that somebody made there by hand is booked once, for the card
//! alone; one that the bank sent back counts for nothing any more. Where a dispute stands may change to and fro, so what is
//! listed of disputes counts only if nobody has saved the order since it was asked for.

use super::{
    App, FlowError,
    capture::{by_nobody, not_taken},
    dispute::{self, Taken},
    look_up::{look_up_as, look_up_for},
    retrying,
    settle::{Settled, again, leave},
};
use crate::{
    domain::{
        ids::RefundId,
        instant::Timestamp,
        money::Minor,
        order::{Order, OrderPaymentStatus},
        refund::{Refund, RefundStatus},
        refundable::Left,
        tenant::Organization,
    },
    failpoint::Commit,
    payment::{
        Account, GatewayError,
        aftermath::{Dispute, GivenBack},
    },
    store::{
        StoreError, WriteTx,
        inbox::{self, Event, Outcome as Mark},
        order::{self, PaidBy},
        refund as rows,
        verdict::{self, BY_HAND},
    },
};

/// Type of the events that we make ourselves when we look for what became of a payment.
pub const LOOK_AFTER: &str = "checkstand.looked_after";

/// Whether an event of this type tells of money that went back, or is disputed.
pub(super) fn is_told_by(kind: &str) -> bool {
    let of_refunds =
        kind == "charge.refunded" || kind == "charge.refund.updated" || kind.starts_with("refund.");
    of_refunds || tells_of_disputes(kind)
}

/// Whether disputes are to be listed, too: a loss takes what refunds have left, so refunds are listed beside them.
fn tells_of_disputes(kind: &str) -> bool {
    kind.starts_with("charge.dispute.") || kind == LOOK_AFTER
}

/// Looks for what became of a payment, under an event of our own.
pub(super) async fn look_after(
    app: &App,
    organization: &Organization,
    account: Option<&Account>,
    intent: &str,
) -> Result<Settled, FlowError> {
    look_up_as(LOOK_AFTER, app, organization, account, intent).await
}

/// What the provider lists of an intent.
struct Listed {
    refunds: Vec<GivenBack>,
    disputes: Option<Disputes>,
}

impl Listed {
    /// Whether anything became of the payment: an event said so, or a list does.
    fn tells(&self) -> bool {
        let looked = self.disputes.as_ref();
        looked.is_none_or(|disputes| !disputes.all.is_empty() || !self.refunds.is_empty())
    }
}

/// Its disputes, and which save of the order was the last one before they were asked for.
struct Disputes {
    all: Vec<Dispute>,
    asked_at: Option<i64>,
}

/// Acts on an event that tells of what became of an intent.
pub(super) async fn hear(
    app: &App,
    organization: &Organization,
    account: &Account,
    (event, intent): (&Event, &str),
) -> Result<Settled, FlowError> {
    // Whatever the payment itself came to is settled first: what went back may be heard of before what came.
    let settled = Box::pin(look_up_for(event, app, organization, account, intent)).await?;
    if settled != Settled::Handled {
        let why = "the payment itself is not settled yet".into();
        return leave(app, organization, event, again(event, app.now(), why)).await;
    }
    if tells_of_disputes(&event.arrived.event_type) {
        return retrying!(listed(app, organization, account, (event, intent)));
    }
    match app.gateway()?.refunds_of(account, intent).await {
        // What came back may be what a lost dispute took.
        Ok(refunds) if refunds.iter().any(|refund| refund.failure.is_some()) => {
            retrying!(listed(app, organization, account, (event, intent)))
        }
        Ok(refunds) => {
            let listed = Listed { refunds, disputes: None };
            retrying!(follow(app, organization, (event, intent), &listed))
        }
        Err(error) => unanswered(app, organization, event, &error).await,
    }
}

/// Lists refunds and disputes and takes them over; stale where somebody saved the order in between.
async fn listed(
    app: &App,
    organization: &Organization,
    account: &Account,
    (event, intent): (&Event, &str),
) -> Result<Settled, FlowError> {
    let asked_at = order::version(&app.store.read(organization.id), intent).await?;
    let all = match app.gateway()?.disputes_of(account, intent).await {
        Ok(all) => all,
        Err(error) => return unanswered(app, organization, event, &error).await,
    };
    let refunds = match app.gateway()?.refunds_of(account, intent).await {
        Ok(refunds) => refunds,
        Err(error) => return unanswered(app, organization, event, &error).await,
    };
    let listed = Listed { refunds, disputes: Some(Disputes { all, asked_at }) };
    follow(app, organization, (event, intent), &listed).await
}

async fn unanswered(
    app: &App,
    organization: &Organization,
    event: &Event,
    error: &GatewayError,
) -> Result<Settled, FlowError> {
    leave(app, organization, event, again(event, app.now(), error.to_string().into())).await
}

/// Takes over what the provider lists; the event is marked with it.
async fn follow(
    app: &App,
    organization: &Organization,
    (event, intent): (&Event, &str),
    listed: &Listed,
) -> Result<Settled, FlowError> {
    let now = app.now();
    let tx = app.store.write(organization.id).await?;
    let Some(id) = order::of_intent(&tx, intent).await? else {
        drop(tx);
        if listed.disputes.as_ref().is_some_and(|disputes| !disputes.all.is_empty()) {
            tracing::warn!(intent, "payment {intent}, which became no order, is disputed");
        }
        // The refund of a verdict is settled by whoever sends it.
        return leave(app, organization, event, Mark::Handled).await;
    };
    rows::lock_order(&tx, id).await?;
    let (Some(order), Some((charged, Some(paid_by)))) =
        (order::find(&tx, id).await?, rows::payment_of(&tx, id).await?)
    else {
        return Err(StoreError::Stale.into());
    };
    if let Some(disputes) = &listed.disputes
        && disputes.asked_at != order::version(&tx, intent).await?
    {
        return Err(StoreError::Stale.into());
    }
    let of = (&order, charged, &paid_by);
    let early = order.payment_status == OrderPaymentStatus::Authorized;
    let mut waits = (early && listed.tells()).then_some("what it took is not settled yet");
    if take_back(&tx, of, &listed.refunds, now).await? == Undone::TooEarly {
        waits = Some("a refund that failed is not known to be made yet");
    }
    if let Some(disputes) = listed.disputes.as_ref().filter(|_| waits.is_none())
        && dispute::take_over(&tx, of, &disputes.all, now).await? == Taken::TooEarly
    {
        waits = Some("a refund is under way that wants what a dispute took");
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

/// Takes over what refunds are listed of an order's payment.
async fn take_back(
    tx: &WriteTx,
    of: (&Order, Minor, &PaidBy),
    refunds: &[GivenBack],
    now: Timestamp,
) -> Result<Undone, StoreError> {
    let early = of.0.payment_status == OrderPaymentStatus::Authorized;
    let mut undone = Undone::Done;
    // Oldest first, as they happened.
    for one in refunds.iter().rev() {
        let known = known(tx, one).await?;
        match (known, &one.failure) {
            (Some(refund), Some(why)) => {
                if undo(tx, refund, why, now).await? == Undone::TooEarly {
                    undone = Undone::TooEarly;
                }
            }
            (None, None) if !early => book(tx, of, one, now).await?,
            (Some(_), None) | (None, None | Some(_)) => {}
        }
    }
    Ok(undone)
}

/// Our id of a refund. One that names an id of ours which we do not have is as good as made by hand: ours are written down
/// before they are sent, so the database went back behind it.
async fn known(tx: &WriteTx, one: &GivenBack) -> Result<Option<RefundId>, StoreError> {
    if let Some(ours) = one.ours
        && verdict::find_refund(tx, ours.uuid()).await?.is_some()
    {
        return Ok(Some(ours));
    }
    verdict::knows_refund(tx, &one.id).await
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
async fn undo(tx: &WriteTx, id: RefundId, why: &str, now: Timestamp) -> Result<Undone, StoreError> {
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
