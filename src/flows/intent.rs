//! Brings the provider's intent to where the session wants it: at the binding in force, or dead.
//!
//! **Invariant:** what is asked of the provider is written down before the call, under the session's lock; the call is made
//! outside of any transaction with a key derived from what was written; then its answer is recorded. A crash or a time-out
//! in between leaves an operation that the next caller finishes. Old bindings are let go once the provider confirmed.

use super::{
    App, FlowError,
    intent_record::{
        self, disarm, record, record_created, record_death, record_no_operation, record_refusal,
    },
    look_up,
    outcome::{Code, Detail, Refusal},
    retrying,
};
use crate::{
    domain::{
        attempt::{Attempt, AttemptStatus, Operation},
        checkout::{Phase, Session},
        ids::{AttemptId, BindingId, SessionId},
        instant::Timestamp,
        tenant::{Capture, Organization},
    },
    failpoint::Commit,
    payment::{Account, GatewayError, Intent, IntentTerms, Tags},
    store::{
        WriteTx,
        attempt::{self, Found},
        session::{self, Found as FoundSession, Key as SessionKey},
    },
};

/// Where moving the intent ended.
pub(super) enum Moved {
    /// It is at the binding in force.
    Ready(Box<Ready>),
    /// There is none that could be paid, and no client secret is out.
    Dead,
    /// The provider, or nobody, could be asked.
    Refused(Refusal),
    /// It is past changing: a payment is under way, or done.
    PaymentInProgress,
}

/// An intent at the binding in force.
pub(super) struct Ready {
    pub(super) attempt: Attempt,
    pub(super) intent: Intent,
    /// Number of the operation that a browser was told of before.
    pub(super) told: i64,
}

/// Where killing the intent ended.
pub(super) enum Killed {
    /// No payment can come any more; recorded, holds and old bindings let go.
    Dead,
    /// The provider, or nobody, could be asked.
    Refused(Refusal),
    /// It is past canceling.
    PaymentInProgress,
    /// It was to be killed only if its time was over, and it is not.
    NotDue,
}

/// What the intent is wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// To be paid.
    Move,
    /// To be dead.
    Kill,
    /// To be dead if the session's time is over.
    KillIfDue,
}

/// What is to be done next.
enum Step {
    Perform(Box<Found>),
    Idle(Box<Found>),
    Dead,
    NotDue,
    NotBound,
}

/// More steps than any history needs: finish a create, move, meet a canceled intent.
const STEPS_MAX: usize = 6;

/// Brings the intent to the binding in force, creating it where a client secret may go out and there is none.
pub(super) async fn move_to_binding(
    app: &App,
    organization: &Organization,
    account: &Account,
    session: SessionId,
) -> Result<Moved, FlowError> {
    for _ in 0..STEPS_MAX {
        let (found, answer) = match retrying!(plan(app, organization, session, Goal::Move))? {
            Step::Dead => return Ok(Moved::Dead),
            Step::NotBound | Step::NotDue => return Ok(Moved::Refused(Refusal::new(Code::NotBound))),
            Step::Perform(found) => {
                let answer = perform(app, organization, account, &found.attempt).await?;
                (found, answer)
            }
            Step::Idle(found) => {
                let answer = look_up(app, account, &found.attempt).await?;
                (found, answer)
            }
        };
        if let Some(moved) = moved(app, organization, account, (&found.attempt, answer)).await? {
            return Ok(moved);
        }
    }
    Ok(Moved::Refused(payment_refusal(Code::PaymentProviderUnavailable)))
}

/// Creates the first intent of a session, which was just written down, or asks how the one stands that is at the binding
/// in force. Where nothing changed meanwhile, that is one statement or none.
pub(super) async fn ask(
    app: &App,
    organization: &Organization,
    account: &Account,
    found: &Found,
) -> Result<Moved, FlowError> {
    let answer = perform(app, organization, account, &found.attempt).await?;
    if let Ok(intent) = &answer
        && !intent.status.is_past_changing()
        && intent.status != AttemptStatus::Canceled
    {
        let told = found.attempt.handed_out_number;
        let attempt = match found.attempt.operation {
            None => Some(found.attempt.clone()),
            Some(_) => record_created(app, organization, found, intent).await?,
        };
        if let Some(attempt) = attempt {
            return Ok(Moved::Ready(Box::new(Ready { attempt, intent: intent.clone(), told })));
        }
    }
    match moved(app, organization, account, (&found.attempt, answer)).await? {
        Some(moved) => Ok(moved),
        None => move_to_binding(app, organization, account, found.attempt.session).await,
    }
}

