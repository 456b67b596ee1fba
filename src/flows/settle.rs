//! From an event to an order, a refund, or a question for a person.
//!
//! **Invariant:** the intent is read again from the provider, so the order of events does not matter; the decision, its
//! effects and the event's mark commit together. An intent that is none of ours is somebody else's money: it is looked
//! for a while, then flagged, never touched.

use super::{
    App, FlowError,
    held::{covers, needed},
    intent_record::bury,
    place::{Paid, place},
    retrying,
};
use crate::{
    domain::{
        attempt::{Attempt, AttemptStatus},
        checkout::{Note, Phase},
        ids::{AttemptId, RefundId, VerdictId},
        instant::{Span, Timestamp},
        order::OrderPaymentStatus,
        tenant::Organization,
        verdict::{Case, NamedBinding, Payment, Reason, Verdict, verdict},
    },
    payment::{Account, GatewayError, Intent, event::envelope},
    store::{
        StoreError, Tx, WriteTx,
        attempt::{self, Found as FoundAttempt, Key},
        binding::{self, Binding},
        hold,
        inbox::{self, Arrived, Event, Outcome as Mark},
        order::{self, PaidBy},
        outbox,
        session::{self, Found as FoundSession, Key as SessionKey},
        verdict::{self as verdicts, Decided, Outcome as Decision},
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

/// Looks an intent up and settles it like a webhook, under an event of our own.
pub(super) async fn look_up(app: &App, organization: &Organization, intent: &str) -> Result<(), FlowError> {
    let now = app.now();
    let arrived = Arrived {
        event_id: format!("own_{}", App::new_id().simple()),
        event_type: LOOK_UP.to_owned(),
        intent: Some(intent.to_owned()),
        payload: "{}".to_owned(),
    };
    let tx = app.store.write(organization.id).await?;
    let event = inbox::store(&tx, App::new_id(), &arrived, now).await?;
    tx.commit().await?;
    // Boxed, as settling may look up again.
    Box::pin(settle(app, organization, event.id)).await?;
    Ok(())
}

/// Acts on a stored event, once.
pub async fn settle(app: &App, organization: &Organization, id: uuid::Uuid) -> Result<Settled, FlowError> {
    let (event, attempt) = {
        let tx = app.store.read(organization.id).await?;
        let Some(event) = inbox::find(&tx, id).await?.filter(|event| event.waiting) else {
            return Ok(Settled::Handled);
        };
        let attempt = attempt_of(&tx, &event).await?;
        (event, attempt)
    };
    let now = app.now();
    let (Some(intent), Some(attempt)) = (&event.arrived.intent, attempt) else {
        return leave(app, organization, &event, unclaimed(&event, now)).await;
    };
    let of_intent =
        event.arrived.event_type.starts_with("payment_intent.") || event.arrived.event_type == LOOK_UP;
    if !of_intent {
        return leave(app, organization, &event, Mark::Flagged("nothing to do for this type")).await;
    }
    let Some(account) = app.account(organization.id).await? else {
        return leave(app, organization, &event, Mark::Again(again_at(&event, now), "no account")).await;
    };
    match app.gateway()?.retrieve_intent(&account, intent).await {
        Ok(read) => retrying!(act(app, organization, (&event, attempt.id), (&account, &read))),
        Err(GatewayError::NotFound) => {
            leave(app, organization, &event, Mark::Flagged("the provider does not know it")).await
        }
        Err(_) => {
            leave(
                app,
                organization,
                &event,
                Mark::Again(again_at(&event, now), "the provider did not answer"),
            )
            .await
        }
    }
}

/// The attempt that an event is about: by its intent, or by the attempt in the intent's metadata, as the event may be
/// faster than our own record of the intent.
async fn attempt_of(tx: &Tx, event: &Event) -> Result<Option<Attempt>, StoreError> {
    let Some(intent) = &event.arrived.intent else { return Ok(None) };
    if let Some(found) = attempt::find(tx, Key::Intent(intent)).await? {
        return Ok(Some(found.attempt));
    }
    match envelope(event.arrived.payload.as_bytes()).attempt {
        Some(id) => Ok(attempt::find(tx, Key::Id(id)).await?.map(|found| found.attempt)),
        None => Ok(None),
    }
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
    let tx = app.store.write(organization.id).await?;
    inbox::mark(&tx, event.id, &mark, now).await?;
    tx.commit().await?;
    Ok(settled)
}

/// Leaves an event that failed for later.
pub async fn postpone(app: &App, organization: &Organization, id: uuid::Uuid) -> Result<(), FlowError> {
    let event = {
        let tx = app.store.read(organization.id).await?;
        inbox::find(&tx, id).await?.filter(|event| event.waiting)
    };
    let Some(event) = event else { return Ok(()) };
    let mark = Mark::Again(again_at(&event, app.now()), "failed");
    leave(app, organization, &event, mark).await.map(|_| ())
}

async fn act(
    app: &App,
    organization: &Organization,
    (event, attempt): (&Event, AttemptId),
    (account, read): (&Account, &Intent),
) -> Result<Settled, FlowError> {
    let now = app.now();
    let tx = app.store.write(organization.id).await?;
    // The session's lock comes first, so its id is read before the event is claimed.
    let Some(known) = attempt::find(&tx, Key::Id(attempt)).await? else { return Ok(Settled::Later) };
    let Some(stored) = session::find_locked(&tx, SessionKey::Id(known.attempt.session)).await? else {
        return Ok(Settled::Later);
    };
    if !inbox::claim(&tx, event.id).await? {
        return Ok(Settled::Handled);
    }
    let Some(found) = attempt::find(&tx, Key::Id(attempt)).await? else { return Ok(Settled::Later) };
    match read.status {
        AttemptStatus::Succeeded | AttemptStatus::Authorized => {
            decide(&tx, (&stored, &found), (account, read), now).await?;
        }
        AttemptStatus::Canceled
            if found.attempt.status != AttemptStatus::Canceled && is_its_own(&found, read) =>
        {
            let session = bury(&tx, stored.session.clone(), &found, now).await?;
            session::save(&tx, &stored, &session).await?;
        }
        AttemptStatus::Canceled
        | AttemptStatus::Creating
        | AttemptStatus::RequiresPaymentMethod
        | AttemptStatus::RequiresAction
        | AttemptStatus::Processing
        | AttemptStatus::Failed => follow(&tx, &stored, &found, read, now).await?,
    }
    inbox::mark(&tx, event.id, &Mark::Handled, now).await?;
    tx.commit().await?;
    Ok(Settled::Handled)
}

/// Whether an intent is the one that its attempt made, rather than a second one with the same metadata.
fn is_its_own(found: &FoundAttempt, read: &Intent) -> bool {
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
    attempt::save(tx, found, &attempt).await?;
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
    Ok(())
}

/// Decides about money that was taken, and brings it about.
async fn decide(
    tx: &WriteTx,
    (stored, found): (&FoundSession, &FoundAttempt),
    (account, read): (&Account, &Intent),
    now: Timestamp,
) -> Result<(), FlowError> {
    let own = is_its_own(found, read);
    let attempt = Attempt {
        status: read.status,
        intent: Some(read.id.clone()),
        failure: None,
        operation: None,
        updated_at: now,
        ..found.attempt.clone()
    };
    let binding = match read.binding {
        Some(binding) => {
            binding::find(tx, binding).await?.filter(|binding| binding.session == stored.session.id)
        }
        None => None,
    };
    // The provider may have moved to another binding before we recorded that it did.
    let at = binding.as_ref().map(|binding| (binding.bound.binding, binding.bound.total));
    let (at_binding, amount) = at.unwrap_or((attempt.binding, attempt.amount));
    let attempt = Attempt { binding: at_binding, amount, ..attempt };
    if own {
        attempt::save(tx, found, &attempt).await?;
    }
    if verdicts::exists(tx, &read.id).await? {
        return Ok(());
    }
    let case = case(tx, stored, account, binding.as_ref(), now).await?;
    let mut decision = verdict(&payment(read), &case);
    let mut order = None;
    if let (Verdict::Honour(..), Some(binding)) = (decision, &binding) {
        let by = PaidBy { attempt: attempt.id, intent: read.id.clone() };
        let status = if read.status == AttemptStatus::Authorized {
            OrderPaymentStatus::Authorized
        } else {
            OrderPaymentStatus::Paid
        };
        order = place(tx, stored, binding, Paid { by: Some(by), status }, now).await?;
        if order.is_none() {
            decision = Verdict::Refund(Reason::StockGone);
        }
    }
    let (outcome, reason) = match (decision, order) {
        (Verdict::AlreadyHonoured, _) => return Ok(()),
        (Verdict::Honour(_, reason), Some(order)) => (Decision::Honour(order), reason),
        (Verdict::Honour(_, reason) | Verdict::HoldForReview(reason), _) => (Decision::Review, reason),
        (Verdict::Refund(reason), _) => (Decision::Refund, reason),
    };
    store_decision(tx, stored, (&attempt, read), (outcome, reason), now).await?;
    if own && !matches!(outcome, Decision::Honour(_)) { close(tx, stored, now).await } else { Ok(()) }
}

fn payment(read: &Intent) -> Payment {
    Payment {
        intent: read.id.clone(),
        binding: read.binding,
        amount: read.taken(),
        currency: read.known_currency(),
        live: read.live,
    }
}

async fn case(
    tx: &WriteTx,
    stored: &FoundSession,
    account: &Account,
    binding: Option<&Binding>,
    now: Timestamp,
) -> Result<Case, StoreError> {
    let named = match binding {
        None => None,
        Some(binding) => Some(NamedBinding {
            id: binding.bound.binding,
            total: binding.bound.total,
            currency: binding.currency,
            payable: binding.payable,
            late: binding.bound.valid_until.has_come(now),
            goods_held: covers(&hold::of_session(tx, stored.session.id).await?, &needed(&binding.snapshot)),
        }),
    };
    Ok(Case {
        live: account.live,
        ordered_by: order::paid_by(tx, stored.session.id).await?,
        binding: named,
        ended: matches!(stored.session.phase, Phase::Canceled { .. } | Phase::Expired { .. }),
    })
}

async fn store_decision(
    tx: &WriteTx,
    stored: &FoundSession,
    (attempt, read): (&Attempt, &Intent),
    (outcome, reason): (Decision, Reason),
    now: Timestamp,
) -> Result<(), FlowError> {
    let decided = Decided {
        id: VerdictId::from_uuid(App::new_id()),
        session: stored.session.id,
        attempt: attempt.id,
        intent: read.id.clone(),
        outcome,
        reason,
        amount: read.taken().map_or(read.taken_wire, crate::domain::money::Minor::raw),
        currency: read.currency.clone(),
    };
    verdicts::insert(tx, &decided, now).await?;
    let word = reason.word();
    match outcome {
        Decision::Honour(order) => {
            tracing::info!(order.id = %order, reason = word, "payment became order {order}");
            return Ok(());
        }
        Decision::Refund => {
            let refund = RefundId::from_uuid(App::new_id());
            verdicts::insert_refund(tx, refund, &decided, now).await?;
            outbox::send_refund(tx, App::new_id(), refund, now).await?;
        }
        Decision::Review => {}
    }
    tracing::warn!(verdict.id = %decided.id, reason = word, "payment did not become an order: {word}");
    Ok(())
}

/// A session whose payment went astray is no longer payable by it: its holds are let go, unless it has ended already.
async fn close(tx: &WriteTx, stored: &FoundSession, now: Timestamp) -> Result<(), FlowError> {
    if matches!(
        stored.session.phase,
        Phase::Completed { .. } | Phase::Canceled { .. } | Phase::Expired { .. }
    ) {
        return Ok(());
    }
    let session = super::cancel::end(tx, stored.session.clone(), Phase::Draft, now).await?;
    session::save(tx, stored, &session).await?;
    Ok(())
}
