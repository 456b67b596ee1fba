//! A webhook arrives.
//!
//! Verified over its raw bytes before anything is looked at; stored in a transaction of its own; then acted on. What is
//! acknowledged is on disk: as handled, or as received and to be worked on again. Nothing authentic is refused.

use super::{App, FlowError, merchant::Merchant, settle};
use crate::{
    domain::tenant::Slug,
    failpoint::{Commit, Point, reach},
    payment::{event, signature},
    store::inbox::{self, Arrived},
};

/// What the provider is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is on disk.
    Acknowledged,
    /// It is not the provider's, or not of now; nothing was stored.
    BadSignature,
}

/// Takes a webhook.
pub async fn receive(app: &App, slug: &str, header: &str, body: &[u8]) -> Result<Received, FlowError> {
    let Ok(slug) = slug.parse::<Slug>() else { return Ok(Received::BadSignature) };
    let Some(merchant) = app.merchant(&slug).await? else { return Ok(Received::BadSignature) };
    let Merchant { organization, account: Some(account) } = &merchant else {
        return Ok(Received::BadSignature);
    };
    if signature::verify(header, body, &account.webhook_secrets, app.now()).is_err() {
        return Ok(Received::BadSignature);
    }
    let envelope = event::envelope(body);
    let arrived = Arrived {
        event_id: envelope.id,
        event_type: envelope.kind,
        intent: envelope.intent,
        // PostgreSQL text takes no NUL; JSON cannot hold a raw one, so nothing that can be read is lost.
        payload: event::without_secrets(&String::from_utf8_lossy(body)).replace('\0', "\u{fffd}"),
    };
    reach(Point::Before(Commit::Received));
    let tx = app.store.write_once(organization.id).await?;
    let now = app.now();
    let event = if settle::is_idle(&arrived.event_type) {
        inbox::store_flagged(&tx, App::new_id(), &arrived, ("nothing to do for this type", now)).await?
    } else {
        inbox::store(&tx, App::new_id(), &arrived, now).await?
    };
    tx.commit_as(Commit::Received).await?;
    if event.waiting {
        // What was not acted on is due at once; whoever takes it up looks again.
        let settled = settle::settle(app, organization, Some(account), &event).await;
        app.metrics.event(settled.inspect_err(|_| app.hurry())?.word());
    }
    Ok(Received::Acknowledged)
}
