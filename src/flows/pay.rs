//! Step 4: what the browser needs to pay a bound session.
//!
//! The holds become payable, and the session says that a client secret is out, before one leaves the server. A binding
//! with little time left is given more, once, in the same transaction.

use secrecy::SecretString;

use super::{
    App, FlowError,
    intent::{self, Moved, Ready, payment_refusal},
    merchant::Merchant,
    outcome::{Code, Outcome, Refusal, View},
    retrying,
    session::{Look, refuse, show, view},
    token::Token,
};
use crate::{
    domain::{
        attempt::Attempt,
        checkout::{Bound, Phase, Refused, Session},
        currency::Currency,
        ids::{AttemptId, SessionId},
        instant::{Span, Timestamp},
        money::Minor,
        tenant::Organization,
    },
    failpoint::Commit,
    store::{
        attempt::{self, Found, Key},
        binding, hold, session,
    },
};

/// A binding with less time left than this is renewed.
const LITTLE_TIME: Span = Span::from_minutes(5);
/// How often it starts again after an intent turned out dead.
const HAND_OUTS_MAX: u32 = 3;

/// What the browser needs.
#[derive(Debug)]
pub struct PaymentSession {
    /// The attempt.
    pub attempt: Attempt,
    /// Secret for the provider's element. Never log or store it.
    pub client_secret: SecretString,
    /// Key for the provider's script.
    pub publishable_key: String,
    /// The script with the provider's element.
    pub script_url: String,
    /// What will be taken.
    pub amount: Minor,
    /// In which currency.
    pub currency: Currency,
    /// Whether real money moves.
    pub live: bool,
    /// What a page that already shows the element has to do.
    pub action: ClientAction,
    /// Until when the binding holds.
    pub expires_at: Timestamp,
}

/// What a page that already shows the provider's element has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAction {
    /// Nothing.
    None,
    /// Fetch the intent's new amount.
    FetchUpdates,
    /// Mount the element anew.
    Remount,
}

/// What handing out came to.
enum Handed {
    /// Nothing was handed out.
    Refused(Outcome),
    /// What is to be asked of the provider is clear: to make the first intent, or to say how the one at the binding is.
    Clear(Box<Session>, Box<Found>),
    /// There is an intent, and it may have to be moved.
    ToMove(SessionId),
}

/// Answers what the browser needs, or why it gets nothing.
pub async fn pay(
    app: &App,
    merchant: &Merchant,
    token: &Token,
) -> Result<(Outcome, Option<PaymentSession>), FlowError> {
    let organization = &merchant.organization;
    let mut tries = 0;
    let (id, account, moved, first) = loop {
        tries += 1;
        let (id, first) = match retrying!(looks => hand_out(app, merchant, token, looks))? {
            Handed::Refused(outcome) => return Ok((outcome, None)),
            Handed::Clear(session, found) => (session.id, Some((session, found))),
            Handed::ToMove(id) => (id, None),
        };
        let Some(account) = &merchant.account else {
            let refusal = payment_refusal(Code::PaymentProviderNotConfigured);
            return Ok((refused(app, organization, id, refusal).await?, None));
        };
        let moved = match &first {
            Some((_, found)) => intent::ask(app, organization, account, found).await?,
            None => intent::move_to_binding(app, organization, account, id).await?,
        };
        // An intent that died took its hand-out with it: the holds are made payable anew before another one.
        if !matches!(moved, Moved::Dead) || tries == HAND_OUTS_MAX {
            break (id, account, moved, first.map(|(session, _)| session));
        }
    };
    let ready = match moved {
        Moved::Ready(ready) => ready,
        Moved::Refused(refusal) => return Ok((refused(app, organization, id, refusal).await?, None)),
        Moved::Dead => {
            let refusal = payment_refusal(Code::PaymentProviderUnavailable);
            return Ok((refused(app, organization, id, refusal).await?, None));
        }
        Moved::PaymentInProgress => return Ok((in_progress(app, organization, id).await?, None)),
    };
    let told = tell(app, organization, *ready).await?;
    let attempt = told.as_ref().map(|(attempt, ..)| attempt.clone());
    let at = attempt.as_ref().map(|attempt| attempt.binding);
    // What was just stored is shown where the intent is at its binding; else the session has moved on.
    let first = first.filter(|session| at.is_some() && session.bound().map(|bound| bound.binding) == at);
    let view = match first {
        Some(session) => Some(view(organization, *session, attempt, app.now())),
        None => show(app, organization, id).await?,
    };
    let Some(view) = view else {
        return Ok((Outcome::nothing(Refusal::at(Code::SessionNotFound, "$.token")), None));
    };
    let expires_at = view.session.bound().map_or(view.session.expires_at, |bound| bound.valid_until);
    let payment = told.map(|(attempt, client_secret, action)| PaymentSession {
        client_secret,
        publishable_key: account.publishable_key.clone(),
        script_url: app.config.payment_script.clone(),
        amount: attempt.amount,
        currency: attempt.currency,
        live: account.live,
        action,
        expires_at,
        attempt,
    });
    Ok((Outcome::done(view), payment))
}

async fn in_progress(app: &App, organization: &Organization, id: SessionId) -> Result<Outcome, FlowError> {
    let Some(view) = show(app, organization, id).await? else {
        return Ok(Outcome::nothing(Refusal::at(Code::SessionNotFound, "$.token")));
    };
    let over = matches!(view.session.phase, Phase::Completed { .. });
    let refusal = Refusal::of_state(if over { Refused::Final } else { Refused::PaymentInProgress }, &view);
    Ok(Outcome { view: Some(Box::new(view)), refusals: vec![refusal] })
}

