//! Sends a refund that a verdict decided, or the card's share of one that a merchant makes.
//!
//! **Invariant:** sent with a key from the refund's id, so a repeat after a crash or a time-out gives back once; marked
//! as delivered only after the provider answered yes or no. A part that was perhaps sent before is looked for first, by
//! our id in its metadata: the provider forgets keys after a day, and would send a part of the money twice.

use super::{App, FlowError, capture, merchant::Merchant, retrying};
use crate::{
    domain::{attempt::AttemptStatus, instant::Span, tenant::Organization},
    failpoint::Commit,
    payment::{Account, GatewayError, RefundPart},
    store::{
        order,
        outbox::{self, Effect, Entry},
        refund as of_orders,
        verdict::{self, Refund},
    },
};

/// From when on a refund may have been sent by somebody who did not live to say so.
const SENT_BEFORE: Span = Span::from_minutes(1);

/// What the provider made of a refund.
enum Answer {
    /// It is on its way, under this id.
    Done(String),
    /// It was refused, for this.
    Refused(String),
}

/// Delivers one effect of the outbox.
pub async fn deliver(app: &App, merchant: &Merchant, entry: uuid::Uuid) -> Result<(), FlowError> {
    let organization = &merchant.organization;
    let (entry, refund) = {
        let tx = app.store.read(organization.id);
        let Some(entry) = outbox::find(&tx, entry).await? else { return Ok(()) };
        let id = match entry.effect {
            Effect::Refund(id) => id,
            Effect::Capture(order, amount) => {
                return capture::deliver(app, merchant, &entry, (order, amount)).await;
            }
        };
        let refund = verdict::find_refund(&tx, id.uuid()).await?;
        (entry, refund)
    };
    let Some(refund) = refund.filter(|refund| refund.pending) else {
        return retrying!(finish(app, organization, &entry, None));
    };
    let Some(account) = &merchant.account else {
        return later(app, organization, &entry).await;
    };
    let answer = match give_back(app, account, &entry, &refund).await? {
        Ok(provider_id) => Answer::Done(provider_id),
        // A repeat after the provider forgot the key: all of it was given back before.
        Err(GatewayError::Refused(failure))
            if failure.code == "charge_already_refunded" && refund.order.is_none() =>
        {
            Answer::Done(failure.code)
        }
        Err(GatewayError::Refused(failure)) => {
            tracing::error!(refund.id = %refund.id, code = %failure.code, "the provider refused refund {}", refund.id);
            Answer::Refused(failure.message)
        }
        // An order's payment was captured, so there is nothing to wait for.
        Err(GatewayError::Unchangeable) if refund.order.is_some() => {
            Answer::Refused("The payment cannot be refunded in its present state.".to_owned())
        }
        Err(
            GatewayError::Unknown
            | GatewayError::Busy
            | GatewayError::Unchangeable
            | GatewayError::NotFound
            | GatewayError::Misconfigured,
        ) => return later(app, organization, &entry).await,
    };
    retrying!(finish(app, organization, &entry, Some((&refund, &answer))))
}

/// Money that was taken is refunded; money that is only authorized is let go by canceling its intent.
async fn give_back(
    app: &App,
    account: &Account,
    entry: &Entry,
    refund: &Refund,
) -> Result<Result<String, GatewayError>, FlowError> {
    let gateway = app.gateway()?;
    let key = refund.id.to_string();
    if refund.order.is_some() && !refund.released {
        return part(app, account, entry, refund).await;
    }
    Ok(match gateway.retrieve_intent(account, &refund.intent).await {
        Err(error) => Err(error),
        Ok(intent) => match intent.status {
            AttemptStatus::Authorized => {
                gateway.cancel_intent(account, &key, &refund.intent).await.map(|intent| intent.id)
            }
            AttemptStatus::Canceled => Ok(intent.id),
            // Captured by hand meanwhile.
            AttemptStatus::Succeeded if refund.order.is_some() => {
                return part(app, account, entry, refund).await;
            }
            AttemptStatus::Creating
            | AttemptStatus::RequiresPaymentMethod
            | AttemptStatus::RequiresAction
            | AttemptStatus::Processing
            | AttemptStatus::Succeeded
            | AttemptStatus::Failed => gateway.refund(account, &key, &refund.intent, None).await,
        },
    })
}

/// A part of what an order's payment took.
async fn part(
    app: &App,
    account: &Account,
    entry: &Entry,
    refund: &Refund,
) -> Result<Result<String, GatewayError>, FlowError> {
    let gateway = app.gateway()?;
    let Ok(currency) = refund.currency.parse() else { return Ok(Err(GatewayError::Misconfigured)) };
    if entry.tries > 0 || (refund.created_at + SENT_BEFORE).has_come(app.now()) {
        match gateway.find_refund(account, &refund.intent, refund.id).await {
            Ok(None) => {}
            Ok(Some(found)) => return Ok(Ok(found)),
            Err(error) => return Ok(Err(error)),
        }
    }
    let part = RefundPart { id: refund.id, amount: refund.amount, currency };
    Ok(gateway.refund(account, &refund.id.to_string(), &refund.intent, Some(&part)).await)
}

async fn finish(
    app: &App,
    organization: &Organization,
    entry: &Entry,
    settled: Option<(&Refund, &Answer)>,
) -> Result<(), FlowError> {
    let now = app.now();
    let tx = app.store.write(organization.id).await?;
    if let Some((refund, answer)) = settled {
        let (provider_id, why) = match answer {
            Answer::Done(id) => (Some(id.clone()), ""),
            Answer::Refused(why) => (None, why.as_str()),
        };
        let done = provider_id.is_some();
        // Whoever was faster has done all that follows.
        if verdict::settle_refund(&tx, refund.id, provider_id, now).await? && refund.order.is_some() {
            if done {
                of_orders::succeed(&tx, refund.id, now).await?;
                if let Some(order) = refund.order.filter(|_| refund.released) {
                    // With nothing left for the card, nothing is left to capture.
                    order::captured(&tx, order, now).await?;
                    order::cancel(&tx, order, now).await?;
                }
            } else {
                of_orders::fail(&tx, refund.id, why, now).await?;
            }
        }
    }
    outbox::mark(&tx, entry.id, None, now).await?;
    Ok(tx.commit_as(Commit::RefundDone).await?)
}

/// Leaves an effect for later, the longer the more often it was tried.
pub(super) async fn later(app: &App, organization: &Organization, entry: &Entry) -> Result<(), FlowError> {
    let now = app.now();
    let pause = Span::from_ms((1_000_i64 << entry.tries.clamp(0, 8)).min(300_000));
    let tx = app.store.write(organization.id).await?;
    outbox::mark(&tx, entry.id, Some(now + pause), now).await?;
    Ok(tx.commit_as(Commit::RefundLater).await?)
}

/// Leaves an effect that failed for later.
pub async fn postpone(app: &App, organization: &Organization, entry: uuid::Uuid) -> Result<(), FlowError> {
    let entry = {
        let tx = app.store.read(organization.id);
        outbox::find(&tx, entry).await?
    };
    match entry {
        Some(entry) => later(app, organization, &entry).await,
        None => Ok(()),
    }
}
