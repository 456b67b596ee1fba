//! Reading a session or an order by token. Never prices, never writes.

use super::{
    App, FlowError,
    outcome::View,
    session::{open, view},
    token::Token,
};
use crate::domain::tenant::Organization;

/// The session that a token opens; `None` for every token that opens nothing here.
pub async fn session(
    app: &App,
    organization: &Organization,
    token: &Token,
) -> Result<Option<View>, FlowError> {
    let now = app.now();
    if token.organization != organization.id {
        return Ok(None);
    }
    let tx = app.store.read(organization.id).await?;
    match open(&tx, token, now).await? {
        Some(found) => Ok(Some(view(&tx, organization, found.session, now).await?)),
        None => Ok(None),
    }
}
