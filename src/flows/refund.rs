//! Sends a refund that a verdict decided.
//!
//! **Invariant:** sent with a key from the refund's id, so a repeat after a crash or a time-out gives back once; marked
//! as delivered only after the provider answered yes or no.

use super::{App, FlowError, retrying};
use crate::{
    domain::{instant::Span, tenant::Organization},
    payment::GatewayError,
    store::{
        outbox::{self, Entry},
        verdict::{self, Refund},
    },
};

/// Delivers one effect of the outbox.
pub async fn deliver(app: &App, organization: &Organization, entry: uuid::Uuid) -> Result<(), FlowError> {
    let (entry, refund) = {
        let tx = app.store.read(organization.id).await?;
        let Some(entry) = outbox::find(&tx, entry).await? else { return Ok(()) };
        let refund = verdict::find_refund(&tx, entry.refund.uuid()).await?;
        (entry, refund)
    };
    let Some(refund) = refund.filter(|refund| refund.pending) else {
        return retrying!(finish(app, organization, &entry, None));
    };
    let Some(account) = app.account(organization.id).await? else {
        return later(app, organization, &entry).await;
    };
    let answer = app.gateway()?.refund(&account, &refund.id.to_string(), &refund.intent).await;
    match answer {
        Ok(provider_id) => {
            retrying!(finish(app, organization, &entry, Some((&refund, Some(provider_id.clone())))))
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

async fn later(app: &App, organization: &Organization, entry: &Entry) -> Result<(), FlowError> {
    let now = app.now();
    let pause = Span::from_ms((1_000_i64 << entry.tries.clamp(0, 8)).min(300_000));
    let tx = app.store.write(organization.id).await?;
    outbox::mark(&tx, entry.id, Some(now + pause), now).await?;
    Ok(tx.commit().await?)
}
