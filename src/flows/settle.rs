//! From an event to an order, a refund, or a question for a person.
//!
//! **Invariant:** the intent is read again from the provider, so the order of events does not matter; the decision, its
//! effects and the event's mark commit together. An intent that is none of ours is somebody else's money: it is looked
//! for a while, then flagged, never touched.

use super::{App, FlowError, decide::decide, intent_record::bury, merchant::Merchant, retrying};
use crate::{
    domain::{
        attempt::{Attempt, AttemptStatus},
        checkout::{Note, Phase},
        instant::{Span, Timestamp},
        tenant::Organization,
    },
    payment::{Account, GatewayError, Intent, event::envelope},
    store::{
        StoreError, Tx, WriteTx,
        attempt::{self, Found as FoundAttempt, Key},
        binding::Binding,
        inbox::{self, Arrived, Event, Outcome as Mark},
        session::{self, Found as FoundSession, Key as SessionKey},
    },
};

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Acted on, now or before.
    Handled,
    /// Nothing to act on.
    Flagged,
    /// To be worked on again.
    Later,
}

/// How long an event of an unknown intent is looked at again: its attempt may not be visible yet.
const FOREIGN_AFTER: Span = Span::from_minutes(10);
/// Type of the events that we make ourselves when we look an intent up.
pub const LOOK_UP: &str = "checkstand.looked_up";

/// Whether an event of this type tells nothing that the intent itself would not: it is kept and not acted on.
pub(super) fn is_idle(kind: &str) -> bool {
    let of_intent = kind.starts_with("payment_intent.") || kind == LOOK_UP;
    !kind.is_empty() && (!of_intent || kind == "payment_intent.created")
}

/// Looks an intent up and settles it like a webhook, under an event of our own.
pub(super) async fn look_up(
    app: &App,
    organization: &Organization,
    account: Option<&Account>,
    intent: &str,
) -> Result<(), FlowError> {
    let now = app.now();
    let arrived = Arrived {
        event_id: format!("own_{}", App::new_id().simple()),
        event_type: LOOK_UP.to_owned(),
        intent: Some(intent.to_owned()),
        payload: "{}".to_owned(),
    };
    let tx = app.store.write_once(organization.id).await?;
    let event = inbox::store(&tx, App::new_id(), &arrived, now).await?;
    tx.commit().await?;
    // Boxed, as settling may look up again.
    Box::pin(settle(app, organization, account, &event)).await?;
    Ok(())
}

/// Acts on a stored event of a due item, once.
pub async fn settle_due(app: &App, merchant: &Merchant, id: uuid::Uuid) -> Result<Settled, FlowError> {
    let event = inbox::find(&app.store.read(merchant.organization.id), id).await?;
    match event.filter(|event| event.waiting) {
        Some(event) => settle(app, &merchant.organization, merchant.account.as_ref(), &event).await,
        None => Ok(Settled::Handled),
    }
}

/// Acts on a stored event, once.
pub(super) async fn settle(
    app: &App,
    organization: &Organization,
    account: Option<&Account>,
    event: &Event,
) -> Result<Settled, FlowError> {
    let known = about(&app.store.read(organization.id), event).await?;
    let now = app.now();
    let (Some(intent), Some(known)) = (&event.arrived.intent, known) else {
        return leave(app, organization, event, unclaimed(event, now)).await;
    };
    if is_idle(&event.arrived.event_type) {
        return leave(app, organization, event, Mark::Flagged("nothing to do for this type")).await;
    }
    let Some(account) = account else {
        return leave(app, organization, event, Mark::Again(again_at(event, now), "no account")).await;
    };
    match app.gateway()?.retrieve_intent(account, intent).await {
        Ok(read) => {
            retrying!(tries => act(app, organization, event, (&known, tries), (account, &read)))
        }
        Err(GatewayError::NotFound) => {
            leave(app, organization, event, Mark::Flagged("the provider does not know it")).await
        }
        Err(_) => {
            leave(app, organization, event, Mark::Again(again_at(event, now), "the provider did not answer"))
                .await
        }
    }
}

/// What an event is about: a session, its attempt, and the attempt's binding.
pub(super) struct About {
    pub(super) stored: FoundSession,
    pub(super) found: FoundAttempt,
    pub(super) binding: Option<Binding>,
}

/// By the event's intent, or by the attempt in the intent's metadata, as the event may be faster than our own record of
/// the intent.
async fn about(tx: &Tx, event: &Event) -> Result<Option<About>, StoreError> {
    let Some(intent) = &event.arrived.intent else { return Ok(None) };
    if let Some(about) = read(tx, Key::Intent(intent)).await? {
        return Ok(Some(about));
    }
    match envelope(event.arrived.payload.as_bytes()).attempt {
        Some(id) => read(tx, Key::Id(id)).await,
        None => Ok(None),
    }
}

async fn read(tx: &Tx, key: Key<'_>) -> Result<Option<About>, StoreError> {
    let Some((stored, binding)) = session::of_attempt(tx, key).await? else { return Ok(None) };
    let found = stored.attempt.clone();
    Ok(found.map(|found| About { stored, found, binding }))
}

