//! Reading a session or an order by token. Never prices, never writes.

use super::{App, FlowError, outcome::View, token::Token};
use crate::{
    domain::{
        ids::{OrderId, SessionId},
        refund::Refund,
        tenant::Organization,
    },
    store::{refund, verdict},
};

pub use crate::store::verdict::{Outcome, Told as Decision};

/// The session that a token opens; `None` for every token that opens nothing here.
pub async fn session(
    app: &App,
    organization: &Organization,
    token: &Token,
) -> Result<Option<View>, FlowError> {
    if token.organization != organization.id {
        return Ok(None);
    }
    super::session::read(app, organization, token).await
}

/// What was decided about the payments of a session that a token opened, oldest first.
pub async fn verdicts(
    app: &App,
    organization: &Organization,
    session: SessionId,
) -> Result<Vec<Decision>, FlowError> {
    Ok(verdict::of_session(&app.store.read(organization.id), session).await?)
}

/// Refunds of an order that a token opened, oldest first.
pub async fn refunds(
    app: &App,
    organization: &Organization,
    order: OrderId,
) -> Result<Vec<Refund>, FlowError> {
    Ok(refund::of_order(&app.store.read(organization.id), order).await?)
}
