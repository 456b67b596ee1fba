//! Asks a tax provider about a session, before anything is written.
//!
//! **Invariant:** no transaction is open, and nobody is asked about what the session has an answer to: the question is
//! compared with the one that was answered last (what a refused bind was told is not kept). What the answer was based on
//! is compared again by whoever writes; where it changed meanwhile, the table estimates, and a bind asks anew.

use std::{sync::Arc, time::Duration};

use futures_util::future::try_join_all;

use super::{
    App, FlowError,
    outcome::{Code, Refusal},
    reprice::{Change, changed, stale},
    session::open,
    token::Token,
};
use crate::{
    domain::{
        assessment::{Assessment, Question, TaxBy, question},
        checkout::{Offered, Session},
        consignment::{Load, loads, shared},
        money::Minor,
        quote::{QuotedLine, TaxSource},
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
        let Some(found) = found else { return Ok(TaxBy::Provider(Arc::default())) };
        match changed(app, &tx, organization, &found.session, (change, now)).await? {
            Ok((session, _)) => session,
            // Whoever goes on refuses in full.
            Err(_) => return Ok(TaxBy::Provider(Arc::default())),
        }
    };
    let known = &found.estimate.assessments;
    let asked = asked(organization, &found);
    if asked.is_empty() {
        return Ok(TaxBy::Provider(Arc::clone(known)));
    }
    let told: Vec<Assessment> = asked.iter().filter_map(|asked| answer(known, asked)).cloned().collect();
    let asked: Vec<Question> = asked.into_iter().filter(|asked| answer(known, asked).is_none()).collect();
    if asked.is_empty() {
        return Ok(TaxBy::Provider(told.into()));
    }
    ask(app, organization, (told, asked), patience).await
}

fn answer<'a>(known: &'a [Assessment], asked: &Question) -> Option<&'a Assessment> {
    known.iter().find(|known| known.asked == *asked)
}

/// What a provider would have to be asked about a session: one question for each consignment that owes tax.
fn asked(organization: &Organization, session: &Session) -> Vec<Question> {
    let (lines, quote) = (&session.lines, &session.estimate.quote);
    let left: Vec<Minor> = quote.lines.iter().map(QuotedLine::total).collect();
    let loads = loads(lines, session.details.held_further());
    let amounts = shared(&left, &loads.iter().collect::<Vec<&Load>>());
    let question = |(at, ((load, amounts), (offers, _))): (usize, ((&Load, Vec<Minor>), Offered<'_>))| {
        let picked_up = offers.iter().find(|offer| offer.selected);
        let point = picked_up.and_then(|offer| offer.rate.pickup.as_ref()).map(|point| &point.address);
        let address = point.or_else(|| session.details.address_of(at));
        let load: Vec<(usize, Minor)> = load.iter().map(|(place, _)| *place).zip(amounts).collect();
        question(&organization.settings, lines, quote, (at, &load, address))
    };
    let all = loads.iter().zip(amounts).zip(session.estimate.deliveries()).enumerate();
    all.filter_map(question).collect()
}

/// Asks all at once. Without an answer to one of them there is none.
async fn ask(
    app: &App,
    organization: &Organization,
    (mut told, asked): (Vec<Assessment>, Vec<Question>),
    patience: Duration,
) -> Result<TaxBy, FlowError> {
    let Some(account) = app.account(organization.id).await? else { return Ok(TaxBy::Fallback) };
    let gateway = app.gateway()?;
    let calls = asked.into_iter().map(|asked| gateway.calculate_tax(&account, asked));
    match tokio::time::timeout(patience, try_join_all(calls)).await {
        Ok(Ok(answers)) => {
            told.extend(answers);
            Ok(TaxBy::Provider(told.into()))
        }
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
    let asked = asked(organization, session);
    if asked.is_empty() {
        return Ok(None);
    }
    match (&change.tax, organization.settings.tax_failure) {
        (Some(TaxBy::Provider(given)), _) if asked.iter().all(|asked| answer(given, asked).is_some()) => {
            Ok(None)
        }
        (Some(TaxBy::Fallback), TaxFailure::UseTable) => Ok(None),
        (Some(TaxBy::Fallback), TaxFailure::Refuse) => Ok(Some(Refusal::new(Code::TaxUnavailable))),
        (Some(TaxBy::Provider(_) | TaxBy::Table) | None, _) => Err(StoreError::Stale),
    }
}

/// Who computed the tax, with the provider's ids of the calculations.
pub(super) fn tax_source(session: &Session) -> String {
    match session.estimate.quote.tax_source {
        TaxSource::Provider => {
            let references = session.estimate.assessments.iter().map(|given| given.reference.as_str());
            ["STRIPE_TAX"].into_iter().chain(references).collect::<Vec<_>>().join(" ")
        }
        TaxSource::Fallback => "FALLBACK".to_owned(),
        TaxSource::Table => "MANUAL".to_owned(),
    }
}
