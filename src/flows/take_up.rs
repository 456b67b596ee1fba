//! One thing that is due, whoever takes it up: the worker on its timer, or somebody by hand.
//!
//! **Invariant:** each is a call of a flow that locks and looks again, so it may be taken up by many at once.

use super::{
    App, FlowError,
    due::{Due, Item},
    expire,
    merchant::Merchant,
    refund,
    settle::{self, Settled},
};

/// What was taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// An event, and what became of it.
    Event(Settled),
    /// A session whose time may have been over.
    Session,
    /// An effect.
    Effect,
    /// Nothing: its organization is not there.
    Nothing,
}

/// Takes it up.
pub async fn take_up(app: &App, item: &Item) -> Result<Taken, FlowError> {
    let Some(merchant) = app.merchant_by_id(item.organization).await? else { return Ok(Taken::Nothing) };
    match item.what {
        Due::Event(event) => {
            let settled = settle::settle_due(app, &merchant, event).await?;
            app.metrics.event(settled.word());
            Ok(Taken::Event(settled))
        }
        Due::Session(session) => expire::expire(app, &merchant, session).await.map(|()| Taken::Session),
        Due::Effect(entry) => refund::deliver(app, &merchant, entry).await.map(|()| Taken::Effect),
    }
}

/// Leaves it for later, where taking it up failed, so that it does not stand before the others.
pub async fn leave(app: &App, item: &Item, why: &FlowError) -> Result<(), FlowError> {
    let Some(Merchant { organization, .. }) = app.merchant_by_id(item.organization).await? else {
        return Ok(());
    };
    match item.what {
        Due::Event(event) => settle::postpone(app, &organization, event, why).await,
        Due::Session(session) => expire::postpone(app, &organization, session).await,
        Due::Effect(entry) => refund::postpone(app, &organization, entry).await,
    }
}
