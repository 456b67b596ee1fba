//! From an event to an order, a refund, or a question for a person.
//!
//! **Invariant:** the intent is read again from the provider, so the order of events does not matter; the decision, its
//! effects and the event's mark commit together. An intent that is none of ours is somebody else's money: it is looked
//! for a while, then flagged, never touched. What fails is tried again, ever more seldom, for three days, and then given up
//! aloud.

use std::borrow::Cow;

use super::{
    App, FlowError, aftermath, capture, decide::decide, intent_record::bury, look_up::LOOK_UP,
    merchant::Merchant, retrying,
};
use crate::{
    domain::{
        attempt::{Attempt, AttemptStatus},
        checkout::{Note, Phase},
        instant::{Span, Timestamp},
        tenant::Organization,
    },
    failpoint::{Commit, Point, reach},
    payment::{Account, GatewayError, Intent, event::envelope},
    store::{
        StoreError, Tx, WriteTx,
        attempt::{self, Found as FoundAttempt, Key},
        binding::Binding,
        inbox::{self, Event, Outcome as Mark},
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
    /// Tried as often as anything is, in vain.
    GivenUp,
}

impl Settled {
    /// One word, for monitors.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Handled => "handled",
            Self::Flagged => "flagged",
            Self::Later => "later",
            Self::GivenUp => "given_up",
        }
    }
}

/// How long an event of an unknown intent is looked at again: its attempt may not be visible yet.
const FOREIGN_AFTER: Span = Span::from_minutes(10);
/// The longest pause between two tries: so long at most after the provider is back an event waits.
const PAUSE_MAX: Span = Span::from_minutes(10);
/// How often an event is tried: with the pauses between them, for three days, as long as the provider sends it again.
/// Counted in tries, so that a server that stood still for days gives up nothing when it starts.
pub const TRIES_OF_EVENT_MAX: i64 = 440;

/// Whether an event of this type tells nothing that the intent itself would not: it is kept and not acted on.
pub(super) fn is_idle(kind: &str) -> bool {
    let of_intent = kind.starts_with("payment_intent.") || kind == LOOK_UP;
    !kind.is_empty() && (!(of_intent || aftermath::is_told_by(kind)) || kind == "payment_intent.created")
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
    if is_idle(&event.arrived.event_type) {
        return leave(app, organization, event, Mark::Flagged("nothing to do for this type")).await;
    }
    let known = about(&app.store.read(organization.id), event).await?;
    let now = app.now();
    let (Some(intent), Some(known)) = (&event.arrived.intent, known) else {
        return leave(app, organization, event, unclaimed(event, now)).await;
    };
    let Some(account) = account else {
        return leave(app, organization, event, again(event, now, NO_ACCOUNT.into())).await;
    };
    if aftermath::is_told_by(&event.arrived.event_type) {
        return aftermath::hear(app, organization, account, (event, intent.as_str())).await;
    }
    match app.gateway()?.retrieve_intent(account, intent).await {
        Ok(read) => {
            retrying!(tries => act(app, organization, event, (&known, tries), (account, &read)))
        }
        Err(GatewayError::NotFound) => {
            leave(app, organization, event, Mark::Flagged("the provider does not know it")).await
        }
        // Its words name no buyer and no key.
        Err(error) => leave(app, organization, event, again(event, now, error.to_string().into())).await,
    }
}

/// What an event is about: a session, its attempt, and the attempt's binding.
pub(super) struct About {
    pub(super) stored: FoundSession,
    pub(super) found: FoundAttempt,
    pub(super) binding: Option<Binding>,
}

/// What an event waits for whose organization cannot ask the provider.
const NO_ACCOUNT: &str = "no account with the provider, or its secrets are not at hand";

/// By the event's intent, or by the attempt in the intent's metadata, as the event may be faster than our own record of
/// the intent.
pub(super) async fn about(tx: &Tx, event: &Event) -> Result<Option<About>, StoreError> {
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
        Some(_) => {
            let at = (now + pause(event.tries)).min(event.received_at + FOREIGN_AFTER);
            Mark::Again(at, "an intent that nobody here knows yet".into())
        }
    }
}

