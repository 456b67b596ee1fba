//! What a total was priced from, kept small, and pricing it again.
//!
//! **Invariant:** what is kept prices to the very same quote and offers as everything that was known then. A replay names
//! the first part that differs. So a release that counts in another way keeps the old way under a term of its own, which
//! documents of before do not have: what was once bound replays for good.
//!
//! Kept are: all codes and discounts with how often they were used, what they ask of the shopper, certificates with their
//! balance, the zones that cover the destination with the rates that fitted the cart (a free-shipping discount is weighed
//! by all of them), and the taxes of the destination and of every place where the goods could be picked up. Of an e-mail
//! address only the domain is kept, which is all that a discount asks for, and of the address that a tax provider was asked
//! about neither street nor city.

use std::fmt::Display;

use super::{
    assessment::{Assessment, TaxBy},
    buyer::{Address, Destination},
    cart::{self, Line},
    consignment::loads,
    discount::Shopper,
    explanation::{Step, explain},
    money::Minor,
    order::Snapshot,
    pricing::{self, Terms},
    quote::{Quote, QuotedConsignment, QuotedLine, QuotedShipping, Tax},
    shipping::{Parcel, Rate, Zone, covering},
    trip::parcel,
};

/// The first part in which two prices differ.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: stored {stored}, but {again} when priced again")]
pub struct Difference {
    /// Path of the part.
    pub field: String,
    /// As it was stored.
    pub stored: String,
    /// As it should be.
    pub again: String,
}

/// What an order says beside its snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    /// What it costs.
    pub grand_total: Minor,
    /// What was charged.
    pub charged: Minor,
    /// How the total came about.
    pub steps: Vec<Step>,
}

/// The terms without what decided nothing about these lines.
#[must_use]
pub fn reduce(lines: &[Line], terms: Terms) -> Terms {
    let loads = loads(lines, terms.further.iter().map(|of| of.lines.as_slice()));
    let parcels: Vec<Parcel> = loads.iter().map(|load| parcel(lines, load, terms.currency)).collect();
    let fitting = |zone: &Zone| {
        let fits = |rate: &&Rate| parcels.iter().any(|parcel| rate.price_for(parcel).is_some());
        Zone { rates: zone.rates.iter().filter(fits).cloned().collect(), ..zone.clone() }
    };
    let to: Vec<&Destination> = terms
        .destination
        .iter()
        .chain(terms.further.iter().filter_map(|of| of.destination.as_ref()))
        .collect();
    let ships = cart::ships(lines);
    let covers = |zone: &&Zone| {
        ships && to.iter().any(|to| covering(&terms.zones, to).iter().any(|other| other.id == zone.id))
    };
    let zones: Vec<Zone> = terms.zones.iter().filter(covers).map(fitting).collect();
    let picked_up = |rate: &Rate| rate.pickup.as_ref().and_then(|point| Address::destination(&point.address));
    let places: Vec<Destination> = to
        .into_iter()
        .cloned()
        .chain(zones.iter().flat_map(|zone| &zone.rates).filter_map(picked_up))
        .collect();
    let taxes = terms.tax_rates.iter().filter(|rate| places.iter().any(|place| rate.applies_to(place)));
    let tax_rates = taxes.cloned().collect();
    let email = terms.shopper.email.as_deref().map(without_local_part);
    let shopper = Shopper { email, ..terms.shopper };
    let tax_by = match terms.tax_by {
        TaxBy::Provider(given) => TaxBy::Provider(given.iter().map(Assessment::without_street).collect()),
        by @ (TaxBy::Table | TaxBy::Fallback) => by,
    };
    Terms { zones: zones.into(), tax_rates, shopper, tax_by, ..terms }
}

/// `@example.com`; empty where there is no domain. That there was an address stays known.
fn without_local_part(email: &str) -> String {
    email.rsplit_once('@').map_or_else(String::new, |(_, domain)| format!("@{domain}"))
}

/// Prices what was bound again, from what it was priced from.
pub fn verify(snapshot: &Snapshot, terms: &Terms) -> Result<(), Difference> {
    let again = pricing::price(&snapshot.lines, terms).quote.fixed();
    first_difference(&parts(&snapshot.quote), &parts(&again))
}

/// Whether an order says beside its snapshot what its snapshot says.
pub fn verify_books(quote: &Quote, booked: &Booked) -> Result<(), Difference> {
    let sum: Minor = booked.steps.iter().map(|step| step.amount).sum();
    let steps = |steps: &[Step]| {
        let told = |(place, step): (usize, &Step)| {
            part(format!("totals[{place}]"), format!("{} {}", step.label, step.amount.raw()))
        };
        steps.iter().enumerate().map(told).collect::<Vec<Part>>()
    };
    let sums = |total: Minor, charged: Minor, steps: Minor| {
        vec![
            amount("grand_total_minor", total),
            amount("charged_minor", charged),
            amount("the sum of totals", steps),
        ]
    };
    let (total, due) = (quote.grand_total(), quote.amount_due());
    first_difference(&sums(booked.grand_total, booked.charged, sum), &sums(total, due, total))?;
    first_difference(&steps(&booked.steps), &steps(&explain(quote)))
}

/// A part of a price: where it is, and what.
type Part = (String, String);