/// The same once more, with the session locked first.
async fn read_locked(tx: &WriteTx, known: &About) -> Result<Option<About>, StoreError> {
    let id = known.stored.session.id;
    if session::find_locked(tx, SessionKey::Id(id)).await?.is_none() {
        return Ok(None);
    }
    read(tx, Key::Id(known.found.attempt.id)).await
}

fn unclaimed(event: &Event, now: Timestamp) -> Mark {
    match event.arrived.intent {
        None => Mark::Flagged("about no intent"),
        Some(_) if (event.received_at + FOREIGN_AFTER).has_come(now) => {
            Mark::Flagged("an intent of somebody else")
        }
        Some(_) => Mark::Again(again_at(event, now), "an intent that nobody here knows yet"),
    }
}

/// Doubling from one second to a minute.
fn again_at(event: &Event, now: Timestamp) -> Timestamp {
    now + Span::from_ms((1_000_i64 << event.tries.clamp(0, 6)).min(60_000))
}

async fn leave(
    app: &App,
    organization: &Organization,
    event: &Event,
    mark: Mark,
) -> Result<Settled, FlowError> {
    let settled = match mark {
        Mark::Handled => Settled::Handled,
        Mark::Flagged(why) => {
            let kind = &event.arrived.event_type;
            tracing::warn!(event.id = %event.arrived.event_id, event.kind = %kind, "flagged event {}: {why}", event.arrived.event_id);
            Settled::Flagged
        }
        Mark::Again(..) => Settled::Later,
    };
    let now = app.now();
    let tx = app.store.write_once(organization.id).await?;
    inbox::mark(&tx, event.id, &mark, now).await?;
    tx.commit().await?;
    if settled == Settled::Later {
        app.hurry();
    }
    Ok(settled)
}

/// Leaves an event that failed for later.
pub async fn postpone(app: &App, organization: &Organization, id: uuid::Uuid) -> Result<(), FlowError> {
    let event = {
        let tx = app.store.read(organization.id);
        inbox::find(&tx, id).await?.filter(|event| event.waiting)
    };
    let Some(event) = event else { return Ok(()) };
    let mark = Mark::Again(again_at(&event, app.now()), "failed");
    leave(app, organization, &event, mark).await.map(|_| ())
}

/// Acts on what was read before the provider was asked: the saves compare. Where somebody was faster, and where several
/// rows of the session change before its own, everything is read again under the session's lock.
async fn act(
    app: &App,
    organization: &Organization,
    event: &Event,
    (known, tries): (&About, u32),
    (account, read): (&Account, &Intent),
) -> Result<Settled, FlowError> {
    let now = app.now();
    let tx = app.store.write(organization.id).await?;
    let again;
    let about = if tries == 1 && read.status != AttemptStatus::Canceled {
        known
    } else {
        let Some(locked) = read_locked(&tx, known).await? else { return Ok(Settled::Later) };
        again = locked;
        &again
    };
    let About { stored, found, .. } = about;
    let mut to_send = false;
    match read.status {
        AttemptStatus::Succeeded | AttemptStatus::Authorized => {
            to_send = decide(&tx, about, (account, read), now).await?;
        }
        AttemptStatus::Canceled
            if found.attempt.status != AttemptStatus::Canceled && is_its_own(found, read) =>
        {
            let session = bury(&tx, stored.session.clone(), found, now).await?;
            session::save(&tx, stored, &session).await?;
        }
        AttemptStatus::Canceled
        | AttemptStatus::Creating
        | AttemptStatus::RequiresPaymentMethod
        | AttemptStatus::RequiresAction
        | AttemptStatus::Processing
        | AttemptStatus::Failed => follow(&tx, stored, found, read, now).await?,
    }
    // Whoever was faster with this very event has done all of it.
    if inbox::mark(&tx, event.id, &Mark::Handled, now).await? {
        tx.commit().await?;
        if to_send {
            app.hurry();
        }
    }
    Ok(Settled::Handled)
}

/// Whether an intent is the one that its attempt made, rather than a second one with the same metadata.
pub(super) fn is_its_own(found: &FoundAttempt, read: &Intent) -> bool {
    found.attempt.intent.as_ref().is_none_or(|own| *own == read.id)
}

/// Takes over what the provider says of a payment that is not decided yet.
async fn follow(
    tx: &WriteTx,
    stored: &FoundSession,
    found: &FoundAttempt,
    read: &Intent,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !is_its_own(found, read) || !found.attempt.is_open() {
        return Ok(());
    }
    let attempt = Attempt {
        status: read.status,
        failure: read.failure.clone(),
        intent: Some(read.id.clone()),
        updated_at: now,
        ..found.attempt.clone()
    };
    let mut session = stored.session.clone();
    session.phase = match (read.status, session.phase) {
        (AttemptStatus::Processing, Phase::Bound(bound)) => Phase::Processing(bound),
        (
            AttemptStatus::Failed | AttemptStatus::RequiresPaymentMethod | AttemptStatus::RequiresAction,
            Phase::Processing(bound),
        ) => Phase::Bound(bound),
        (_, phase) => phase,
    };
    if read.status == AttemptStatus::Failed && !session.notes.contains(&Note::PaymentDeclined) {
        session.notes.push(Note::PaymentDeclined);
    }
    if session != stored.session {
        session.updated_at = now;
        session::save(tx, stored, &session).await?;
    }
    attempt::save(tx, found, &attempt).await?;
    Ok(())
}