/// What an answer means for a move; `None` where more is to be done.
async fn moved(
    app: &App,
    organization: &Organization,
    account: &Account,
    (asked, answer): (&Attempt, Result<Intent, GatewayError>),
) -> Result<Option<Moved>, FlowError> {
    match answer {
        Ok(intent) if intent.status.is_past_changing() => {
            look_up::look_up(app, organization, Some(account), &intent.id).await?;
            Ok(Some(Moved::PaymentInProgress))
        }
        Ok(intent) if intent.status == AttemptStatus::Canceled => {
            retrying!(record_death(app, organization, asked))?;
            Ok(None)
        }
        Ok(intent) => {
            let (attempt, in_force) = retrying!(record(app, organization, asked, &intent))?;
            let ready = in_force && attempt.operation.is_none() && !attempt.amount.is_zero();
            let told = attempt.handed_out_number;
            Ok(ready.then(|| Moved::Ready(Box::new(Ready { attempt, intent, told }))))
        }
        Err(GatewayError::Unchangeable) => match look_up(app, account, asked).await? {
            Ok(intent) if intent.status == AttemptStatus::Canceled => {
                retrying!(record_death(app, organization, asked))?;
                Ok(None)
            }
            Ok(intent) => {
                retrying!(record_refusal(app, organization, asked))?;
                look_up::look_up(app, organization, Some(account), &intent.id).await?;
                Ok(Some(Moved::PaymentInProgress))
            }
            Err(error) => Ok(Some(Moved::Refused(refusal(&error)))),
        },
        Err(error) => {
            if matches!(error, GatewayError::Refused(_)) {
                if asked.intent.is_none() {
                    retrying!(record_death(app, organization, asked))?;
                } else {
                    retrying!(record_refusal(app, organization, asked))?;
                }
            }
            Ok(Some(Moved::Refused(refusal(&error))))
        }
    }
}

/// Cancels the intent, and lets go of what was held for it.
pub(super) async fn kill(
    app: &App,
    organization: &Organization,
    account: Option<&Account>,
    session: SessionId,
    goal: Goal,
) -> Result<Killed, FlowError> {
    let Some(account) = account else {
        return Ok(Killed::Refused(payment_refusal(Code::PaymentProviderNotConfigured)));
    };
    for _ in 0..STEPS_MAX {
        let found = match retrying!(plan(app, organization, session, goal))? {
            Step::Dead | Step::Idle(_) | Step::NotBound => return Ok(Killed::Dead),
            Step::NotDue => return Ok(Killed::NotDue),
            Step::Perform(found) => found,
        };
        let asked = &found.attempt;
        // A provider voids an authorized payment without asking; we want its order instead.
        let authorized = organization.settings.capture == Capture::Manual
            && asked.operation == Some(Operation::Cancel)
            && look_up(app, account, asked).await?.is_ok_and(|intent| intent.status.is_past_changing());
        let answer = if authorized {
            Err(GatewayError::Unchangeable)
        } else {
            perform(app, organization, account, asked).await?
        };
        if let Some(killed) = killed(app, organization, account, (asked, answer)).await? {
            return Ok(killed);
        }
    }
    Ok(Killed::Refused(payment_refusal(Code::PaymentProviderUnavailable)))
}

/// What an answer means for a kill; `None` where more is to be done.
async fn killed(
    app: &App,
    organization: &Organization,
    account: &Account,
    (asked, answer): (&Attempt, Result<Intent, GatewayError>),
) -> Result<Option<Killed>, FlowError> {
    let answer = match answer {
        Err(GatewayError::Unchangeable) => match look_up(app, account, asked).await? {
            Ok(intent) if intent.status != AttemptStatus::Canceled => {
                // It lives; what was to cancel it must not be finished by whoever comes next.
                retrying!(record_no_operation(app, organization, asked))?;
                look_up::look_up(app, organization, Some(account), &intent.id).await?;
                return Ok(Some(Killed::PaymentInProgress));
            }
            other => other,
        },
        other => other,
    };
    match answer {
        Ok(intent) if intent.status == AttemptStatus::Canceled => {
            retrying!(record_death(app, organization, asked))?;
            Ok(Some(Killed::Dead))
        }
        Ok(intent) if intent.status.is_past_changing() => {
            look_up::look_up(app, organization, Some(account), &intent.id).await?;
            Ok(Some(Killed::PaymentInProgress))
        }
        Ok(intent) => {
            retrying!(record(app, organization, asked, &intent))?;
            Ok(None)
        }
        // It was never made, so it is as good as dead.
        Err(GatewayError::Refused(_)) if asked.intent.is_none() => {
            retrying!(record_death(app, organization, asked))?;
            Ok(Some(Killed::Dead))
        }
        Err(error) => Ok(Some(Killed::Refused(refusal(&error)))),
    }
}

