//! Prices a cart. The only place that adds up money, and its answer explains itself.
//!
//! **Invariant:** pure and in a fixed order: unit prices, line subtotals, discounts of goods, discounts of the order
//! (spread over the lines by largest remainder), shipping of each consignment, shipping discounts, tax per line and on
//! shipping, total, gift certificates, amount due. A discount never makes a line or a total negative.
//!
//! Discounts are taken one after the other, each of what the former left. With tax rounded on each line, one more minor
//! unit of discount may raise the total by at most one minor unit a line: the spread moves units between lines whose tax
//! rounds differently. Rounded on the total it may raise it by one unit a tax.

use std::sync::Arc;

use super::{
    assessment::TaxBy,
    buyer::{Address, Destination},
    cart::Line,
    certificate::{NamedCertificate, draw},
    consignment::{Load, Shipment, shared},
    currency::Currency,
    discount::{Discount, Shopper, TypedCode, Usage},
    goods::Goods,
    ids::RateId,
    instant::Timestamp,
    money::Minor,
    shipping::{PricedRate, Zone},
    tax::{TaxRate, TaxTerms, Taxed},
    taxation::{Carried, Taxation},
    trip::Trip,
};

pub use super::quote::{
    Allocation, AppliedDiscount, CodeOutcome, Exemption, Offer, Quote, QuotedConsignment, QuotedLine,
    QuotedShipping, Tax, TaxScope, TaxSource, TaxStatus,
};

/// Everything that is known when a cart is priced, gathered beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Currency of the session.
    pub currency: Currency,
    /// How tax is computed.
    pub tax: TaxTerms,
    /// Why no tax is owed.
    pub exemption: Option<Exemption>,
    /// What that was based on, where a registry is asked.
    pub verification: Option<super::vat::Verification>,
    /// Codes as typed, with what the shop knows of them.
    pub codes: Vec<TypedCode>,
    /// Discounts that need no code.
    pub automatic: Vec<(Discount, Usage)>,
    /// Who buys, as discounts ask.
    pub shopper: Shopper,
    /// Gift certificates as named, with what the shop knows of them.
    pub certificates: Vec<NamedCertificate>,
    /// Where the goods go, once the country is known.
    pub destination: Option<Destination>,
    /// All zones of the shop.
    pub zones: Arc<[Zone]>,
    /// The rate that the buyer chose.
    pub chosen: Option<RateId>,
    /// Who computes tax.
    pub tax_by: TaxBy,
    /// All tax rates of the shop.
    pub tax_rates: Arc<[TaxRate]>,
    /// Consignments beside the first, which goes to the destination by the chosen rate.
    pub further: Vec<Shipment>,
    /// Now.
    pub now: Timestamp,
}

/// A cart with its price and the ways it could be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// The price.
    pub quote: Quote,
    /// Rates that apply to the first consignment, each with the grand total it would lead to.
    pub offers: Vec<Offer>,
    /// Whether a zone covers its destination; true while there is none.
    pub covered: bool,
    /// How the others could be sent.
    pub further: Vec<Delivery>,
}

/// How a consignment could be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Rates that apply, each with the grand total it would lead to.
    pub offers: Vec<Offer>,
    /// Whether a zone covers the destination; true while there is none.
    pub covered: bool,
}

/// Prices a cart, and says what each rate that applies would lead to.
#[must_use]
pub fn price(lines: &[Line], terms: &Terms) -> Priced {
    let trips = Trip::all(lines, terms);
    let goods = Goods::new(lines, terms, &trips);
    let amounts = shared(&goods.left, &trips.iter().map(|trip| &trip.load).collect::<Vec<&Load>>());
    let bills: Vec<Bill<'_>> =
        trips.into_iter().zip(&amounts).map(|(trip, amounts)| Bill::new(&goods, trip, amounts)).collect();
    let total: Minor =
        goods.left.iter().copied().sum::<Minor>() + bills.iter().map(|bill| bill.cost).sum::<Minor>();
    let delivery = |bill: &Bill<'_>| Delivery {
        offers: bill.offers(&goods, total - bill.cost),
        covered: bill.trip.covered,
    };
    let mut deliveries = bills.iter().map(delivery);
    let first = deliveries.next().unwrap_or(Delivery { offers: Vec::new(), covered: true });
    let further = deliveries.collect();
    let quote = quote(goods, bills, total.to_step(terms.currency.step()));
    Priced { quote, offers: first.offers, covered: first.covered, further }
}

/// What one consignment costs by its chosen rate.
struct Bill<'a> {
    trip: Trip<'a>,
    carried: Carried<'a>,
    home: Taxation<'a>,
    /// The taxes of where it is picked up.
    there: Option<Taxation<'a>>,
    shipping: Option<QuotedShipping>,
    /// What it adds to the price of the goods.
    cost: Minor,
}

