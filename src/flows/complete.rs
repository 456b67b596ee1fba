//! Finishes a session whose total is zero, or asks the provider about an open attempt.
//!
//! The browser's word for a payment is never taken: where there is something to pay, the intent is looked up and settled
//! through the same inbox as a webhook. A repeat on a completed session answers it again.

use super::{
    App, FlowError,
    intent::{self, Goal},
    look_up,
    merchant::Merchant,
    outcome::{Code, Outcome, Refusal},
    place::{Paid, Placed, place},
    retrying,
    session::{open_locked, refuse, show},
    token::Token,
};
use crate::{
    domain::{
        checkout::{Phase, Refused},
        order::OrderPaymentStatus,
        tenant::Organization,
    },
    failpoint::Commit,
    store::{StoreError, binding},
};

/// What the first step found.
enum Step {
    Done(Outcome),
    LookUp(String, crate::domain::ids::SessionId),
    Kill(crate::domain::ids::SessionId),
    Placed(crate::domain::ids::SessionId),
}

/// Finishes a session.
pub async fn complete(app: &App, merchant: &Merchant, token: &Token) -> Result<Outcome, FlowError> {
    let (organization, account) = (&merchant.organization, merchant.account.as_ref());
    let id = match retrying!(try_complete(app, organization, token))? {
        Step::Done(outcome) => return Ok(outcome),
        Step::Placed(id) => id,
        Step::Kill(id) => {
            // Nothing is left to pay, but an earlier total could still be paid: that comes first.
            intent::kill(app, organization, account, id, Goal::Kill).await?;
            if let Step::Done(outcome) = retrying!(try_complete(app, organization, token))? {
                return Ok(outcome);
            }
            id
        }
        Step::LookUp(intent, id) => {
            look_up::look_up(app, organization, account, &intent).await?;
            id
        }
    };
    match show(app, organization, id).await? {
        Some(view) => Ok(Outcome::done(view)),
        None => Ok(Outcome::nothing(Refusal::at(Code::SessionNotFound, "$.token"))),
    }
}

async fn try_complete(app: &App, organization: &Organization, token: &Token) -> Result<Step, FlowError> {
    let now = app.now();
    let tx = app.store.write(organization.id).await?;
    let Some(found) = open_locked(&tx, token, now).await? else {
        return Ok(Step::Done(Outcome::nothing(Refusal::at(Code::SessionNotFound, "$.token"))));
    };
    let session = &found.session;
    if matches!(session.phase, Phase::Completed { .. }) {
        return Ok(Step::Done(refuse(&tx, organization, &found, now, |_| Vec::new()).await?));
    }
    let open = found.attempt.as_ref().filter(|found| found.attempt.is_open());
    let free = matches!(&session.phase, Phase::Bound(bound) if bound.total.is_zero());
    match open.map(|found| found.attempt.intent.clone()) {
        Some(_) if free => return Ok(Step::Kill(session.id)),
        Some(Some(intent)) => return Ok(Step::LookUp(intent, session.id)),
        Some(None) | None => {}
    }
    let bound = match session.payable(now) {
        Ok(bound) => bound.clone(),
        Err(refused) => {
            let refused =
                refuse(&tx, organization, &found, now, |view| vec![Refusal::of_state(refused, view)]).await?;
            return Ok(Step::Done(refused));
        }
    };
    if !bound.total.is_zero() {
        return Ok(Step::Done(refuse(&tx, organization, &found, now, |_| Vec::new()).await?));
    }
    let binding = binding::find(&tx, bound.binding).await?.ok_or(StoreError::Stale)?;
    let paid = Paid { by: None, status: OrderPaymentStatus::NotRequired };
    if let Placed::GoodsGone = place(&tx, &found, &binding, paid, now).await? {
        // The merchant took the goods out by hand. Nothing was paid, so nothing is lost, and nothing of this is kept.
        let refused =
            refuse(&tx, organization, &found, now, |view| vec![Refusal::of_state(Refused::NotBound, view)])
                .await?;
        return Ok(Step::Done(refused));
    }
    tx.commit_as(Commit::Complete).await?;
    Ok(Step::Placed(found.session.id))
}