/// Once more, unless it was tried as often as anything is.
pub(super) fn again(event: &Event, now: Timestamp, why: Cow<'static, str>) -> Mark {
    if event.tries + 1 >= TRIES_OF_EVENT_MAX {
        return Mark::GivenUp(why);
    }
    Mark::Again(now + pause(event.tries), why)
}

/// Doubling from one second.
fn pause(tries: i64) -> Span {
    Span::from_ms(1_000_i64 << tries.clamp(0, 10)).min(PAUSE_MAX)
}

pub(super) async fn leave(
    app: &App,
    organization: &Organization,
    event: &Event,
    mark: Mark,
) -> Result<Settled, FlowError> {
    let now = app.now();
    reach(Point::Before(Commit::SetAside));
    let tx = app.store.write_once(organization.id).await?;
    let marked = inbox::mark(&tx, event.id, &mark, now).await?;
    tx.commit_as(Commit::SetAside).await?;
    let (id, kind) = (&event.arrived.event_id, &event.arrived.event_type);
    Ok(match mark {
        Mark::Handled => Settled::Handled,
        Mark::Flagged(why) => {
            if marked {
                tracing::warn!(event.id = %id, event.kind = %kind, "flagged event {id}: {why}");
            }
            Settled::Flagged
        }
        Mark::Again(..) => {
            app.hurry();
            Settled::Later
        }
        Mark::GivenUp(why) => {
            // Whoever marks it says so, and so it is said once.
            if marked {
                let (slug, tries) = (&organization.slug, event.tries + 1);
                tracing::error!(organization.slug = %slug, event.id = %id, event.kind = %kind, tries, "gave up event {id} of {slug} after {tries} tries: {why}");
            }
            Settled::GivenUp
        }
    })
}

/// Leaves an event that failed for later.
pub async fn postpone(
    app: &App,
    organization: &Organization,
    id: uuid::Uuid,
    why: &FlowError,
) -> Result<(), FlowError> {
    let event = {
        let tx = app.store.read(organization.id);
        inbox::find(&tx, id).await?.filter(|event| event.waiting)
    };
    let Some(event) = event else { return Ok(()) };
    let mark = again(&event, app.now(), why.to_string().into());
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
        // An authorization that nobody captured in time, or that was let go.
        AttemptStatus::Canceled
            if found.attempt.status == AttemptStatus::Authorized && is_its_own(found, read) =>
        {
            let attempt =
                Attempt { status: AttemptStatus::Canceled, updated_at: now, ..found.attempt.clone() };
            attempt::save(&tx, found, &attempt).await?;
            capture::lapse(&tx, &read.id, now).await?;
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
        tx.commit_as(Commit::Settle).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_ten_minutes_and_all_tries_take_three_days() {
        let seconds = |tries| pause(tries).ms() / 1_000;
        assert_eq!([0, 1, 5, 9, 10, 439].map(seconds), [1, 2, 32, 512, 600, 600]);
        let all: i64 = (0..TRIES_OF_EVENT_MAX - 1).map(seconds).sum();
        let days = 24 * 3_600;
        assert!((3 * days - 3_600..3 * days + 3_600).contains(&all), "{all} seconds");
    }

    #[test]
    fn the_last_try_gives_up_and_none_before_it() {
        let arrived = inbox::Arrived {
            event_id: String::new(),
            event_type: String::new(),
            intent: None,
            payload: String::new(),
        };
        let (now, id) = (Timestamp::default(), uuid::Uuid::nil());
        let event = Event {
            id,
            arrived,
            waiting: true,
            handled: false,
            tries: TRIES_OF_EVENT_MAX - 2,
            received_at: now,
        };
        let later = now + PAUSE_MAX;
        assert_eq!(again(&event, now, "x".into()), Mark::Again(later, "x".into()));
        let last = Event { tries: event.tries + 1, ..event };
        assert_eq!(again(&last, now, "x".into()), Mark::GivenUp("x".into()));
    }
}