impl<'a> Bill<'a> {
    fn new(goods: &Goods<'a>, trip: Trip<'a>, amounts: &[Minor]) -> Self {
        let lines: &'a [Line] = goods.lines;
        let taxed = |(&(place, _), amount): (&(usize, i64), &Minor)| Taxed {
            amount: *amount,
            class: lines[place].item.tax_class.as_deref(),
        };
        let taxed: Vec<Taxed<'a>> = trip.load.iter().zip(amounts).map(taxed).collect();
        let sent = |(held, _): &(&(usize, i64), &Taxed<'a>)| lines[held.0].item.requires_shipping;
        let served = trip.load.iter().zip(&taxed).filter(sent).map(|(_, taxed)| *taxed).collect();
        // Only a provider's answer is compared with them.
        let asked = matches!(goods.terms.tax_by, TaxBy::Provider(_));
        let named = trip.load.iter().filter(|_| asked).map(|&(place, _)| lines[place].id).collect();
        let rate = trip.chosen().map(|priced| priced.rate.id);
        let carried = Carried { lines: named, taxed, served, rate };
        let home = Taxation::new(goods.terms, &carried, (trip.destination, trip.exemption));
        let there = trip.chosen().and_then(|priced| picked_up(goods, &carried, (priced, trip.exemption)));
        let taxation = there.as_ref().unwrap_or(&home);
        let shipping = trip.chosen().map(|priced| taxation.sent(priced, goods.freed(priced), &carried));
        let cost = taxation.cost(shipping.as_ref());
        Self { trip, carried, home, there, shipping, cost }
    }

    fn taxation(&self) -> &Taxation<'a> {
        self.there.as_ref().unwrap_or(&self.home)
    }

    /// What each rate leads to; `rest` is what all else costs.
    fn offers(&self, goods: &Goods<'a>, rest: Minor) -> Vec<Offer> {
        let offer = |(place, priced): (usize, &PricedRate<'_>)| {
            let there = picked_up(goods, &self.carried, (priced, self.trip.exemption));
            let taxation = there.as_ref().unwrap_or(&self.home);
            let sent = taxation.sent(priced, goods.freed(priced), &self.carried);
            Offer {
                price_before_discount: priced.price,
                price: sent.charge(),
                handling: sent.handling,
                grand_total: (rest + taxation.cost(Some(&sent))).to_step(goods.terms.currency.step()),
                selected: self.trip.chosen == Some(place),
                rate: priced.rate.clone(),
            }
        };
        self.trip.rates.iter().enumerate().map(offer).collect()
    }
}

/// What is picked up is taxed where it is picked up.
fn picked_up<'a>(
    goods: &Goods<'a>,
    carried: &Carried<'_>,
    (priced, exemption): (&PricedRate<'_>, Option<Exemption>),
) -> Option<Taxation<'a>> {
    let there = priced.rate.pickup.as_ref().and_then(|point| Address::destination(&point.address))?;
    Some(Taxation::new(goods.terms, carried, (Some(&there), exemption)))
}

fn quote(goods: Goods<'_>, bills: Vec<Bill<'_>>, total: Minor) -> Quote {
    let charges: Vec<&QuotedShipping> = bills.iter().filter_map(|bill| bill.shipping.as_ref()).collect();
    let discounts = goods.applied(&charges);
    let codes = goods.outcomes(&discounts);
    let (tax_status, tax_source) = (status(&bills), source(&bills));
    let terms = goods.terms;
    let parts = goods.lines.iter().zip(goods.allocations);
    let mut lines: Vec<QuotedLine> = parts
        .map(|(line, allocations)| QuotedLine {
            line: line.id,
            title: line.item.title.clone(),
            quantity: line.quantity,
            unit_price: line.item.unit_price,
            allocations,
            relief: Minor::ZERO,
            taxes: Vec::new(),
        })
        .collect();
    for bill in &bills {
        for (part, &(place, _)) in bill.trip.load.iter().enumerate() {
            lines[place].relief += bill.taxation().relief_of_line(part);
            lines[place].add_taxes(bill.taxation().of_line(part));
        }
    }
    let mut consignments = bills
        .into_iter()
        .map(|bill| QuotedConsignment { exemption: bill.taxation().exemption, shipping: bill.shipping });
    let first = consignments.next().unwrap_or_default();
    let mut quote = Quote {
        currency: terms.currency,
        taxes_included: terms.tax.included,
        tax_status,
        tax_source,
        exemption: first.exemption,
        verification: terms.verification,
        lines,
        shipping: first.shipping,
        further: consignments.collect(),
        discounts,
        codes,
        certificates: Vec::new(),
        rounding: Minor::ZERO,
    };
    quote.rounding = total - quote.grand_total();
    quote.certificates = draw(total, terms.currency, &terms.certificates, terms.now);
    quote
}

/// Not final while one is not; exempt where all are.
fn status(bills: &[Bill<'_>]) -> TaxStatus {
    let any = |status| bills.iter().any(|bill| bill.taxation().status == status);
    if any(TaxStatus::Pending) {
        TaxStatus::Pending
    } else if any(TaxStatus::Estimated) {
        TaxStatus::Estimated
    } else {
        TaxStatus::Exempt
    }
}

/// A provider only where it computed everything that is taxed.
fn source(bills: &[Bill<'_>]) -> TaxSource {
    let of = |bill: &Bill<'_>| bill.taxation().source(bill.shipping.as_ref());
    let taxed = |bill: &&Bill<'_>| bill.taxation().exemption.is_none();
    let sources: Vec<TaxSource> = bills.iter().filter(taxed).map(of).collect();
    if sources.is_empty() || sources.contains(&TaxSource::Fallback) {
        bills.first().map(of).unwrap_or_default()
    } else if sources.iter().all(|source| *source == TaxSource::Provider) {
        TaxSource::Provider
    } else {
        TaxSource::Table
    }
}
