//! Records what the provider answered about an intent.
//!
//! **Invariant:** each record is one transaction under the session's lock: attempt, bindings and holds move together. What
//! a session holds is brought to the maximum over the bindings that can still be paid, only after the answer is known.

use super::{App, FlowError, held::maximum};
use crate::{
    domain::{
        attempt::{Attempt, AttemptStatus},
        checkout::{Phase, Session},
        draft::Details,
        instant::{Span, Timestamp},
        tenant::Organization,
    },
    failpoint::{Commit, Point, reach},
    payment::{Account, GatewayError, Intent},
    store::{
        StoreError, WriteTx,
        attempt::{self, Found, Key},
        binding::{self, Fate},
        hold, idempotency,
        session::{self, Found as FoundSession, Key as SessionKey},
    },
};

/// For how long a provider surely knows a key (Stripe, "Idempotent requests": at least 24 hours), with an hour to spare.
const KEY_KEPT: Span = Span::from_hours(23);

/// The intent that a create of long ago has made, whose answer was lost: its key would make another one by now.
pub(super) async fn made_long_ago(
    app: &App,
    account: &Account,
    asked: &Attempt,
) -> Result<Option<Result<Intent, GatewayError>>, FlowError> {
    if !(asked.operation_at + KEY_KEPT).has_come(app.now()) {
        return Ok(None);
    }
    Ok(app.gateway()?.find_intent(account, asked.id).await.transpose())
}

/// Records the provider's answer to the operation under way, and says whether the intent is at the binding in force.
/// Whoever comes second finds it recorded.
pub(super) async fn record(
    app: &App,
    organization: &Organization,
    asked: &Attempt,
    answer: &Intent,
) -> Result<(Attempt, bool), FlowError> {
    let tx = app.store.write(organization.id).await?;
    let Some((stored, found)) = both(&tx, asked).await? else { return Ok((asked.clone(), false)) };
    let in_force =
        |attempt: &Attempt| stored.session.bound().is_some_and(|bound| bound.binding == attempt.binding);
    if !is_pending(&found, asked) {
        let in_force = in_force(&found.attempt);
        return Ok((found.attempt, in_force));
    }
    let mut attempt = found.attempt.clone();
    attempt.done(app.now());
    attempt.intent = Some(answer.id.clone());
    attempt.status = answer.status;
    attempt::save(&tx, &found, &attempt).await?;
    let in_force = in_force(&attempt);
    if in_force {
        binding::move_on(&tx, attempt.session, Some(attempt.binding), Fate::Released).await?;
        hold_again(&tx, &stored.session).await?;
    }
    tx.commit_as(Commit::IntentMoved).await?;
    Ok((attempt, in_force))
}

/// Records the first answer about a session's first intent, and that a browser is told of it: nothing is superseded by it,
/// so nothing but the attempt changes. `None` where somebody changed the attempt or the binding meanwhile.
pub(super) async fn record_created(
    app: &App,
    organization: &Organization,
    found: &Found,
    answer: &Intent,
) -> Result<Option<Attempt>, FlowError> {
    let mut attempt = found.attempt.clone();
    attempt.done(app.now());
    attempt.intent = Some(answer.id.clone());
    attempt.status = answer.status;
    attempt.handed_out_number = attempt.operation_number;
    reach(Point::Before(Commit::IntentCreated));
    let tx = app.store.write_once(organization.id).await?;
    let saved = attempt::save_created(&tx, found, &attempt).await?;
    tx.commit_as(Commit::IntentCreated).await?;
    Ok(saved.then_some(attempt))
}

async fn both(tx: &WriteTx, asked: &Attempt) -> Result<Option<(FoundSession, Found)>, StoreError> {
    let Some(stored) = session::find_locked(tx, SessionKey::Id(asked.session)).await? else {
        return Ok(None);
    };
    // The latest attempt was read with its session; an earlier one is seldom asked about.
    let latest = stored.attempt.clone().filter(|found| found.attempt.id == asked.id);
    let found = match latest {
        Some(found) => Some(found),
        None => attempt::find(tx, Key::Id(asked.id)).await?,
    };
    Ok(found.map(|found| (stored, found)))
}

/// Whether the operation that was asked for is still the one under way.
fn is_pending(found: &Found, asked: &Attempt) -> bool {
    found.attempt.operation.is_some() && found.attempt.operation_number == asked.operation_number
}

