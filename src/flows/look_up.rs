//! An intent looked up without being told: settled like a webhook, under an event of our own.
//!
//! **Invariant:** what is looked up is stored before the provider is asked, so it is finished by the worker where it was cut
//! off; however often one event is tried again, there is one event of our own for it.

use super::{
    App, FlowError,
    settle::{Settled, settle},
};
use crate::{
    domain::tenant::Organization,
    failpoint::{Commit, Point, reach},
    payment::Account,
    store::inbox::{self, Arrived, Event},
};

/// Type of the events that we make ourselves when we look an intent up.
pub const LOOK_UP: &str = "checkstand.looked_up";

/// Looks an intent up and settles it; says what became of that.
pub(super) async fn look_up(
    app: &App,
    organization: &Organization,
    account: Option<&Account>,
    intent: &str,
) -> Result<Settled, FlowError> {
    look_up_as(LOOK_UP, app, organization, account, intent).await
}

/// The same with a type of the event, which says what is looked for.
pub(super) async fn look_up_as(
    kind: &str,
    app: &App,
    organization: &Organization,
    account: Option<&Account>,
    intent: &str,
) -> Result<Settled, FlowError> {
    let own = stored(app, organization, (new_id(), kind, intent)).await?;
    // Boxed, as settling may look up again.
    Box::pin(settle(app, organization, account, &own)).await
}

/// The same for the sake of another event: once it is settled, it is not asked for again.
pub(super) async fn look_up_for(
    event: &Event,
    app: &App,
    organization: &Organization,
    account: &Account,
    intent: &str,
) -> Result<Settled, FlowError> {
    let id = format!("own_{}", event.id.simple());
    let own = stored(app, organization, (id, LOOK_UP, intent)).await?;
    if own.handled {
        return Ok(Settled::Handled);
    }
    Box::pin(settle(app, organization, Some(account), &own)).await
}

fn new_id() -> String {
    format!("own_{}", App::new_id().simple())
}

/// An event of our own, new or not; one that was set aside or given up is worked on again.
async fn stored(
    app: &App,
    organization: &Organization,
    (event_id, kind, intent): (String, &str, &str),
) -> Result<Event, FlowError> {
    let event_type = kind.to_owned();
    let arrived = Arrived { event_id, event_type, intent: Some(intent.to_owned()), payload: "{}".to_owned() };
    reach(Point::Before(Commit::LookUp));
    let tx = app.store.write_once(organization.id).await?;
    let mut own = inbox::store(&tx, App::new_id(), &arrived, app.now()).await?;
    if !own.waiting && !own.handled {
        inbox::reopen(&tx, own.id, app.now()).await?;
        (own.waiting, own.tries) = (true, 0);
    }
    tx.commit_as(Commit::LookUp).await?;
    Ok(own)
}
