//! What happens without a request: events to act on again, sessions that ran out, refunds to send.
//!
//! **Invariant:** each item is a call of a flow that locks and looks again, so every replica may run it, and running it
//! twice changes nothing more. One bad item does not stop the others.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Notify, task::JoinSet};

use crate::{
    domain::ids::OrganizationId,
    flows::{App, FlowError, due::Due, expire, merchant::Merchant, refund, settle},
};

/// How often it looks.
const PERIOD: Duration = Duration::from_secs(1);
/// How many items of each kind it takes up at once.
const BATCH: u64 = 50;

/// How many items are worked on at once: a provider that is slow for one must not hold up all.
const AT_ONCE: usize = 8;

/// Works until it is told to stop; what it is at is finished.
pub async fn run(app: App, stop: Arc<Notify>) {
    loop {
        tokio::select! {
            () = stop.notified() => return,
            () = tokio::time::sleep(PERIOD) => {}
        }
        if let Err(error) = once(&app).await {
            tracing::error!("the worker could not look for work: {error}");
        }
    }
}

/// Takes up everything that is due now; answers how many items there were.
pub async fn once(app: &App) -> Result<usize, FlowError> {
    let due = app.due(BATCH).await?;
    for some in due.chunks(AT_ONCE) {
        let mut items = JoinSet::new();
        for (organization, item) in some {
            let (app, organization, item) = (app.clone(), *organization, *item);
            items.spawn(async move { guarded(&app, organization, item).await });
        }
        while let Some(ended) = items.join_next().await {
            if ended.is_err() {
                tracing::error!("an item of the worker panicked");
            }
        }
    }
    Ok(due.len())
}

/// One item; one that fails is left for later, so that it does not stand before the others.
async fn guarded(app: &App, organization: OrganizationId, item: Due) {
    let Err(error) = take_up(app, organization, item).await else { return };
    tracing::error!(%organization, item = ?item, "an item of {organization} failed: {error}");
    if let Err(error) = leave(app, organization, item).await {
        tracing::error!(%organization, item = ?item, "an item of {organization} could not be left for later: {error}");
    }
}

async fn take_up(app: &App, organization: OrganizationId, item: Due) -> Result<(), FlowError> {
    let Some(merchant) = app.merchant_by_id(organization).await? else { return Ok(()) };
    match item {
        Due::Event(event) => settle::settle_due(app, &merchant, event).await.map(|_| ()),
        Due::Session(session) => expire::expire(app, &merchant, session).await,
        Due::Effect(entry) => refund::deliver(app, &merchant, entry).await,
    }
}

async fn leave(app: &App, organization: OrganizationId, item: Due) -> Result<(), FlowError> {
    let Some(Merchant { organization, .. }) = app.merchant_by_id(organization).await? else { return Ok(()) };
    match item {
        Due::Event(event) => settle::postpone(app, &organization, event).await,
        Due::Session(session) => expire::postpone(app, &organization, session).await,
        Due::Effect(entry) => refund::postpone(app, &organization, entry).await,
    }
}
