//! Gathers the terms of the shop and prices a session.
//!
//! **Invariant:** the one way to a price: create, reprice, line changes and bind all come through here, so none of them
//! can price differently. Pricing itself knows no database; everything is gathered first.

use std::sync::Arc;

use super::{
    App,
    merchandise::{Asked, Shelf},
    outcome::{Code, Refusal},
    terms::charges,
};
use crate::{
    domain::{
        assessment::TaxBy,
        buyer::Address,
        cart::Line,
        checkout::{Estimate, Note, Session},
        currency::Currency,
        discount::Shopper,
        draft::Details,
        instant::Timestamp,
        pricing::{self, Exemption, Terms},
        tax::TaxTerms,
        tenant::Organization,
        vat::exemption,
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
    /// Whether the rate was given just now: then it is refused where it does not apply, not cleared.
    pub(super) rate_given: bool,
    /// Who computes tax.
    pub(super) tax: TaxBy,
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
    let (key, asked_by) = (customer_key(of.details), (of.session.map(|session| session.id), now));
    let (charges, known) = charges((app, tx, organization), &of.details.codes, &key, asked_by).await?;
    let terms = Terms {
        currency: of.currency,
        tax: TaxTerms {
            included: settings.taxes_included,
            mode: settings.rounding_mode,
            level: settings.rounding_level,
            shipping: settings.shipping_tax,
        },
        exemption: exemption(settings.home, of.details.buyer.given_vat_id(), destination.as_ref())
            .or_else(|| customer.tax_exempt.then_some(Exemption::Customer)),
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
    let applies = priced.offers.iter().any(|offer| offer.selected);
    let note = match (of.details.rate, applies, of.rate_given) {
        (None, _, _) | (Some(_), true, _) => None,
        (Some(_), false, true) => {
            let code = if terms.destination.is_none() {
                Code::ShippingRateNeedsAddress
            } else {
                Code::ShippingRateNotApplicable
            };
            return Ok(Err(Refusal::at(code, "$.draft.shippingRateId")));
        }
        (Some(_), false, false) => {
            of.details.rate = None;
            Some(Note::RateCleared)
        }
    };
    let assessment = match &terms.tax_by {
        TaxBy::Provider(assessment) => assessment.clone(),
        TaxBy::Table | TaxBy::Fallback => None,
    };
    let (quote, offers, covered) = (priced.quote, priced.offers, priced.covered);
    let estimate = Estimate { quote, offers, covered, findings, assessment };
    Ok(Ok((estimate, note, terms)))
}

/// Who buys, for limits by customer; empty while nobody is known.
pub(super) fn customer_key(details: &Details) -> String {
    details.buyer.given_email().map(customer::key).unwrap_or_default()
}
