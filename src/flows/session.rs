//! Opening a session by its token, and showing it.
//!
//! **Invariant:** a token of another tenant, a wrong secret and a token that never existed are answered alike. After a
//! session ended, its token goes on reading for a while; then it answers as one that never existed.

use super::{
    App, FlowError,
    outcome::{Outcome, Refusal, View},
    token::Token,
};
use crate::{
    domain::{
        buyer::Buyer,
        checkout::{Phase, Session},
        instant::{Span, Timestamp},
        tenant::Organization,
    },
    store::{
        StoreError, Tx, WriteTx,
        attempt::{self, Key as AttemptKey},
        order,
        session::{self, Found, Key},
    },
};

/// How long a token reads after an order was made.
const READABLE_AFTER_COMPLETION: Span = Span::from_hours(30 * 24);
/// How long a token reads after a session ended without an order; then without personal data.
const READABLE_AFTER_END: Span = Span::from_hours(24);

/// Finds the session that a token opens.
pub(super) async fn open(tx: &Tx, token: &Token, now: Timestamp) -> Result<Option<Found>, StoreError> {
    let found = session::find(tx, Key::Selector(token.selector())).await?;
    Ok(found.filter(|found| token.opens(&found.token_hash) && is_readable(&found.session, now)))
}

/// Finds the session that a token opens, and locks it.
pub(super) async fn open_locked(
    tx: &WriteTx,
    token: &Token,
    now: Timestamp,
) -> Result<Option<Found>, StoreError> {
    let found = session::find_locked(tx, Key::Selector(token.selector())).await?;
    Ok(found.filter(|found| token.opens(&found.token_hash) && is_readable(&found.session, now)))
}

fn is_readable(session: &Session, now: Timestamp) -> bool {
    let until = match &session.phase {
        Phase::Completed { at, .. } => *at + READABLE_AFTER_COMPLETION,
        Phase::Canceled { at, .. } | Phase::Expired { at } => *at + READABLE_AFTER_END,
        Phase::Draft | Phase::Bound(_) | Phase::Processing(_) if session.has_run_out(now) => {
            session.expires_at + READABLE_AFTER_END
        }
        Phase::Draft | Phase::Bound(_) | Phase::Processing(_) => return true,
    };
    !until.has_come(now)
}

/// Shows a session with its attempt and order, as of one transaction.
pub(super) async fn view(
    tx: &Tx,
    organization: &Organization,
    session: Session,
    now: Timestamp,
) -> Result<View, StoreError> {
    let attempt = attempt::find(tx, AttemptKey::LatestOf(session.id)).await?.map(|found| found.attempt);
    let order = match &session.phase {
        Phase::Completed { order, .. } => order::find(tx, order::Key::Id(*order)).await?,
        Phase::Draft
        | Phase::Bound(_)
        | Phase::Processing(_)
        | Phase::Canceled { .. }
        | Phase::Expired { .. } => None,
    };
    Ok(View { organization: organization.clone(), session: shown(session, now), attempt, order, now })
}

/// A session that ended without an order is shown without personal data.
fn shown(mut session: Session, now: Timestamp) -> Session {
    let ended =
        matches!(session.phase, Phase::Canceled { .. } | Phase::Expired { .. }) || session.has_run_out(now);
    if ended && !matches!(session.phase, Phase::Completed { .. }) {
        session.details.buyer = Buyer::default();
        session.details.shipping = None;
        session.details.billing = None;
        session.details.message = None;
    }
    session
}

/// Refuses, with the session as it is stored.
pub(super) async fn refuse(
    tx: &Tx,
    organization: &Organization,
    stored: &Session,
    now: Timestamp,
    refusals: impl FnOnce(&View) -> Vec<Refusal>,
) -> Result<Outcome, FlowError> {
    let view = view(tx, organization, stored.clone(), now).await?;
    let refusals = refusals(&view);
    Ok(Outcome { view: Some(Box::new(view)), refusals })
}

/// Reads a session anew, after everything was committed.
pub(super) async fn show(
    app: &App,
    organization: &Organization,
    id: crate::domain::ids::SessionId,
) -> Result<Option<View>, FlowError> {
    let tx = app.store.read(organization.id).await?;
    match session::find(&tx, Key::Id(id)).await? {
        Some(found) => Ok(Some(view(&tx, organization, found.session, app.now()).await?)),
        None => Ok(None),
    }
}
