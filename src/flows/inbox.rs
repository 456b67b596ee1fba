//! Stored provider events, for operators: listing, explaining and replaying them.
//!
//! **Invariant:** whoever asks sees one organization's events, and no client secret. A replay is the worker's own flow over
//! a stored event, so it decides about a payment no second time: one order or one refund, however often it is repeated.

use super::{
    App, FlowError,
    merchant::Merchant,
    settle::{about, settle_due},
};
pub use crate::store::{
    event::{Event, Status, UnknownStatus, Wanted},
    verdict::{Outcome, Told as Decision},
};
use crate::{
    domain::{
        attempt::AttemptStatus,
        ids::{AttemptId, EventId, OrganizationId, SessionId},
    },
    failpoint::{Commit, Point, reach},
    payment::event::without_secrets,
    store::{Store, StoreError, Tx, event as events, inbox, order, verdict},
};

/// An event, and what is known around it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The event.
    pub event: Event,
    /// Its body as stored, without secrets.
    pub body: String,
    /// The payment of ours that it is about.
    pub payment: Option<About>,
    /// What was decided about its intent, by this event or another one.
    pub decision: Option<Decision>,
    /// The number of the order that the payment became.
    pub order: Option<String>,
}

/// The payment that an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// An attempt and its session.
    Attempt(AttemptId, AttemptStatus, SessionId),
    /// Rows that make no sense, which may be why the event waits.
    Unreadable(String),
}

/// Events of an organization, newest first.
pub async fn list(
    store: &Store,
    of: OrganizationId,
    wanted: &Wanted,
    limit: u64,
) -> Result<Vec<Event>, StoreError> {
    events::list(&store.read(of), wanted, limit).await
}

/// Finds an event by its id or the provider's, with all that is known of it.
pub async fn show(store: &Store, of: OrganizationId, name: &str) -> Result<Option<Shown>, StoreError> {
    let tx = store.snapshot(of).await?;
    let Some(event) = events::find(&tx, name).await? else { return Ok(None) };
    let Some(stored) = inbox::find(&tx, event.id.uuid()).await? else { return Ok(None) };
    let payment = payment(&tx, &stored).await?;
    let decision = match &event.intent {
        Some(intent) => verdict::of_intent(&tx, intent).await?,
        None => None,
    };
    let order = match decision.as_ref().map(|decision| decision.outcome) {
        Some(Outcome::Honour(id)) => order::number_of(&tx, id).await?,
        Some(Outcome::Refund | Outcome::Review) | None => None,
    };
    // Without them already when it was stored; what was stored some other way is not printed either.
    let body = without_secrets(&stored.arrived.payload);
    Ok(Some(Shown { event, body, payment, decision, order }))
}

async fn payment(tx: &Tx, stored: &inbox::Event) -> Result<Option<About>, StoreError> {
    match about(tx, stored).await {
        Ok(known) => Ok(known.map(|known| {
            let attempt = &known.found.attempt;
            About::Attempt(attempt.id, attempt.status, known.stored.session.id)
        })),
        Err(error @ StoreError::Corrupt { .. }) => Ok(Some(About::Unreadable(error.to_string()))),
        Err(error) => Err(error),
    }
}

/// Acts on a stored event again, whatever became of it before; its tries begin anew. Where it must wait, the server goes
/// on with it.
pub async fn replay(app: &App, merchant: &Merchant, name: &str) -> Result<Option<EventId>, FlowError> {
    let of = merchant.organization.id;
    let Some(event) = events::find(&app.store.read(of), name).await? else { return Ok(None) };
    reach(Point::Before(Commit::Replay));
    let tx = app.store.write_once(of).await?;
    inbox::reopen(&tx, event.id.uuid(), app.now()).await?;
    tx.commit_as(Commit::Replay).await?;
    tracing::info!(event.id = %event.id, "event {} is worked on again by hand", event.id);
    settle_due(app, merchant, event.id.uuid()).await?;
    Ok(Some(event.id))
}
