//! Gathers the terms of the shop and prices a session.
//!
//! **Invariant:** the one way to a price: create, reprice, line changes and bind all come through here, so none of them
//! can price differently. Pricing itself knows no database; everything is gathered first.

use std::sync::Arc;

use super::{
    App,
    consign::Given,
    merchandise::{Asked, Shelf},
    outcome::{Code, Refusal},
    terms::charges,
    verify::{self, Verified},
};
use crate::{
    domain::{
        assessment::TaxBy,
        buyer::{Address, Destination},
        cart::Line,
        checkout::{Estimate, Note, Session},
        consignment::{Consignment, Shipment},
        currency::Currency,
        discount::Shopper,
        draft::Details,
        instant::Timestamp,
        pricing::{self, Exemption, Terms},
        tax::TaxTerms,
        tenant::{Organization, Settings},
        vat::{exemption, proven},
    },
    store::{StoreError, Tx, customer, gift_certificate},
};

/// What is priced.
pub(super) struct Priceable<'a> {
    /// The session as it was last priced, where there is one already.
    pub(super) session: Option<&'a Session>,
    /// Its currency.
    pub(super) currency: Currency,
    /// What the buyer gave; a rate that no longer applies is cleared.
    pub(super) details: &'a mut Details,
    /// What is bought; brought up to date with the shop.
    pub(super) lines: &'a mut [Line],
    /// Whose rates were given just now: they are refused where they do not apply, not cleared.
    pub(super) given: &'a Given,
    /// Who computes tax.
    pub(super) tax: TaxBy,
    /// What was said just now of the VAT number.
    pub(super) vat: Option<&'a Verified>,
}

/// A price and what it was made of, or why a rate that was just given cannot be had.
pub(super) type Estimated = Result<(Estimate, Option<Note>, Terms), Refusal>;

/// Prices what is bought under the shop's terms of now.
pub(super) async fn estimate(
    app: &App,
    tx: &Tx,
    organization: &Organization,
    shelf: &Shelf,
    (of, now): (Priceable<'_>, Timestamp),
) -> Result<Estimated, StoreError> {
    let settings = &organization.settings;
    let customer = shelf.customer(of.details);
    let before = of.session.map(|session| shelf.customer(&session.details)).unwrap_or_default();
    let stored = of.session.map_or(&[][..], |session| &session.lines);
    let asked =
        Asked { currency: of.currency, now, groups: &customer.groups, before: (stored, &before.groups) };
    let findings = shelf.refresh(of.lines, &asked);
    let destination = of.details.delivery_address().and_then(Address::destination);
    let known_vat = verify::known(settings, of.details, of.vat, of.session);
    let reverse_charge = |to: Option<&Destination>| {
        let by_form = exemption(settings.home, of.details.buyer.given_vat_id(), to);
        proven(settings, by_form, known_vat, now)
    };
    let exempt = |to: Option<&Destination>| {
        reverse_charge(to).0.or_else(|| customer.tax_exempt.then_some(Exemption::Customer))
    };
    let shipment = |other: &Consignment| {
        let destination = other.address.destination();
        let exemption = exempt(destination.as_ref());
        Shipment { lines: other.lines.clone(), destination, chosen: other.rate, exemption }
    };
    let further: Vec<Shipment> = of.details.further.iter().map(shipment).collect();
    let mut places =
        std::iter::once(destination.as_ref()).chain(further.iter().map(|of| of.destination.as_ref()));
    let verification = places.find_map(|to| reverse_charge(to).1);
    let (key, asked_by) = (customer_key(of.details), (of.session.map(|session| session.id), now));
    let (charges, known) = charges((app, tx, organization), &of.details.codes, &key, asked_by).await?;
    let terms = Terms {
        currency: of.currency,
        tax: tax_terms(settings),
        exemption: exempt(destination.as_ref()),
        verification,
        further,
        shopper: Shopper {
            email: of.details.buyer.given_email().map(str::to_lowercase),
            has_ordered: known.has_ordered,
            country: destination.as_ref().map(|to| to.country),
            tags: customer.tags,
        },
        codes: known.codes,
        automatic: known.automatic,
        certificates: gift_certificate::look_up(tx, &of.details.certificates, asked_by).await?,
        zones: Arc::clone(&charges.zones),
        tax_rates: Arc::clone(&charges.tax_rates),
        destination,
        chosen: of.details.rate,
        tax_by: of.tax,
        now,
    };
    let priced = pricing::price(of.lines, &terms);
    let assessments = match &terms.tax_by {
        TaxBy::Provider(given) => Arc::clone(given),
        TaxBy::Table | TaxBy::Fallback => Arc::default(),
    };
    let pricing::Priced { quote, offers, covered, further } = priced;
    let estimate =
        Estimate { quote, offers, covered, further, findings, assessments, verification: known_vat };
    Ok(settle_rates(&mut *of.details, &estimate, of.given).map(|note| (estimate, note, terms)))
}

/// Clears chosen rates that do not apply, and refuses one that was given just now.
fn settle_rates(details: &mut Details, estimate: &Estimate, given: &Given) -> Result<Option<Note>, Refusal> {
    let mut note = None;
    for (at, (offers, _)) in estimate.deliveries().enumerate() {
        let known = details.address_of(at).is_some_and(|address| address.destination().is_some());
        let Some(rate) = details.rate_of(at).filter(|rate| rate.is_some()) else { continue };
        if offers.iter().any(|offer| offer.selected) {
            continue;
        }
        if let Some(path) = given.path(at) {
            let code = if known { Code::ShippingRateNotApplicable } else { Code::ShippingRateNeedsAddress };
            return Err(Refusal::at(code, path));
        }
        *rate = None;
        note = Some(Note::RateCleared);
    }
    Ok(note)
}

const fn tax_terms(settings: &Settings) -> TaxTerms {
    TaxTerms {
        included: settings.taxes_included,
        mode: settings.rounding_mode,
        level: settings.rounding_level,
        shipping: settings.shipping_tax,
    }
}

/// Who buys, for limits by customer; empty while nobody is known.
pub(super) fn customer_key(details: &Details) -> String {
    details.buyer.given_email().map(customer::key).unwrap_or_default()
}
