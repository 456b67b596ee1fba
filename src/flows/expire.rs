//! Ends what ran out: bindings whose time is over and sessions past their token.
//!
//! **Invariant:** where a client secret is out, the intent is canceled first; only its proved death lets go of anything.
//! Running it twice, or on every replica at once, changes nothing more.

use super::{
    App, FlowError,
    cancel::end,
    intent::{self, Goal, Killed},
    look_up,
    merchant::Merchant,
    retrying,
};
use crate::{
    domain::{checkout::Phase, ids::SessionId, instant::Span, tenant::Organization},
    failpoint::{Commit, Point, reach},
    store::session::{self, Key},
};

/// How long a session is left alone after its provider could not be asked or said that a payment is under way.
const PAUSE: Span = Span::from_ms(30_000);

/// Looks at a session whose time may be over.
pub async fn expire(app: &App, merchant: &Merchant, id: SessionId) -> Result<(), FlowError> {
    let (organization, account) = (&merchant.organization, merchant.account.as_ref());
    let found = {
        let tx = app.store.read(organization.id);
        session::find(&tx, Key::Id(id)).await?
    };
    let Some(found) = found else { return Ok(()) };
    if !found.session.due_at().is_some_and(|due| due.has_come(app.now())) {
        return Ok(());
    }
    if matches!(found.session.phase, Phase::Processing(_)) {
        // It never runs out, but what the provider made of it may have been lost on its way to us.
        if let Some(intent) = found.attempt.and_then(|found| found.attempt.intent) {
            look_up::look_up(app, organization, account, &intent).await?;
        }
        return postpone(app, organization, id).await;
    }
    if found.session.secret_out {
        match intent::kill(app, organization, account, id, Goal::KillIfDue).await? {
            Killed::Dead => {}
            Killed::NotDue => return Ok(()),
            Killed::Refused(_) | Killed::PaymentInProgress => return postpone(app, organization, id).await,
        }
    }
    retrying!(finish(app, organization, id, found.session.secret_out))
}

/// `killed` says whether a payment could have come until now; else the end was when the clock said so, not when we look.
async fn finish(
    app: &App,
    organization: &Organization,
    id: SessionId,
    killed: bool,
) -> Result<(), FlowError> {
    let now = app.now();
    let tx = app.store.write(organization.id).await?;
    let Some(found) = session::find_locked(&tx, Key::Id(id)).await? else { return Ok(()) };
    let stored = &found.session;
    let lapsed = stored.bound().is_some_and(|bound| bound.valid_until.has_come(now));
    let session = match &stored.phase {
        Phase::Draft | Phase::Bound(_) if stored.has_run_out(now) => {
            let at = if killed { now } else { stored.expires_at };
            end(&tx, stored.clone(), Phase::Expired { at }, now).await?
        }
        Phase::Bound(_) if lapsed && !stored.secret_out => {
            end(&tx, stored.clone(), Phase::Draft, now).await?
        }
        Phase::Draft
        | Phase::Bound(_)
        | Phase::Processing(_)
        | Phase::Completed { .. }
        | Phase::Canceled { .. }
        | Phase::Expired { .. } => return Ok(()),
    };
    session::save(&tx, &found, &session).await?;
    Ok(tx.commit_as(Commit::Expire).await?)
}

/// Leaves a session alone for a while, where it is still due.
pub async fn postpone(app: &App, organization: &Organization, id: SessionId) -> Result<(), FlowError> {
    reach(Point::Before(Commit::ExpireLater));
    let tx = app.store.write_once(organization.id).await?;
    session::postpone(&tx, id, app.now(), app.now() + PAUSE).await?;
    Ok(tx.commit_as(Commit::ExpireLater).await?)
}