/// Writes down what to ask of the provider next.
async fn plan(app: &App, organization: &Organization, id: SessionId, goal: Goal) -> Result<Step, FlowError> {
    let tx = app.store.write(organization.id).await?;
    let Some(stored) = session::find_locked(&tx, SessionKey::Id(id)).await? else { return Ok(Step::Dead) };
    let now = app.now();
    if goal == Goal::KillIfDue && !stored.session.due_at().is_some_and(|due| due.has_come(now)) {
        return Ok(Step::NotDue);
    }
    let Some(found) = stored.attempt.clone().filter(|found| found.attempt.is_open()) else {
        return without_attempt(tx, &stored, goal, now).await;
    };
    let free = stored.session.bound().is_some_and(|bound| bound.total.is_zero());
    let next = match (goal, found.attempt.operation, &stored.session.phase) {
        (Goal::Kill | Goal::KillIfDue, Some(Operation::Update { .. }) | None, _) => Operation::Cancel,
        // Nothing is left to pay, so nothing may be paid.
        (Goal::Move, Some(Operation::Update { .. }) | None, Phase::Bound(_)) if free => Operation::Cancel,
        // What was begun is finished first, with its own key; only an update gives way to a cancel.
        (_, Some(_), _) => return Ok(Step::Perform(Box::new(found))),
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
        ) => return Ok(Step::NotBound),
    };
    let mut attempt = found.attempt.clone();
    attempt.plan(next, now);
    attempt::save(&tx, &found, &attempt).await?;
    tx.commit_as(Commit::IntentPlan).await?;
    Ok(Step::Perform(Box::new(Found { attempt, version: found.version + 1 })))
}

/// What is next where no attempt is open. One is begun only while the session says that a client secret may go out, as
/// only then its holds are payable.
async fn without_attempt(
    tx: WriteTx,
    stored: &FoundSession,
    goal: Goal,
    now: Timestamp,
) -> Result<Step, FlowError> {
    let session = &stored.session;
    match (goal, &session.phase) {
        (Goal::Move, Phase::Bound(bound)) if session.secret_out && !bound.total.is_zero() => {
            let due = (bound.binding, bound.total, session.currency);
            let attempt = Attempt::begin(AttemptId::from_uuid(App::new_id()), session.id, due, now);
            let begun = Session { attempt: Some(attempt.id), ..session.clone() };
            session::save(&tx, stored, &begun).await?;
            attempt::insert(&tx, &attempt).await?;
            tx.commit_as(Commit::IntentPlan).await?;
            Ok(Step::Perform(Box::new(Found { attempt, version: 1 })))
        }
        (Goal::Move, Phase::Bound(_)) if !session.secret_out => Ok(Step::Dead),
        (
            Goal::Move,
            Phase::Draft
            | Phase::Processing(_)
            | Phase::Completed { .. }
            | Phase::Canceled { .. }
            | Phase::Expired { .. },
        ) => Ok(Step::NotBound),
        // Said to be out, but cut off before anything was asked of the provider: nothing can be paid.
        (Goal::Move | Goal::Kill | Goal::KillIfDue, _) => {
            if session.secret_out {
                let disarmed = disarm(&tx, session.clone(), now).await?;
                session::save(&tx, stored, &disarmed).await?;
                tx.commit_as(Commit::IntentDisarm).await?;
            }
            Ok(Step::Dead)
        }
    }
}

async fn perform(
    app: &App,
    organization: &Organization,
    account: &Account,
    attempt: &Attempt,
) -> Result<Result<Intent, GatewayError>, FlowError> {
    let (gateway, key) = (app.gateway()?, attempt.key());
    let terms = |binding: BindingId, amount| IntentTerms {
        amount,
        currency: attempt.currency,
        capture: organization.settings.capture,
        tags: Tags { organization: organization.id, session: attempt.session, attempt: attempt.id, binding },
    };
    Ok(match (attempt.operation, attempt.intent.as_deref()) {
        (Some(Operation::Create), _) => match intent_record::made_long_ago(app, account, attempt).await? {
            Some(answer) => answer,
            None => gateway.create_intent(account, &key, &terms(attempt.binding, attempt.amount)).await,
        },
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

/// A refusal that is the provider's matter, without a word from it.
pub(super) fn payment_refusal(code: Code) -> Refusal {
    Refusal::new(code).with(Detail::Payment(None))
}
