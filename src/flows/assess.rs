//! Asks a tax provider about a session, before anything is written.
//!
//! **Invariant:** no transaction is open, and nobody is asked about what the session has an answer to: the question is
//! compared with the one that was answered last (what a refused bind was told is not kept). What the answer was based on
//! is compared again by whoever writes; where it changed meanwhile, the table estimates, and a bind asks anew.

use std::{sync::Arc, time::Duration};

use super::{
    App, FlowError,
    outcome::{Code, Refusal},
    reprice::{Change, changed, stale},
    session::open,
    token::Token,
};
use crate::{
    domain::{
        assessment::{Question, TaxBy, question},
        checkout::Session,
        quote::TaxSource,
        tenant::{Organization, TaxFailure, TaxProvider},
    },
    store::StoreError,
};

/// How long an estimate waits for an answer; then the table estimates.
pub(super) const ESTIMATE_WAITS: Duration = Duration::from_secs(3);
/// How long a bind waits for an answer.
pub(super) const BIND_WAITS: Duration = Duration::from_secs(10);

/// Who computes the tax of a session once it is changed so. A provider that does not answer in time is told as
/// [`TaxBy::Fallback`].
pub(super) async fn assess(
    app: &App,
    organization: &Organization,
    token: &Token,
    (change, patience): (&Change, Duration),
) -> Result<TaxBy, FlowError> {
    if organization.settings.tax_provider == TaxProvider::Table {
        return Ok(TaxBy::Table);
    }
    let now = app.now();
    let found = {
        let tx = app.store.read(organization.id);
        let found = open(&tx, token, now).await?.filter(|found| {
            found.session.may_change(now).is_ok() && stale(change.expected_revision, &found.session).is_none()
        });
        let Some(found) = found else { return Ok(TaxBy::Provider(None)) };
        match changed(app, &tx, organization, &found.session, (change, now)).await? {
            Ok((session, _)) => session,
            // Whoever goes on refuses in full.
            Err(_) => return Ok(TaxBy::Provider(None)),
        }
    };
    let known = found.estimate.assessment.clone();
    match asked(organization, &found) {
        None => Ok(TaxBy::Provider(known)),
        Some(asked) if known.as_ref().is_some_and(|known| known.asked == asked) => Ok(TaxBy::Provider(known)),
        Some(asked) => ask(app, organization, asked, patience).await,
    }
}

/// What a provider would have to be asked about a session.
fn asked(organization: &Organization, session: &Session) -> Option<Question> {
    let picked_up = session.estimate.offers.iter().find(|offer| offer.selected);
    let point = picked_up.and_then(|offer| offer.rate.pickup.as_ref()).map(|point| &point.address);
    let address = point.or_else(|| session.details.delivery_address());
    question(&organization.settings, &session.lines, &session.estimate.quote, address)
}

async fn ask(
    app: &App,
    organization: &Organization,
    asked: Question,
    patience: Duration,
) -> Result<TaxBy, FlowError> {
    let Some(account) = app.account(organization.id).await? else { return Ok(TaxBy::Fallback) };
    let gateway = app.gateway()?;
    match tokio::time::timeout(patience, gateway.calculate_tax(&account, asked)).await {
        Ok(Ok(answer)) => Ok(TaxBy::Provider(Some(Arc::new(answer)))),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the tax provider did not compute: {error}");
            Ok(TaxBy::Fallback)
        }
        Err(_) => {
            tracing::warn!("the tax provider took too long");
            Ok(TaxBy::Fallback)
        }
    }
}

/// Whether the tax is from whom the merchant wants it; [`StoreError::Stale`] where the provider was asked about something
/// else than what is bound now.
pub(super) fn assessed(
    organization: &Organization,
    session: &Session,
    change: &Change,
) -> Result<Option<Refusal>, StoreError> {
    let Some(asked) = asked(organization, session) else { return Ok(None) };
    match (&change.tax, organization.settings.tax_failure) {
        (Some(TaxBy::Provider(Some(given))), _) if given.asked == asked => Ok(None),
        (Some(TaxBy::Fallback), TaxFailure::UseTable) => Ok(None),
        (Some(TaxBy::Fallback), TaxFailure::Refuse) => Ok(Some(Refusal::new(Code::TaxUnavailable))),
        (Some(TaxBy::Provider(_) | TaxBy::Table) | None, _) => Err(StoreError::Stale),
    }
}

/// Who computed the tax, with the provider's id of the calculation.
pub(super) fn tax_source(session: &Session) -> String {
    match (session.estimate.quote.tax_source, &session.estimate.assessment) {
        (TaxSource::Provider, Some(given)) => format!("STRIPE_TAX {}", given.reference),
        (TaxSource::Fallback, _) => "FALLBACK".to_owned(),
        (TaxSource::Table | TaxSource::Provider, _) => "MANUAL".to_owned(),
    }
}
