//! Records what the provider answered about an intent.
//!
//! **Invariant:** each record is one transaction under the session's lock: attempt, bindings and holds move together. What
//! a session holds is brought to the maximum over the bindings that can still be paid, only after the answer is known.

use super::{App, FlowError, held::maximum};
use crate::{
    domain::{
        attempt::{Attempt, AttemptStatus},
        checkout::{Phase, Session},
        ids::{AttemptId, SessionId},
        instant::Timestamp,
        tenant::Organization,
    },
    payment::Intent,
    store::{
        StoreError, WriteTx,
        attempt::{self, Found, Key},
        binding::{self, Fate},
        hold,
        session::{self, Key as SessionKey},
    },
};

/// Records the provider's answer to the operation under way. Whoever comes second finds it recorded.
pub(super) async fn record(
    app: &App,
    organization: &Organization,
    asked: &Attempt,
    answer: &Intent,
) -> Result<Attempt, FlowError> {
    let now = app.now();
    let tx = app.store.write(organization.id).await?;
    let stored = session::find_locked(&tx, SessionKey::Id(asked.session)).await?;
    let found = attempt::find(&tx, Key::Id(asked.id)).await?;
    let (Some(stored), Some(found)) = (stored, found) else { return Ok(asked.clone()) };
    let pending =
        found.attempt.operation.is_some() && found.attempt.operation_number == asked.operation_number;
    if !pending {
        return Ok(found.attempt);
    }
    let mut attempt = found.attempt.clone();
    attempt.done(now);
    attempt.intent = Some(answer.id.clone());
    attempt.status = answer.status;
    attempt::save(&tx, &found, &attempt).await?;
    if stored.session.bound().is_some_and(|bound| bound.binding == attempt.binding) {
        binding::move_on(&tx, attempt.session, Some(attempt.binding), Fate::Released).await?;
        hold_again(&tx, &stored.session).await?;
    }
    tx.commit().await?;
    Ok(attempt)
}

/// Brings what a session holds to what its payable bindings need.
async fn hold_again(tx: &WriteTx, session: &Session) -> Result<(), StoreError> {
    let payable = binding::payable(tx, session.id).await?;
    let until = session.bound().map_or(session.expires_at, |bound| bound.valid_until);
    hold::replace(tx, session.id, &maximum(payable.iter()), until, (session.secret_out, App::new_id)).await
}

/// Records that no payment of this attempt can come any more.
pub(super) async fn record_death(
    app: &App,
    organization: &Organization,
    id: SessionId,
    dead: AttemptId,
) -> Result<(), FlowError> {
    let now = app.now();
    let tx = app.store.write(organization.id).await?;
    let stored = session::find_locked(&tx, SessionKey::Id(id)).await?;
    let found = attempt::find(&tx, Key::Id(dead)).await?;
    let (Some(stored), Some(found)) = (stored, found) else { return Ok(()) };
    let session = bury(&tx, stored.session.clone(), &found, now).await?;
    session::save(&tx, &stored, &session).await?;
    Ok(tx.commit().await?)
}

/// Takes a dead attempt out of its session: its superseded bindings are dropped, and what the binding in force holds is
/// held like before a client secret was out. The session is not yet saved.
pub(super) async fn bury(
    tx: &WriteTx,
    mut session: Session,
    found: &Found,
    now: Timestamp,
) -> Result<Session, StoreError> {
    let mut attempt = found.attempt.clone();
    attempt.operation = None;
    attempt.status = AttemptStatus::Canceled;
    attempt.updated_at = now;
    attempt::save(tx, found, &attempt).await?;
    session.secret_out = false;
    if let Phase::Processing(bound) = session.phase {
        session.phase = Phase::Bound(bound);
    }
    session.updated_at = now;
    let kept = session.bound().map(|bound| bound.binding);
    binding::move_on(tx, session.id, kept, Fate::Released).await?;
    hold_again(tx, &session).await?;
    Ok(session)
}

/// Records that the provider would not move the intent: the binding that it is at stands again, the new one is dropped.
pub(super) async fn record_refusal(
    app: &App,
    organization: &Organization,
    asked: &Attempt,
) -> Result<(), FlowError> {
    let now = app.now();
    let tx = app.store.write(organization.id).await?;
    let stored = session::find_locked(&tx, SessionKey::Id(asked.session)).await?;
    let found = attempt::find(&tx, Key::Id(asked.id)).await?;
    let (Some(stored), Some(found)) = (stored, found) else { return Ok(()) };
    if found.attempt.operation_number != asked.operation_number || found.attempt.operation.is_none() {
        return Ok(());
    }
    let mut attempt = found.attempt.clone();
    attempt.operation = None;
    attempt.updated_at = now;
    attempt::save(&tx, &found, &attempt).await?;
    let mut session = stored.session.clone();
    if let (Phase::Bound(_), Some(old)) = (&session.phase, binding::find(&tx, attempt.binding).await?) {
        binding::move_on(&tx, session.id, Some(attempt.binding), Fate::Released).await?;
        binding::reinstate(&tx, attempt.binding).await?;
        session.phase = Phase::Bound(old.bound);
        session.updated_at = now;
        hold_again(&tx, &session).await?;
        session::save(&tx, &stored, &session).await?;
    }
    Ok(tx.commit().await?)
}
