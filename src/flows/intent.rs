//! Brings the provider's intent to where the session wants it: at the binding in force, or dead.
//!
//! **Invariant:** what is asked of the provider is written down before the call, under the session's lock; the call is
//! made outside of any transaction with a key derived from what was written; then its answer is recorded. A crash or a
//! time-out between the steps leaves an operation that the next caller finishes with the same key. Old bindings and
//! their goods are let go only after the provider confirmed.

use super::{
    App, FlowError,
    intent_record::{record, record_death, record_refusal},
    outcome::{Code, Detail, Refusal},
    retrying, settle,
};
use crate::{
    domain::{
        attempt::{Attempt, AttemptStatus, Operation},
        checkout::Phase,
        ids::{AttemptId, BindingId, SessionId},
        tenant::Organization,
    },
    payment::{Account, GatewayError, Intent, IntentTerms, Tags},
    store::{
        attempt::{self, Found, Key},
        session::{self, Key as SessionKey},
    },
};

/// Where moving the intent ended.
pub(super) enum Moved {
    /// It is at the binding in force.
    Ready(Box<Ready>),
    /// The provider, or nobody, could be asked.
    Refused(Refusal),
    /// It is past changing: a payment is under way, or done.
    PaymentInProgress,
}

/// An intent at the binding in force.
pub(super) struct Ready {
    pub(super) attempt: Attempt,
    pub(super) intent: Intent,
}

