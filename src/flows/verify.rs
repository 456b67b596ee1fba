//! Asks the registry of VAT numbers who holds the buyer's, before anything is written.
//!
//! **Invariant:** no transaction is open, and nobody is asked unless the merchant wants it and the answer decides whether
//! tax is owed; what was said of a number is not asked again for a day. An answer counts for the number that was asked
//! about: whoever writes compares it with the one that stands there, and a bind asks anew where they differ.

use std::time::Duration;

use super::{
    App, FlowError,
    reprice::{Change, stale},
    session::open,
    token::Token,
};
use crate::{
    domain::{
        buyer::Destination,
        checkout::Session,
        draft::{Details, Draft},
        tenant::{Organization, Settings, VatCheck},
        vat::{Registration, VatNumber, Verification, exemption},
    },
    store::StoreError,
};

/// How long an estimate waits for an answer.
pub(super) const ESTIMATE_WAITS: Duration = Duration::from_secs(3);
/// How long a bind waits for an answer.
pub(super) const BIND_WAITS: Duration = Duration::from_secs(5);

/// What was said of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    number: VatNumber,
    verification: Verification,
}

/// What is known of the number that decides about the tax of a session once it is changed so: kept, or asked for now.
/// `None` where no number decides.
pub(super) async fn verify(
    app: &App,
    organization: &Organization,
    token: &Token,
    (change, patience): (&Change, Duration),
) -> Result<Option<Verified>, FlowError> {
    if organization.settings.vat_check == VatCheck::Form {
        return Ok(None);
    }
    let now = app.now();
    let (number, kept) = {
        let tx = app.store.read(organization.id);
        let found = open(&tx, token, now).await?.filter(|found| {
            found.session.may_change(now).is_ok() && stale(change.expected_revision, &found.session).is_none()
        });
        // Whoever goes on refuses in full.
        let Some(found) = found else { return Ok(None) };
        let mut details = found.session.details.clone();
        details.apply(change.draft.clone());
        let Some(number) = deciding(&organization.settings, &details, &change.draft) else { return Ok(None) };
        let kept = kept(&found.session, &number);
        (number, kept)
    };
    match kept.filter(|said| said.is_fresh(now)) {
        Some(verification) => Ok(Some(Verified { number, verification })),
        None => ask(app, number, patience).await.map(Some),
    }
}

/// The same for a session that is to be opened.
pub(super) async fn verify_new(
    app: &App,
    organization: &Organization,
    draft: &Draft,
) -> Result<Option<Verified>, FlowError> {
    let mut details = Details::default();
    details.apply(draft.clone());
    match deciding(&organization.settings, &details, draft) {
        Some(number) => ask(app, number, ESTIMATE_WAITS).await.map(Some),
        None => Ok(None),
    }
}

/// The number that decides about the tax of some consignment, where one does and the merchant has it looked up. Where a
/// draft takes the order apart, its addresses count, too; asking once more than needed harms nobody.
fn deciding(settings: &Settings, details: &Details, draft: &Draft) -> Option<VatNumber> {
    let given = details.buyer.given_vat_id().filter(|_| settings.vat_check == VatCheck::Vies)?;
    let decides = |to: &Destination| exemption(settings.home, Some(given), Some(to)).is_some();
    let asked = draft.consignments.as_set().map_or(&[][..], Vec::as_slice);
    // Where a consignment has no address, or another takes the place of the first, the invoice's may decide.
    let apart = !asked.is_empty() || !details.further.is_empty();
    let invoice = details.billing.clone().filter(|_| apart);
    let given_now = asked.iter().map(|one| one.address.clone().fresh());
    let kept = (0..=details.further.len()).filter_map(|at| details.address_of(at)).cloned();
    let places = kept.chain(given_now).chain(invoice).filter_map(|address| address.destination());
    let matters = places.into_iter().any(|to| decides(&to));
    matters.then(|| VatNumber::parse(given)).flatten()
}

fn kept(session: &Session, number: &VatNumber) -> Option<Verification> {
    let of = session.details.buyer.given_vat_id().and_then(VatNumber::parse);
    session.estimate.verification.filter(|_| of.as_ref() == Some(number))
}

async fn ask(app: &App, number: VatNumber, patience: Duration) -> Result<Verified, FlowError> {
    let registry = app.registry()?;
    let answered = tokio::time::timeout(patience, registry.look_up(&number)).await;
    let registration = answered.unwrap_or_else(|_| {
        tracing::warn!("the registry of VAT numbers took too long");
        Registration::Unknown
    });
    Ok(Verified { number, verification: Verification { registration, at: app.now() } })
}

/// What is known of the number that a buyer gives: as asked just now, or as it was kept with the session.
pub(super) fn known(
    settings: &Settings,
    details: &Details,
    asked: Option<&Verified>,
    before: Option<&Session>,
) -> Option<Verification> {
    let given = details.buyer.given_vat_id().filter(|_| settings.vat_check == VatCheck::Vies)?;
    let number = VatNumber::parse(given)?;
    let now = asked.filter(|asked| asked.number == number).map(|asked| asked.verification);
    now.or_else(|| before.and_then(|session| kept(session, &number)))
}

/// [`StoreError::Stale`] where a bind was told about another number than the one that decides now.
pub(super) fn verified(
    organization: &Organization,
    session: &Session,
    change: &Change,
) -> Result<(), StoreError> {
    let settled = Draft::default();
    let Some(number) = deciding(&organization.settings, &session.details, &settled) else { return Ok(()) };
    let told = change.vat.as_ref().is_some_and(|asked| asked.number == number);
    if told { Ok(()) } else { Err(StoreError::Stale) }
}