/// Brings what a session holds to what its payable bindings need.
async fn hold_again(tx: &WriteTx, session: &Session) -> Result<(), StoreError> {
    let payable = binding::payable(tx, session.id).await?;
    let until = session.bound().map_or(session.expires_at, |bound| bound.valid_until);
    hold::replace(tx, session.id, &maximum(payable.iter()), until, (session.secret_out, App::new_id)).await
}

/// Records that no payment of this attempt can come any more, unless somebody asked for something else meanwhile.
pub(super) async fn record_death(
    app: &App,
    organization: &Organization,
    asked: &Attempt,
) -> Result<(), FlowError> {
    let tx = app.store.write(organization.id).await?;
    let Some((stored, found)) = both(&tx, asked).await? else { return Ok(()) };
    let same =
        found.attempt.operation_number == asked.operation_number && found.attempt.intent == asked.intent;
    if !found.attempt.is_open() || !same {
        return Ok(());
    }
    let session = bury(&tx, stored.session.clone(), &found, app.now()).await?;
    session::save(&tx, &stored, &session).await?;
    Ok(tx.commit_as(Commit::IntentDead).await?)
}

/// Takes a dead attempt out of its session. The session is not yet saved.
pub(super) async fn bury(
    tx: &WriteTx,
    session: Session,
    found: &Found,
    now: Timestamp,
) -> Result<Session, StoreError> {
    let mut attempt = found.attempt.clone();
    attempt.operation = None;
    attempt.status = AttemptStatus::Canceled;
    attempt.updated_at = now;
    attempt::save(tx, found, &attempt).await?;
    disarm(tx, session, now).await
}

/// No client secret of the session can be paid any more: its superseded bindings are dropped, and what the binding in
/// force holds is held like before one was out. The session is not yet saved.
pub(super) async fn disarm(
    tx: &WriteTx,
    mut session: Session,
    now: Timestamp,
) -> Result<Session, StoreError> {
    session.secret_out = false;
    session.payable_until = None;
    if let Phase::Processing(bound) = session.phase {
        session.phase = Phase::Bound(bound);
    }
    session.updated_at = now;
    let kept = session.bound().map(|bound| bound.binding);
    binding::move_on(tx, session.id, kept, Fate::Released).await?;
    hold_again(tx, &session).await?;
    Ok(session)
}

/// Records that the operation under way came to nothing; bindings stay as they are.
pub(super) async fn record_no_operation(
    app: &App,
    organization: &Organization,
    asked: &Attempt,
) -> Result<(), FlowError> {
    let tx = app.store.write(organization.id).await?;
    let Some((_, found)) = both(&tx, asked).await? else { return Ok(()) };
    if !is_pending(&found, asked) {
        return Ok(());
    }
    let attempt = Attempt { operation: None, updated_at: app.now(), ..found.attempt.clone() };
    attempt::save(&tx, &found, &attempt).await?;
    Ok(tx.commit_as(Commit::IntentAlive).await?)
}

/// Records that the provider would not move the intent: the binding that it is at stands again with its content, the new
/// one is dropped, and so is what its idempotency key remembers.
pub(super) async fn record_refusal(
    app: &App,
    organization: &Organization,
    asked: &Attempt,
) -> Result<(), FlowError> {
    let now = app.now();
    let tx = app.store.write(organization.id).await?;
    let Some((stored, found)) = both(&tx, asked).await? else { return Ok(()) };
    if !is_pending(&found, asked) {
        return Ok(());
    }
    let attempt = Attempt { operation: None, updated_at: now, ..found.attempt.clone() };
    attempt::save(&tx, &found, &attempt).await?;
    let mut session = stored.session.clone();
    if let (Phase::Bound(refused), Some(old)) = (&session.phase, binding::find(&tx, attempt.binding).await?) {
        idempotency::forget(&tx, session.id, refused.revision).await?;
        binding::move_on(&tx, session.id, Some(attempt.binding), Fate::Released).await?;
        binding::reinstate(&tx, attempt.binding).await?;
        session.phase = Phase::Bound(old.bound);
        session.lines = old.snapshot.lines;
        session.details = Details { message: session.details.message.take(), ..old.snapshot.details };
        session.estimate.quote = old.snapshot.quote;
        session.estimate.findings.clear();
        session.revision += 1;
        session.updated_at = now;
        hold_again(&tx, &session).await?;
        session::save(&tx, &stored, &session).await?;
    }
    Ok(tx.commit_as(Commit::IntentStays).await?)
}
