//! What happens without a request: events to act on again, sessions that ran out, refunds to send.
//!
//! It sleeps until the next item is due or something new is, and while there is nothing asks once in ten seconds for what
//! other replicas left behind.
//!
//! **Invariant:** each item is a call of a flow that locks and looks again, so every replica may run it, and running it
//! twice changes nothing more. One bad item does not stop the others.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use tokio::{sync::Notify, task::JoinSet};

use crate::{
    domain::instant::Span,
    flows::{
        App, FlowError,
        due::Item,
        take_up::{leave, take_up},
    },
};

/// How far ahead it looks, and so how seldom it asks the database while there is nothing to do.
const AHEAD: Span = Span::from_ms(10_000);
/// How soon it asks again after the database did not answer.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// How many items of each kind it takes up at once.
const BATCH: u64 = 50;
/// How many items are worked on at once: a provider that is slow for one must not hold up all.
const AT_ONCE: usize = 8;

/// Works until it is told to stop; what it is at is finished.
pub async fn run(app: App, stop: Arc<Notify>) {
    loop {
        let pause = match round(&app).await {
            Ok(Round { worked: true, .. }) => Duration::ZERO,
            Ok(Round { next, .. }) => next,
            Err(error) => {
                tracing::error!("the worker could not look for work: {error}");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = stop.notified() => return,
            () = app.hurried() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// One look.
struct Round {
    /// Whether anything was due.
    worked: bool,
    /// How long until the next is.
    next: Duration,
}

async fn round(app: &App) -> Result<Round, FlowError> {
    let all = app.due(AHEAD, BATCH).await?;
    let now = app.now();
    let (due, later): (Vec<Item>, Vec<Item>) = all.into_iter().partition(|item| item.at.has_come(now));
    let next = later.first().map_or(AHEAD.ms(), |item| item.at.ms() - now.ms());
    take_all_up(app, &due).await;
    Ok(Round { worked: !due.is_empty(), next: Duration::from_millis(u64::try_from(next).unwrap_or(0)) })
}

/// Takes up everything that is due now; answers how many items there were.
pub async fn once(app: &App) -> Result<usize, FlowError> {
    let due = app.due(Span::from_ms(0), BATCH).await?;
    take_all_up(app, &due).await;
    Ok(due.len())
}

async fn take_all_up(app: &App, due: &[Item]) {
    for some in due.chunks(AT_ONCE) {
        let mut items = JoinSet::new();
        for item in some {
            let (app, item) = (app.clone(), *item);
            items.spawn(async move { one(&app, item).await });
        }
        while items.join_next().await.is_some() {}
    }
}

/// Takes up one item; one that fails, be it by a panic, is left for later, so that it does not stand before the others.
pub async fn one(app: &App, item: Item) {
    // What a panic leaves behind is dropped: a transaction is rolled back, and nothing else is shared.
    let taken = AssertUnwindSafe(take_up(app, &item)).catch_unwind().await;
    let Err(error) = taken.unwrap_or(Err(FlowError::Panicked)) else { return };
    app.metrics.failed();
    let Item { organization, what, .. } = item;
    tracing::error!(%organization, item = ?what, "an item of {organization} failed: {error}");
    if let Err(error) = leave(app, &item, &error).await {
        tracing::error!(%organization, item = ?what, "an item of {organization} could not be left for later: {error}");
    }
}