/// Where killing the intent ended.
pub(super) enum Killed {
    /// No payment can come any more; recorded, holds and old bindings let go.
    Dead,
    /// The provider, or nobody, could be asked.
    Refused(Refusal),
    /// It is past canceling.
    PaymentInProgress,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Goal {
    Move,
    Kill,
}

/// What is to be done next.
enum Step {
    Perform(Box<Found>),
    Idle(Box<Found>),
    Nothing,
}

/// More steps than any history needs: finish a create, move, meet a canceled intent, create anew.
const STEPS_MAX: usize = 6;

/// Brings the intent to the binding in force, creating it where there is none.
pub(super) async fn move_to_binding(
    app: &App,
    organization: &Organization,
    session: SessionId,
) -> Result<Moved, FlowError> {
    let Some(account) = app.account(organization.id).await? else {
        return Ok(Moved::Refused(payment_refusal(Code::PaymentProviderNotConfigured)));
    };
    for _ in 0..STEPS_MAX {
        let (found, answer) = match retrying!(plan(app, organization, session, Goal::Move))? {
            Step::Nothing => return Ok(Moved::Refused(Refusal::new(Code::NotBound))),
            Step::Perform(found) => {
                let answer = perform(app, organization, &account, &found.attempt).await?;
                (found, answer)
            }
            Step::Idle(found) => {
                let answer = look_up(app, &account, &found.attempt).await?;
                (found, answer)
            }
        };
        match answer {
            Ok(intent) if is_past_changing(intent.status) => {
                settle::look_up(app, organization, &intent.id).await?;
                return Ok(Moved::PaymentInProgress);
            }
            Ok(intent) if intent.status == AttemptStatus::Canceled => {
                retrying!(record_death(app, organization, session, found.attempt.id))?;
            }
            Ok(intent) => {
                let attempt = retrying!(record(app, organization, &found.attempt, &intent))?;
                if attempt.operation.is_none() {
                    return Ok(Moved::Ready(Box::new(Ready { attempt, intent })));
                }
            }
            Err(GatewayError::Unchangeable) => {
                if let Some(intent) = revert(app, organization, &account, &found.attempt).await? {
                    settle::look_up(app, organization, &intent).await?;
                    return Ok(Moved::PaymentInProgress);
                }
            }
            Err(error) => {
                let definite = matches!(error, GatewayError::Refused(_));
                if definite && found.attempt.intent.is_none() {
                    retrying!(record_death(app, organization, session, found.attempt.id))?;
                }
                return Ok(Moved::Refused(refusal(&error)));
            }
        }
    }
    Ok(Moved::Refused(payment_refusal(Code::PaymentProviderUnavailable)))
}

/// Cancels the intent, and lets go of what was held for it.
pub(super) async fn kill(
    app: &App,
    organization: &Organization,
    session: SessionId,
) -> Result<Killed, FlowError> {
    let Some(account) = app.account(organization.id).await? else {
        return Ok(Killed::Refused(payment_refusal(Code::PaymentProviderNotConfigured)));
    };
    for _ in 0..STEPS_MAX {
        let found = match retrying!(plan(app, organization, session, Goal::Kill))? {
            Step::Nothing | Step::Idle(_) => return Ok(Killed::Dead),
            Step::Perform(found) => found,
        };
        match perform(app, organization, &account, &found.attempt).await? {
            Ok(intent) if intent.status == AttemptStatus::Canceled => {
                retrying!(record_death(app, organization, session, found.attempt.id))?;
                return Ok(Killed::Dead);
            }
            Ok(intent) if is_past_changing(intent.status) => {
                settle::look_up(app, organization, &intent.id).await?;
                return Ok(Killed::PaymentInProgress);
            }
            Ok(intent) => {
                retrying!(record(app, organization, &found.attempt, &intent))?;
            }
            Err(GatewayError::Unchangeable) => match look_up(app, &account, &found.attempt).await? {
                Ok(intent) if intent.status == AttemptStatus::Canceled => {
                    retrying!(record_death(app, organization, session, found.attempt.id))?;
                    return Ok(Killed::Dead);
                }
                Ok(intent) => {
                    settle::look_up(app, organization, &intent.id).await?;
                    return Ok(Killed::PaymentInProgress);
                }
                Err(error) => return Ok(Killed::Refused(refusal(&error))),
            },
            // It was never made, so it is as good as dead.
            Err(GatewayError::Refused(_)) if found.attempt.intent.is_none() => {
                retrying!(record_death(app, organization, session, found.attempt.id))?;
                return Ok(Killed::Dead);
            }
            Err(error) => return Ok(Killed::Refused(refusal(&error))),
        }
    }
    Ok(Killed::Refused(payment_refusal(Code::PaymentProviderUnavailable)))
}

const fn is_past_changing(status: AttemptStatus) -> bool {
    matches!(status, AttemptStatus::Processing | AttemptStatus::Authorized | AttemptStatus::Succeeded)
}

/// Writes down what to ask of the provider next.
async fn plan(app: &App, organization: &Organization, id: SessionId, goal: Goal) -> Result<Step, FlowError> {
    let now = app.now();
    let tx = app.store.write(organization.id).await?;
    let Some(stored) = session::find_locked(&tx, SessionKey::Id(id)).await? else { return Ok(Step::Nothing) };
    let latest = attempt::find(&tx, Key::LatestOf(id)).await?;
    let open = latest.filter(|found| found.attempt.is_open());
    let Some(found) = open else {
        let (Goal::Move, Phase::Bound(bound)) = (goal, &stored.session.phase) else {
            return Ok(Step::Nothing);
        };
        let due = (bound.binding, bound.total, stored.session.currency);
        let attempt = Attempt::begin(AttemptId::from_uuid(App::new_id()), id, due, now);
        attempt::insert(&tx, &attempt).await?;
        tx.commit().await?;
        return Ok(Step::Perform(Box::new(Found { attempt, version: 1 })));
    };
    let next = match (goal, found.attempt.operation, &stored.session.phase) {
        // What was begun is finished first, with its own key; only an update may give way to a cancel.
        (Goal::Move, Some(_), _) | (Goal::Kill, Some(Operation::Create | Operation::Cancel), _) => {
            return Ok(Step::Perform(Box::new(found)));
        }
        (Goal::Kill, Some(Operation::Update { .. }) | None, _) => Operation::Cancel,
        (Goal::Move, None, Phase::Bound(bound)) if bound.binding != found.attempt.binding => {
            Operation::Update { binding: bound.binding, amount: bound.total }
        }
        (Goal::Move, None, Phase::Bound(_)) => return Ok(Step::Idle(Box::new(found))),
        (
            Goal::Move,
            None,
            Phase::Draft
            | Phase::Processing(_)
            | Phase::Completed { .. }
            | Phase::Canceled { .. }
            | Phase::Expired { .. },
        ) => return Ok(Step::Nothing),
    };
    let mut attempt = found.attempt.clone();
    attempt.plan(next, now);
    attempt::save(&tx, &found, &attempt).await?;
    tx.commit().await?;
    Ok(Step::Perform(Box::new(Found { attempt, version: found.version + 1 })))
}

async fn perform(
    app: &App,
    organization: &Organization,
    account: &Account,
    attempt: &Attempt,
) -> Result<Result<Intent, GatewayError>, FlowError> {
    let gateway = app.gateway()?;
    let key = attempt.key();
    let terms = |binding: BindingId, amount| IntentTerms {
        amount,
        currency: attempt.currency,
        capture: organization.settings.capture,
        tags: Tags { organization: organization.id, session: attempt.session, attempt: attempt.id, binding },
    };
    Ok(match (attempt.operation, attempt.intent.as_deref()) {
        (Some(Operation::Create), _) => {
            gateway.create_intent(account, &key, &terms(attempt.binding, attempt.amount)).await
        }
        (Some(Operation::Update { binding, amount }), Some(intent)) => {
            gateway.update_intent(account, &key, intent, &terms(binding, amount)).await
        }
        (Some(Operation::Cancel), Some(intent)) => gateway.cancel_intent(account, &key, intent).await,
        (None, Some(intent)) => gateway.retrieve_intent(account, intent).await,
        (Some(Operation::Update { .. } | Operation::Cancel) | None, None) => Err(GatewayError::NotFound),
    })
}

async fn look_up(
    app: &App,
    account: &Account,
    attempt: &Attempt,
) -> Result<Result<Intent, GatewayError>, FlowError> {
    match &attempt.intent {
        Some(intent) => Ok(app.gateway()?.retrieve_intent(account, intent).await),
        None => Ok(Err(GatewayError::NotFound)),
    }
}

/// The provider would not move the intent: where it lives, the binding that it is at stands again and the new one is
/// dropped. Answers the intent to settle, `None` where it turned out dead.
async fn revert(
    app: &App,
    organization: &Organization,
    account: &Account,
    asked: &Attempt,
) -> Result<Option<String>, FlowError> {
    match look_up(app, account, asked).await? {
        Ok(intent) if intent.status == AttemptStatus::Canceled => {
            retrying!(record_death(app, organization, asked.session, asked.id))?;
            Ok(None)
        }
        Ok(_) | Err(_) => {
            retrying!(record_refusal(app, organization, asked))?;
            Ok(asked.intent.clone())
        }
    }
}

/// What a shopper is told of a provider's error.
fn refusal(error: &GatewayError) -> Refusal {
    match error {
        GatewayError::Unknown | GatewayError::Busy | GatewayError::NotFound | GatewayError::Unchangeable => {
            payment_refusal(Code::PaymentProviderUnavailable)
        }
        GatewayError::Misconfigured => payment_refusal(Code::PaymentProviderNotConfigured),
        GatewayError::Refused(failure) => match failure.code.as_str() {
            "amount_too_small" => Refusal::new(Code::TotalBelowMinimum),
            "amount_too_large" => Refusal::new(Code::TotalTooLarge),
            _ => Refusal::new(Code::PaymentDeclined).with(Detail::Payment(Some(failure.clone()))),
        },
    }
}

fn payment_refusal(code: Code) -> Refusal {
    Refusal::new(code).with(Detail::Payment(None))
}