async fn refused(
    app: &App,
    organization: &Organization,
    id: SessionId,
    refusal: Refusal,
) -> Result<Outcome, FlowError> {
    let view = show(app, organization, id).await?.map(Box::new);
    // Where the order was made meanwhile, that is why.
    let made = view.as_ref().filter(|view| matches!(view.session.phase, Phase::Completed { .. }));
    let refusal = made.map_or(refusal, |view| Refusal::of_state(Refused::Final, view));
    Ok(Outcome { view, refusals: vec![refusal] })
}

/// Makes the binding payable: from here its goods are held until its payment is proved dead. Where the session has no
/// open attempt, its first is written down beside it.
async fn hand_out(app: &App, merchant: &Merchant, token: &Token, looks: u32) -> Result<Handed, FlowError> {
    let organization = &merchant.organization;
    let (look, found, now) = Look::at(app, organization, token, looks).await?;
    let Some(found) = found else {
        return Ok(Handed::Refused(Outcome::nothing(Refusal::at(Code::SessionNotFound, "$.token"))));
    };
    let stored = &found.session;
    let bound = match stored.payable(now) {
        Ok(bound) => bound.clone(),
        Err(refused) => {
            let of_state = |view: &View| vec![Refusal::of_state(refused, view)];
            return Ok(Handed::Refused(refuse(&look, organization, &found, now, of_state).await?));
        }
    };
    let refusal = if bound.total.is_zero() {
        Some(Refusal::new(Code::PaymentNotRequired))
    } else if merchant.account.is_none() {
        Some(payment_refusal(Code::PaymentProviderNotConfigured))
    } else {
        None
    };
    if let Some(refusal) = refusal {
        return Ok(Handed::Refused(refuse(&look, organization, &found, now, |_| vec![refusal]).await?));
    }
    let mut session = payable(organization, stored, &bound, now);
    let open = found.attempt.as_ref().is_some_and(|found| found.attempt.is_open());
    let due = (bound.binding, bound.total, session.currency);
    let first = (!open).then(|| Attempt::begin(AttemptId::from_uuid(App::new_id()), session.id, due, now));
    session.attempt = first.as_ref().map(|attempt| attempt.id).or(session.attempt);
    if session == *stored {
        let standing = found.attempt.filter(|found| found.attempt.stands_at(bound.binding));
        return Ok(match standing {
            Some(found) => Handed::Clear(Box::new(session), Box::new(found)),
            None => Handed::ToMove(session.id),
        });
    }
    let tx = look.write(app).await?;
    session::save(&tx, &found, &session).await?;
    if let Some(renewed) = session.bound().filter(|renewed| renewed.valid_until != bound.valid_until) {
        binding::renew(&tx, renewed.binding, renewed.valid_until).await?;
    }
    // Somebody who needed a unit may have cleared a hold that had run out.
    if !stored.secret_out && hold::make_payable(&tx, session.id).await? != bound.holds {
        let of_state = |view: &View| vec![Refusal::of_state(Refused::NotBound, view)];
        return Ok(Handed::Refused(refuse(&tx, organization, &found, now, of_state).await?));
    }
    let Some(attempt) = first else {
        tx.commit_as(Commit::HandOut).await?;
        return Ok(Handed::ToMove(session.id));
    };
    attempt::insert(&tx, &attempt).await?;
    tx.commit_as(Commit::HandOut).await?;
    // With a client secret out, earlier bindings may be payable, too: the long way sees to them.
    if stored.secret_out {
        return Ok(Handed::ToMove(session.id));
    }
    Ok(Handed::Clear(Box::new(session), Box::new(Found { attempt, version: 1 })))
}

/// The session as it is once a client secret may go out; a binding with little time left is given more, once.
fn payable(organization: &Organization, stored: &Session, bound: &Bound, now: Timestamp) -> Session {
    let mut session = stored.clone();
    let lifetime = organization.settings.binding_lifetime;
    let renewed = bound.valid_until > bound.bound_at + lifetime;
    if !renewed && bound.valid_until < now + LITTLE_TIME {
        session.phase = Phase::Bound(Bound { valid_until: now + lifetime, ..bound.clone() });
    }
    session.secret_out = true;
    session.payable_until = session.bound().map(|bound| bound.valid_until);
    session
}

/// Notes what the browser is told, and says what it has to do with what it was told before.
async fn tell(
    app: &App,
    organization: &Organization,
    ready: Ready,
) -> Result<Option<(Attempt, SecretString, ClientAction)>, FlowError> {
    let Some(secret) = ready.intent.client_secret else { return Ok(None) };
    let number = ready.attempt.operation_number;
    let action = match ready.told {
        0 => ClientAction::Remount,
        told if told == number => ClientAction::None,
        _ => ClientAction::FetchUpdates,
    };
    if ready.attempt.handed_out_number != number {
        retrying!(note_told(app, organization, &ready.attempt, number))?;
    }
    Ok(Some((ready.attempt, secret, action)))
}

async fn note_told(
    app: &App,
    organization: &Organization,
    attempt: &Attempt,
    told: i64,
) -> Result<(), FlowError> {
    let tx = app.store.write(organization.id).await?;
    let Some(found) = attempt::find_locked(&tx, Key::Id(attempt.id)).await? else { return Ok(()) };
    if found.attempt.handed_out_number >= told {
        return Ok(());
    }
    let noted = Attempt { handed_out_number: told, ..found.attempt.clone() };
    attempt::save(&tx, &found, &noted).await?;
    Ok(tx.commit_as(Commit::Told).await?)
}
