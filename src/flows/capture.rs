//! Takes what was authorized for an order: all that is left of it, or less.
//!
//! **Invariant:** what is to be taken is decided under the lock of the order's row and written down before the provider is
//! asked, with a key of its own, so a repeat takes it once. What became of it is read from the provider again, by the way of
//! every other payment. What is given back before a capture is never taken: it is *released*, a refund that is done at once.
//! Once nothing is left to take, the intent is canceled and the order with it.

use super::{
    App, FlowError, give_back::left_of, look_up, merchant::Merchant, refund::later, retrying, token::sha256,
};
use crate::{
    domain::{
        ids::{OrderId, RefundId},
        instant::Timestamp,
        money::Minor,
        order::{Order, OrderFulfillmentStatus, OrderPaymentStatus},
        refund::{Refund, RefundStatus, Refusal, Shares},
        refundable::Left,
    },
    failpoint::Commit,
    payment::GatewayError,
    store::{
        StoreError, Tx, WriteTx,
        order::{self, PaidBy},
        outbox::{self, Entry},
        refund::{self as rows, Asked},
        verdict::{self, RELEASED},
    },
};

/// Why nothing is captured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// There is no such order in this organization.
    #[error("there is no such order")]
    NoSuchOrder,
    /// There is nothing authorized, or no longer.
    #[error("nothing is authorized for this order that could be captured")]
    NotAuthorized,
    /// The amount cannot be taken.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl CaptureError {
    /// As other answers call it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSuchOrder => "NOT_FOUND",
            Self::NotAuthorized => "INVALID_STATE",
            Self::Refused(refusal) => refusal.code(),
        }
    }
}

/// What a capture asked for, and where the order stands after it.
#[derive(Debug, Clone)]
pub struct Captured {
    /// How much.
    pub amount: Minor,
    /// The order. Still authorized: the provider has not answered, or refused; see `under_way`.
    pub order: Order,
    /// Whether the worker goes on.
    pub under_way: bool,
}

/// Captures, and asks the provider at once; what it does not answer is finished by the worker. Of less than what is left,
/// the rest is released, by the card alone. A repeat while a capture is under way goes on with that one.
pub async fn capture(
    app: &App,
    merchant: &Merchant,
    id: OrderId,
    wanted: Option<Minor>,
) -> Result<Result<Captured, CaptureError>, FlowError> {
    let of = merchant.organization.id;
    let (entry, amount) = match retrying!(store(app, merchant, id, wanted))? {
        Ok(stored) => stored,
        Err(why) => return Ok(Err(why)),
    };
    if let Err(error) = super::refund::deliver(app, merchant, entry).await {
        tracing::warn!(order.id = %id, "the capture of order {id} could not be sent now: {error}");
    }
    app.hurry();
    let tx = app.store.read(of);
    let Some(order) = order::find(&tx, id).await? else { return Ok(Err(CaptureError::NoSuchOrder)) };
    let under_way = outbox::find(&tx, entry).await?.is_some();
    Ok(Ok(Captured { amount, order, under_way }))
}

async fn store(
    app: &App,
    merchant: &Merchant,
    id: OrderId,
    wanted: Option<Minor>,
) -> Result<Result<(uuid::Uuid, Minor), CaptureError>, FlowError> {
    let now = app.now();
    let tx = app.store.write(merchant.organization.id).await?;
    if !rows::lock_order(&tx, id).await? {
        return Ok(Err(CaptureError::NoSuchOrder));
    }
    let Some((order, left, _)) = read(&tx, id).await? else {
        return Ok(Err(CaptureError::NoSuchOrder));
    };
    if order.payment_status != OrderPaymentStatus::Authorized {
        return Ok(Err(CaptureError::NotAuthorized));
    }
    if let Some(Entry { id, effect: outbox::Effect::Capture(_, amount), .. }) =
        outbox::capture_of(&tx, id).await?
    {
        return Ok(Ok((id, amount)));
    }
    let left = match left {
        Ok(left) if !left.card().is_zero() => left,
        // All of it is on its way to be let go.
        Ok(_) => return Ok(Err(CaptureError::NotAuthorized)),
        Err(why) => return Ok(Err(why.into())),
    };
    let amount = wanted.unwrap_or_else(|| left.card());
    if amount <= Minor::ZERO {
        return Ok(Err(Refusal::NotPositive.into()));
    }
    // The rest is let go once the amount is taken, as a provider may refuse to take it.
    if amount != left.card() {
        if amount > left.card() {
            return Ok(Err(Refusal::TooMuch(left.card(), order.currency).into()));
        }
        if let Err(why) = left.off_the_card(left.card() - amount) {
            return Ok(Err(why.into()));
        }
    }
    let entry = App::new_id();
    outbox::send_capture(&tx, entry, (id, amount), now).await?;
    tx.commit_as(Commit::Capture).await?;
    Ok(Ok((entry, amount)))
}

/// An order, what is left of it, and who paid.
type Read = (Order, Result<Left, Refusal>, Option<PaidBy>);

async fn read(tx: &Tx, id: OrderId) -> Result<Option<Read>, StoreError> {
    let (Some(order), Some((charged, paid_by))) =
        (order::find(tx, id).await?, rows::payment_of(tx, id).await?)
    else {
        return Ok(None);
    };
    let left = left_of(&order, charged, &rows::of_order(tx, id).await?);
    Ok(Some((order, left, paid_by)))
}

/// A refund that no merchant asked for.
pub(super) fn not_taken(order: &Order, shares: Shares, restock: bool, now: Timestamp) -> Refund {
    Refund {
        id: RefundId::from_uuid(App::new_id()),
        order: order.id,
        currency: order.currency,
        status: RefundStatus::Pending,
        reason: None,
        failure: None,
        restock,
        shares,
        created_at: now,
    }
}

