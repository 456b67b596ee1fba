//! Sets the buyer's message to the merchant. Neither reprices nor releases a binding.

use super::{
    App, FlowError,
    outcome::{Code, Outcome, Refusal},
    retrying,
    session::{Look, refuse, view},
    token::Token,
};
use crate::{
    domain::tenant::Organization,
    failpoint::{Commit, Point, reach},
    store::session,
};

/// Sets the message; an empty one clears it.
pub async fn set(
    app: &App,
    organization: &Organization,
    token: &Token,
    message: &str,
) -> Result<Outcome, FlowError> {
    retrying!(tries => try_set(app, organization, token, (message, tries)))
}

async fn try_set(
    app: &App,
    organization: &Organization,
    token: &Token,
    (message, tries): (&str, u32),
) -> Result<Outcome, FlowError> {
    let (look, found, now) = Look::at(app, organization, token, tries).await?;
    let Some(found) = found else {
        return Ok(Outcome::nothing(Refusal::at(Code::SessionNotFound, "$.token")));
    };
    if let Err(refused) = found.session.may_change(now) {
        return refuse(&look, organization, &found, now, |view| vec![Refusal::of_state(refused, view)]).await;
    }
    let mut session = found.session.clone();
    session.details.message = Some(message.to_owned()).filter(|message| !message.is_empty());
    session.revision += 1;
    session.updated_at = now;
    reach(Point::Before(Commit::Message));
    let tx = look.write_once(app).await?;
    session::save(&tx, &found, &session).await?;
    tx.commit_as(Commit::Message).await?;
    let attempt = found.attempt.map(|found| found.attempt);
    Ok(Outcome::done(view(organization, session, attempt, now)))
}
