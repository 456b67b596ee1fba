//! Gives a session up.
//!
//! Where a client secret is out, the intent is canceled first; goods and discounts are let go only after the provider
//! confirmed. Where the provider says that a payment is under way or done, the session stands.

use super::{
    App, FlowError,
    intent::{self, Goal, Killed},
    intent_record,
    outcome::{Code, Outcome, Refusal},
    retrying,
    session::{open, open_locked, refuse, show},
    token::Token,
};
use crate::{
    domain::{
        checkout::{Phase, Refused, Session},
        instant::Timestamp,
        tenant::Organization,
    },
    failpoint::Commit,
    store::{
        StoreError, WriteTx,
        attempt::{self, Key},
        binding::{self, Fate},
        hold, session,
    },
};

/// Gives a session up.
pub async fn cancel(
    app: &App,
    organization: &Organization,
    token: &Token,
    reason: Option<String>,
) -> Result<Outcome, FlowError> {
    let now = app.now();
    let secret_out = {
        let tx = app.store.read(organization.id);
        open(&tx, token, now)
            .await?
            .filter(|found| found.session.may_cancel(now).is_ok() && found.session.secret_out)
    };
    if let Some(found) = secret_out {
        let id = found.session.id;
        let account = app.account(organization.id).await?;
        let refusal = match intent::kill(app, organization, account.as_ref(), id, Goal::Kill).await? {
            Killed::Dead | Killed::NotDue => None,
            Killed::Refused(refusal) => Some(refusal),
            Killed::PaymentInProgress => {
                let view = show(app, organization, id).await?;
                view.map(|view| Refusal::of_state(Refused::PaymentInProgress, &view))
            }
        };
        if let Some(refusal) = refusal {
            let view = show(app, organization, id).await?.map(Box::new);
            return Ok(Outcome { view, refusals: vec![refusal] });
        }
    }
    retrying!(finish(app, organization, token, reason.as_deref()))
}

async fn finish(
    app: &App,
    organization: &Organization,
    token: &Token,
    reason: Option<&str>,
) -> Result<Outcome, FlowError> {
    let now = app.now();
    let tx = app.store.write(organization.id).await?;
    let Some(found) = open_locked(&tx, token, now).await? else {
        return Ok(Outcome::nothing(Refusal::at(Code::SessionNotFound, "$.token")));
    };
    let stored = &found.session;
    let guarded = match stored.may_cancel(now) {
        // Somebody asked for a payment session in between: its intent must die first.
        Ok(()) if stored.secret_out => Err(Refused::PaymentInProgress),
        other => other,
    };
    if let Err(refused) = guarded {
        return refuse(&tx, organization, &found, now, |view| vec![Refusal::of_state(refused, view)]).await;
    }
    let session =
        end(&tx, stored.clone(), Phase::Canceled { at: now, reason: reason.map(str::to_owned) }, now).await?;
    session::save(&tx, &found, &session).await?;
    tx.commit_as(Commit::Cancel).await?;
    let id = session.id;
    Ok(Outcome { view: show(app, organization, id).await?.map(Box::new), refusals: Vec::new() })
}

/// Ends a session for which no payment can come any more: lets go of everything. The session is not yet saved.
pub(super) async fn end(
    tx: &WriteTx,
    mut session: Session,
    phase: Phase,
    now: Timestamp,
) -> Result<Session, StoreError> {
    hold::release(tx, session.id).await?;
    binding::move_on(tx, session.id, None, Fate::Released).await?;
    let latest = match session.attempt {
        Some(id) => attempt::find(tx, Key::Id(id)).await?,
        None => None,
    };
    if let Some(found) = latest.filter(|found| found.attempt.is_open()) {
        session = intent_record::bury(tx, session, &found, now).await?;
    }
    session.phase = phase;
    session.secret_out = false;
    session.payable_until = None;
    session.notes.clear();
    session.updated_at = now;
    Ok(session)
}
