//! Opening a session by its token, and showing it.
//!
//! **Invariant:** a token of another tenant, a wrong secret and a token that never existed are answered alike. After a
//! session ended, its token goes on reading for a while; then it answers as one that never existed.

use std::ops::Deref;

use super::{
    App, FlowError,
    outcome::{Outcome, Refusal, View},
    token::Token,
};
use crate::{
    domain::{
        attempt::Attempt,
        buyer::{Address, Buyer},
        checkout::{Phase, Session},
        ids::SessionId,
        instant::{Span, Timestamp},
        tenant::Organization,
    },
    store::{
        StoreError, Tx, WriteTx, order,
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
    Ok(found.filter(|found| opens(token, found, now)))
}

/// Finds the session that a token opens, and locks it.
pub(super) async fn open_locked(
    tx: &WriteTx,
    token: &Token,
    now: Timestamp,
) -> Result<Option<Found>, StoreError> {
    let found = session::find_locked(tx, Key::Selector(token.selector())).await?;
    Ok(found.filter(|found| opens(token, found, now)))
}

fn opens(token: &Token, found: &Found, now: Timestamp) -> bool {
    token.opens(&found.token_hash) && is_readable(&found.session, now)
}

/// How a flow looks at a session before it writes: freely at first, as two tabs seldom meet and the save compares; under
/// the session's lock once somebody was faster.
pub(super) enum Look {
    Free(Tx),
    Locked(WriteTx),
}

impl Deref for Look {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        match self {
            Self::Free(tx) => tx,
            Self::Locked(tx) => tx,
        }
    }
}

impl Look {
    /// Opens the session of a token for the `tries`th try, and says when that was.
    pub(super) async fn at(
        app: &App,
        organization: &Organization,
        token: &Token,
        tries: u32,
    ) -> Result<(Self, Option<Found>, Timestamp), FlowError> {
        if tries == 1 {
            let (tx, now) = (app.store.read(organization.id), app.now());
            let found = open(&tx, token, now).await?;
            return Ok((Self::Free(tx), found, now));
        }
        let tx = app.store.write(organization.id).await?;
        let found = open_locked(&tx, token, app.now()).await?;
        // After the wait for the lock: what ran out meanwhile has run out.
        let now = app.now();
        Ok((Self::Locked(tx), found, now))
    }

    /// On to several statements that are done together.
    pub(super) async fn write(self, app: &App) -> Result<WriteTx, StoreError> {
        match self {
            Self::Free(tx) => app.store.write(tx.tenant()).await,
            Self::Locked(tx) => Ok(tx),
        }
    }

    /// On to one statement.
    pub(super) async fn write_once(self, app: &App) -> Result<WriteTx, StoreError> {
        match self {
            Self::Free(tx) => app.store.write_once(tx.tenant()).await,
            Self::Locked(tx) => Ok(tx),
        }
    }
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

/// Shows a session that has no order.
pub(super) fn view(
    organization: &Organization,
    session: Session,
    attempt: Option<Attempt>,
    now: Timestamp,
) -> View {
    View { organization: organization.clone(), session: shown(session, now), attempt, order: None, now }
}

/// A session that ended without an order is shown without personal data.
fn shown(mut session: Session, now: Timestamp) -> Session {
    let ended =
        matches!(session.phase, Phase::Canceled { .. } | Phase::Expired { .. }) || session.has_run_out(now);
    if ended && !matches!(session.phase, Phase::Completed { .. }) {
        session.details.buyer = Buyer::default();
        session.details.shipping = None;
        for other in &mut session.details.further {
            other.address = Address::default();
        }
        session.details.billing = None;
        session.details.message = None;
    }
    session
}

/// Refuses, with the session as it is stored.
pub(super) async fn refuse(
    tx: &Tx,
    organization: &Organization,
    stored: &Found,
    now: Timestamp,
    refusals: impl FnOnce(&View) -> Vec<Refusal>,
) -> Result<Outcome, FlowError> {
    let attempt = stored.attempt.as_ref().map(|found| found.attempt.clone());
    let mut view = view(organization, stored.session.clone(), attempt, now);
    if let Phase::Completed { order, .. } = &stored.session.phase {
        view.order = order::find(tx, *order).await?;
    }
    let refusals = refusals(&view);
    Ok(Outcome { view: Some(Box::new(view)), refusals })
}

/// Reads a session with its order.
async fn whole(
    tx: &Tx,
    organization: &Organization,
    (key, token): (Key<'_>, Option<&Token>),
    now: Timestamp,
) -> Result<Option<View>, StoreError> {
    let found = session::find_with_order(tx, key).await?;
    let opened = found.filter(|(found, _)| token.is_none_or(|token| opens(token, found, now)));
    Ok(opened.map(|(found, order)| View {
        order,
        ..view(organization, found.session, found.attempt.map(|found| found.attempt), now)
    }))
}

/// Reads the session of a token, with its order.
pub(super) async fn read(
    app: &App,
    organization: &Organization,
    token: &Token,
) -> Result<Option<View>, FlowError> {
    let tx = app.store.read(organization.id);
    Ok(whole(&tx, organization, (Key::Selector(token.selector()), Some(token)), app.now()).await?)
}

/// Reads a session anew, after everything was committed.
pub(super) async fn show(
    app: &App,
    organization: &Organization,
    id: SessionId,
) -> Result<Option<View>, FlowError> {
    let tx = app.store.read(organization.id);
    Ok(whole(&tx, organization, (Key::Id(id), None), app.now()).await?)
}
