//! Sets the buyer's message to the merchant. Neither reprices nor releases a binding.

use super::{
    App, FlowError,
    outcome::{Code, Outcome, Refusal},
    retrying,
    session::{open_locked, refuse, view},
    token::Token,
};
use crate::{domain::tenant::Organization, store::session};

/// Sets the message; an empty one clears it.
pub async fn set(
    app: &App,
    organization: &Organization,
    token: &Token,
    message: &str,
) -> Result<Outcome, FlowError> {
    retrying!(try_set(app, organization, token, message))
}

async fn try_set(
    app: &App,
    organization: &Organization,
    token: &Token,
    message: &str,
) -> Result<Outcome, FlowError> {
    let now = app.now();
    let tx = app.store.write(organization.id).await?;
    let Some(found) = open_locked(&tx, token, now).await? else {
        return Ok(Outcome::nothing(Refusal::at(Code::SessionNotFound, "$.token")));
    };
    if let Err(refused) = found.session.may_change(now) {
        return refuse(&tx, organization, &found.session, now, |view| vec![Refusal::of_state(refused, view)])
            .await;
    }
    let mut session = found.session.clone();
    session.details.message = Some(message.to_owned()).filter(|message| !message.is_empty());
    session.revision += 1;
    session.updated_at = now;
    session::save(&tx, &found, &session).await?;
    let view = view(&tx, organization, session, now).await?;
    tx.commit().await?;
    Ok(Outcome::done(view))
}
