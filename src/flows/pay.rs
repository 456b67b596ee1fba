//! Step 4: what the browser needs to pay a bound session.
//!
//! The holds become payable, and the session says that a client secret is out, before one leaves the server. A binding
//! with little time left is given more, once, in the same transaction.

use secrecy::SecretString;

use super::{
    App, FlowError,
    held::{covers, needed},
    intent::{self, Moved, Ready, payment_refusal},
    outcome::{Code, Outcome, Refusal},
    retrying,
    session::{open_locked, refuse, show, view},
    token::Token,
};
use crate::{
    domain::{
        attempt::Attempt,
        checkout::{Bound, Phase, Refused, Session},
        currency::Currency,
        ids::SessionId,
        instant::{Span, Timestamp},
        money::Minor,
        tenant::Organization,
    },
    store::{
        WriteTx,
        attempt::{self, Key},
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

/// Answers what the browser needs, or why it gets nothing.
pub async fn pay(
    app: &App,
    organization: &Organization,
    token: &Token,
) -> Result<(Outcome, Option<PaymentSession>), FlowError> {
    let account = app.account(organization.id).await?;
    let mut tries = 0;
    let (opened, id, account, moved) = loop {
        tries += 1;
        let opened = retrying!(hand_out(app, organization, token, account.is_some()))?;
        let granted = opened.view.as_ref().filter(|_| opened.refusals.is_empty());
        let granted = granted.map(|view| view.session.id).zip(account.as_ref());
        let Some((id, account)) = granted else { return Ok((opened, None)) };
        let moved = intent::move_to_binding(app, organization, account, id).await?;
        // An intent that died took its hand-out with it: the holds are made payable anew before another one.
        if !matches!(moved, Moved::Dead) || tries == HAND_OUTS_MAX {
            break (opened, id, account, moved);
        }
    };
    let ready = match moved {
        Moved::Ready(ready) => ready,
        Moved::Refused(refusal) => return Ok((refused(app, organization, opened, refusal).await?, None)),
        Moved::Dead => {
            let refusal = payment_refusal(Code::PaymentProviderUnavailable);
            return Ok((refused(app, organization, opened, refusal).await?, None));
        }
        Moved::PaymentInProgress => return Ok((in_progress(app, organization, opened, id).await?, None)),
    };
    let payment = tell(app, organization, *ready).await?;
    let Some(view) = show(app, organization, id).await? else { return Ok((opened, None)) };
    let expires_at = view.session.bound().map_or(view.session.expires_at, |bound| bound.valid_until);
    let payment = payment.map(|(attempt, client_secret, action)| PaymentSession {
        client_secret,
        publishable_key: account.publishable_key.clone(),
        amount: attempt.amount,
        currency: attempt.currency,
        live: account.live,
        action,
        expires_at,
        attempt,
    });
    Ok((Outcome::done(view), payment))
}

async fn in_progress(
    app: &App,
    organization: &Organization,
    opened: Outcome,
    id: SessionId,
) -> Result<Outcome, FlowError> {
    let Some(view) = show(app, organization, id).await? else { return Ok(opened) };
    let over = matches!(view.session.phase, Phase::Completed { .. });
    let refusal = Refusal::of_state(if over { Refused::Final } else { Refused::PaymentInProgress }, &view);
    Ok(Outcome { view: Some(Box::new(view)), refusals: vec![refusal] })
}

async fn refused(
    app: &App,
    organization: &Organization,
    opened: Outcome,
    refusal: Refusal,
) -> Result<Outcome, FlowError> {
    let view = match &opened.view {
        Some(view) => show(app, organization, view.session.id).await?,
        None => None,
    };
    Ok(Outcome { view: view.map(Box::new).or(opened.view), refusals: vec![refusal] })
}

/// Makes the binding payable: from here its goods are held until its payment is proved dead.
async fn hand_out(
    app: &App,
    organization: &Organization,
    token: &Token,
    can_pay: bool,
) -> Result<Outcome, FlowError> {
    let tx = app.store.write(organization.id).await?;
    let Some(found) = open_locked(&tx, token, app.now()).await? else {
        return Ok(Outcome::nothing(Refusal::at(Code::SessionNotFound, "$.token")));
    };
    // After the wait for the lock: what ran out meanwhile has run out.
    let now = app.now();
    let stored = &found.session;
    let bound = match stored.payable(now) {
        Ok(bound) => bound.clone(),
        Err(refused) => {
            return refuse(&tx, organization, stored, now, |view| vec![Refusal::of_state(refused, view)])
                .await;
        }
    };
    if bound.total.is_zero() {
        return refuse(&tx, organization, stored, now, |_| vec![Refusal::new(Code::PaymentNotRequired)])
            .await;
    }
    if !can_pay {
        let refusal = payment_refusal(Code::PaymentProviderNotConfigured);
        return refuse(&tx, organization, stored, now, |_| vec![refusal]).await;
    }
    let Some(session) = make_payable(&tx, organization, stored, bound, now).await? else {
        return refuse(&tx, organization, stored, now, |view| {
            vec![Refusal::of_state(Refused::NotBound, view)]
        })
        .await;
    };
    if session != *stored {
        session::save(&tx, &found, &session).await?;
    }
    let view = view(&tx, organization, session, now).await?;
    tx.commit().await?;
    Ok(Outcome::done(view))
}

/// The session with its holds payable; `None` where somebody who needed a unit cleared a hold that had run out.
async fn make_payable(
    tx: &WriteTx,
    organization: &Organization,
    stored: &Session,
    bound: Bound,
    now: Timestamp,
) -> Result<Option<Session>, FlowError> {
    let mut session = stored.clone();
    let lifetime = organization.settings.binding_lifetime;
    let renewed = bound.valid_until > bound.bound_at + lifetime;
    if !renewed && bound.valid_until < now + LITTLE_TIME {
        let bound = Bound { valid_until: now + lifetime, ..bound.clone() };
        binding::renew(tx, bound.binding, bound.valid_until).await?;
        session.phase = Phase::Bound(bound);
    }
    if !stored.secret_out {
        hold::make_payable(tx, session.id).await?;
        let held = hold::of_session(tx, session.id).await?;
        let binding = binding::find(tx, bound.binding).await?;
        if !binding.is_some_and(|binding| covers(&held, &needed(&binding.snapshot))) {
            return Ok(None);
        }
        session.secret_out = true;
    }
    session.payable_until = session.bound().map(|bound| bound.valid_until);
    Ok(Some(session))
}

/// Notes what the browser is told, and says what it has to do with what it was told before.
async fn tell(
    app: &App,
    organization: &Organization,
    ready: Ready,
) -> Result<Option<(Attempt, SecretString, ClientAction)>, FlowError> {
    let Some(secret) = ready.intent.client_secret else { return Ok(None) };
    let action = match ready.attempt.handed_out_number {
        0 => ClientAction::Remount,
        told if told == ready.attempt.operation_number => ClientAction::None,
        _ => ClientAction::FetchUpdates,
    };
    if action != ClientAction::None {
        let told = ready.attempt.operation_number;
        retrying!(note_told(app, organization, &ready.attempt, told))?;
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
    Ok(tx.commit().await?)
}