pub(super) fn by_nobody(refund: &Refund) -> Asked {
    Asked { key: None, fingerprint: sha256(refund.id.to_string().as_bytes()) }
}

/// Stores money that is never taken, as a refund that is done: nobody needs to be asked.
pub(super) async fn release(
    tx: &WriteTx,
    (order, paid_by): (&Order, Option<&PaidBy>),
    refund: &Refund,
    asked: &Asked,
    now: Timestamp,
) -> Result<(), StoreError> {
    if refund.restock {
        rows::lock_goods(tx, order, &refund.shares, now).await?;
    }
    rows::insert(tx, refund, asked, (paid_by, RELEASED, App::new_id)).await?;
    let intent = paid_by.map(|by| by.intent.clone()).unwrap_or_default();
    verdict::settle_refund(tx, refund.id, Some(intent), now).await?;
    rows::succeed(tx, refund.id, now).await
}

/// Asks the provider for a capture that was written down.
pub(super) async fn deliver(
    app: &App,
    merchant: &Merchant,
    entry: &Entry,
    (id, amount): (OrderId, Minor),
) -> Result<(), FlowError> {
    let organization = &merchant.organization;
    let found = {
        let tx = app.store.read(organization.id);
        order::find(&tx, id).await?.zip(rows::payment_of(&tx, id).await?.and_then(|(_, by)| by))
    };
    let (Some((order, paid_by)), Some(account)) = (found, &merchant.account) else {
        return later(app, organization, entry).await;
    };
    if order.payment_status == OrderPaymentStatus::Authorized {
        if entry.tries > 0 {
            // A provider may repeat a fault that it stored under a key. An intent is captured once, so a new key for an
            // intent that is still authorized takes nothing twice.
            look_up::look_up(app, organization, Some(account), &paid_by.intent).await?;
        }
        let key = format!("{}-{}", entry.id, entry.tries);
        let asked = (amount, order.currency);
        match app.gateway()?.capture_intent(account, &key, &paid_by.intent, asked).await {
            Ok(_) | Err(GatewayError::Unchangeable) => {}
            Err(GatewayError::Refused(failure)) => {
                tracing::error!(order.id = %id, code = %failure.code, "the provider refused to capture order {id}");
                let tx = app.store.write(organization.id).await?;
                outbox::withdraw(&tx, entry.id).await?;
                return Ok(tx.commit_as(Commit::CaptureRefused).await?);
            }
            Err(
                GatewayError::Unknown
                | GatewayError::Busy
                | GatewayError::NotFound
                | GatewayError::Misconfigured,
            ) => return later(app, organization, entry).await,
        }
        look_up::look_up(app, organization, Some(account), &paid_by.intent).await?;
    }
    retrying!(finish(app, merchant, entry, id))
}

/// Marks a capture as done once the order says so.
async fn finish(app: &App, merchant: &Merchant, entry: &Entry, id: OrderId) -> Result<(), FlowError> {
    let tx = app.store.write(merchant.organization.id).await?;
    let order = order::find(&tx, id).await?;
    if order.is_some_and(|order| order.payment_status == OrderPaymentStatus::Authorized) {
        drop(tx);
        return later(app, &merchant.organization, entry).await;
    }
    outbox::mark(&tx, entry.id, None, app.now()).await?;
    Ok(tx.commit_as(Commit::CaptureDone).await?)
}

/// What was authorized by an intent is taken, by us or by hand. Where it is less than what is left, the rest is let go.
pub(super) async fn taken(
    tx: &WriteTx,
    intent: &str,
    amount: Minor,
    now: Timestamp,
) -> Result<(), FlowError> {
    let Some((order, left, paid_by)) = authorized(tx, intent).await? else { return Ok(()) };
    let Ok(left) = left else { return Ok(()) };
    if amount < left.card() {
        if let Ok(shares) = left.off_the_card(left.card() - amount) {
            let rest = not_taken(&order, shares, false, now);
            release(tx, (&order, paid_by.as_ref()), &rest, &by_nobody(&rest), now).await?;
        }
    } else if amount > left.card() {
        tracing::error!(order.id = %order.id, "more was captured of order {} than was left to capture", order.id);
    }
    Ok(order::captured(tx, order.id, now).await?)
}

/// An authorization ended before anything was captured: nobody pays for the order any more. What was not sent goes back to
/// stock, and gift certificates get back what they gave.
pub(super) async fn lapse(tx: &WriteTx, intent: &str, now: Timestamp) -> Result<(), FlowError> {
    let Some((order, Ok(left), paid_by)) = authorized(tx, intent).await? else { return Ok(()) };
    // Nothing is left where the merchant lets it go: whoever sends that finishes it.
    if let Ok(shares) = left.shares(&crate::domain::refund::Target::Remaining) {
        let restock = order.fulfillment_status == OrderFulfillmentStatus::Unfulfilled;
        let rest = not_taken(&order, shares, restock, now);
        release(tx, (&order, paid_by.as_ref()), &rest, &by_nobody(&rest), now).await?;
        order::cancel(tx, order.id, now).await?;
        tracing::warn!(order.id = %order.id, "the authorization of order {} ended before it was captured", order.id);
    }
    Ok(())
}

/// The order of an intent, locked, where its money is only authorized.
async fn authorized(tx: &WriteTx, intent: &str) -> Result<Option<Read>, StoreError> {
    let Some(id) = order::of_intent(tx, intent).await? else { return Ok(None) };
    rows::lock_order(tx, id).await?;
    let read = read(tx, id).await?;
    Ok(read.filter(|(order, ..)| order.payment_status == OrderPaymentStatus::Authorized))
}
