//! Sends a refund that a verdict decided.
//!
//! **Invariant:** sent with a key from the refund's id, so a repeat after a crash or a time-out gives back once; marked
//! as delivered only after the provider answered yes or no.

use super::{App, FlowError, merchant::Merchant, retrying};
use crate::{
    domain::{attempt::AttemptStatus, instant::Span, tenant::Organization},
    payment::{Account, GatewayError},
    store::{
        outbox::{self, Entry},
        verdict::{self, Refund},
    },
};

/// Delivers one effect of the outbox.
pub async fn deliver(app: &App, merchant: &Merchant, entry: uuid::Uuid) -> Result<(), FlowError> {
    let organization = &merchant.organization;
    let (entry, refund) = {
        let tx = app.store.read(organization.id);
        let Some(entry) = outbox::find(&tx, entry).await? else { return Ok(()) };
        let refund = verdict::find_refund(&tx, entry.refund.uuid()).await?;
        (entry, refund)
    };
    let Some(refund) = refund.filter(|refund| refund.pending) else {
        return retrying!(finish(app, organization, &entry, None));
    };
    let Some(account) = &merchant.account else {
        return later(app, organization, &entry).await;
    };
    let answer = give_back(app, account, &refund).await?;
    match answer {
        Ok(provider_id) => {
            retrying!(finish(app, organization, &entry, Some((&refund, Some(provider_id.clone())))))
        }
        // A repeat after the provider forgot the key: it was given back before.
        Err(GatewayError::Refused(failure)) if failure.code == "charge_already_refunded" => {
            retrying!(finish(app, organization, &entry, Some((&refund, Some(failure.code.clone())))))
        }
        Err(GatewayError::Refused(failure)) => {
            tracing::error!(refund.id = %refund.id, code = %failure.code, "the provider refused refund {}", refund.id);
            retrying!(finish(app, organization, &entry, Some((&refund, None))))
        }
        Err(
            GatewayError::Unknown
            | GatewayError::Busy
            | GatewayError::Unchangeable
            | GatewayError::NotFound
            | GatewayError::Misconfigured,
        ) => later(app, organization, &entry).await,
    }
}

/// Money that was taken is refunded; money that is only authorized is let go by canceling its intent.
async fn give_back(
    app: &App,
    account: &Account,
    refund: &Refund,
) -> Result<Result<String, GatewayError>, FlowError> {
    let gateway = app.gateway()?;
    let key = refund.id.to_string();
    Ok(match gateway.retrieve_intent(account, &refund.intent).await {
        Err(error) => Err(error),
        Ok(intent) => match intent.status {
            AttemptStatus::Authorized => {
                gateway.cancel_intent(account, &key, &refund.intent).await.map(|intent| intent.id)
            }
            AttemptStatus::Canceled => Ok(intent.id),
            AttemptStatus::Creating
            | AttemptStatus::RequiresPaymentMethod
            | AttemptStatus::RequiresAction
            | AttemptStatus::Processing
            | AttemptStatus::Succeeded
            | AttemptStatus::Failed => gateway.refund(account, &key, &refund.intent).await,
        },
    })
}

async fn finish(
    app: &App,
    organization: &Organization,
    entry: &Entry,
    settled: Option<(&Refund, Option<String>)>,
) -> Result<(), FlowError> {
    let now = app.now();
    let tx = app.store.write(organization.id).await?;
    if let Some((refund, provider_id)) = settled {
        verdict::settle_refund(&tx, refund.id, provider_id, now).await?;
    }
    outbox::mark(&tx, entry.id, None, now).await?;
    Ok(tx.commit().await?)
}

/// Leaves an effect for later, the longer the more often it was tried.
async fn later(app: &App, organization: &Organization, entry: &Entry) -> Result<(), FlowError> {
    let now = app.now();
    let pause = Span::from_ms((1_000_i64 << entry.tries.clamp(0, 8)).min(300_000));
    let tx = app.store.write(organization.id).await?;
    outbox::mark(&tx, entry.id, Some(now + pause), now).await?;
    Ok(tx.commit().await?)
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