fn first_difference(stored: &[Part], again: &[Part]) -> Result<(), Difference> {
    let differs = |place: &usize| stored.get(*place) != again.get(*place);
    let Some(place) = (0..stored.len().max(again.len())).find(differs) else { return Ok(()) };
    let lacks = |parts: &[Part], field: &str| !parts.iter().any(|(other, _)| other == field);
    let difference = |field: &str, stored: &str, again: &str| Difference {
        field: field.to_owned(),
        stored: stored.to_owned(),
        again: again.to_owned(),
    };
    Err(match (stored.get(place), again.get(place)) {
        (Some((field, one)), Some((same, other))) if field == same => difference(field, one, other),
        // A list is longer than the other: what stands here in one is missing in the other.
        (Some((field, one)), _) if lacks(again, field) => difference(field, one, "nothing"),
        (_, Some((field, other))) => difference(field, "nothing", other),
        (Some((field, one)), None) => difference(field, one, "nothing"),
        (None, None) => return Ok(()),
    })
}

fn part(field: impl Into<String>, what: impl Display) -> Part {
    (field.into(), what.to_string())
}

fn amount(field: impl Into<String>, amount: Minor) -> Part {
    part(field, amount.raw())
}

fn outcome<E: std::fmt::Debug>(result: &Result<impl Display, E>) -> String {
    result.as_ref().map_or_else(|why| format!("{why:?}"), ToString::to_string)
}

/// Every part of a price, in the order of work. Taken apart by field, so that a new one cannot be forgotten.
fn parts(quote: &Quote) -> Vec<Part> {
    let Quote {
        currency,
        taxes_included,
        tax_status,
        tax_source,
        exemption,
        verification,
        lines,
        shipping,
        further,
        discounts,
        codes,
        certificates,
        rounding,
    } = quote;
    let mut all = vec![part("currency", currency), part("taxes_included", taxes_included)];
    for (place, line) in lines.iter().enumerate() {
        of_line(&format!("lines[{place}]"), line, &mut all);
    }
    for (place, applied) in discounts.iter().enumerate() {
        let code = applied.code.as_deref().unwrap_or("-");
        let (title, target, limited) = (&applied.title, applied.target, applied.limited);
        let told = format!("{} {title} {code} {target:?} {limited}", applied.discount);
        all.push(part(format!("discounts[{place}]"), told));
        all.push(amount(format!("discounts[{place}].amount"), applied.amount));
    }
    for (place, code) in codes.iter().enumerate() {
        let result = code.result.map(Minor::raw);
        all.push(part(format!("codes[{place}]"), format!("{} {}", code.code, outcome(&result))));
    }
    of_shipping("shipping", shipping.as_ref(), &mut all);
    for (place, QuotedConsignment { shipping, exemption }) in further.iter().enumerate() {
        let at = format!("further[{place}]");
        of_shipping(&format!("{at}.shipping"), shipping.as_ref(), &mut all);
        all.push(part(format!("{at}.exemption"), format!("{exemption:?}")));
    }
    all.push(part("tax_status", format!("{tax_status:?}")));
    all.push(part("tax_source", format!("{tax_source:?}")));
    all.push(part("exemption", format!("{exemption:?}")));
    all.push(part("verification", format!("{verification:?}")));
    all.push(amount("rounding", *rounding));
    for (place, named) in certificates.iter().enumerate() {
        let pays = |draw: super::certificate::Draw| {
            format!("{} {} {}", draw.certificate, draw.amount.raw(), draw.remaining.raw())
        };
        let result = outcome(&named.result.map(pays));
        all.push(part(format!("certificates[{place}]"), format!("{} {result}", named.masked)));
    }
    all
}

fn of_line(at: &str, line: &QuotedLine, all: &mut Vec<Part>) {
    let QuotedLine { line: id, title, quantity, unit_price, allocations, taxes, relief } = line;
    all.push(part(format!("{at}.line"), format!("{id} {title}")));
    all.push(part(format!("{at}.quantity"), quantity));
    all.push(amount(format!("{at}.unit_price"), *unit_price));
    for (place, taken) in allocations.iter().enumerate() {
        let told = format!("{} {}", taken.discount, taken.amount.raw());
        all.push(part(format!("{at}.allocations[{place}]"), told));
    }
    of_taxes(at, taxes, all);
    all.push(amount(format!("{at}.relief"), *relief));
}

fn of_shipping(at: &str, shipping: Option<&QuotedShipping>, all: &mut Vec<Part>) {
    let Some(shipping) = shipping else { return };
    let QuotedShipping { rate, name, before_discount, discount, discounted_by, handling, taxes, relief } =
        shipping;
    let by = discounted_by.map_or_else(|| "-".to_owned(), |by| by.to_string());
    all.push(part(format!("{at}.rate"), format!("{rate} {name}")));
    all.push(amount(format!("{at}.before_discount"), *before_discount));
    all.push(amount(format!("{at}.discount"), *discount));
    all.push(part(format!("{at}.discounted_by"), by));
    all.push(amount(format!("{at}.handling"), *handling));
    of_taxes(at, taxes, all);
    all.push(amount(format!("{at}.relief"), *relief));
}

fn of_taxes(at: &str, taxes: &[Tax], all: &mut Vec<Part>) {
    for (place, tax) in taxes.iter().enumerate() {
        let Tax { title, rate, jurisdiction, scope, amount: taken } = tax;
        let told = format!("{title} {} {jurisdiction} {scope:?}", rate.normalize());
        all.push(part(format!("{at}.taxes[{place}]"), told));
        all.push(amount(format!("{at}.taxes[{place}].amount"), *taken));
    }
}
