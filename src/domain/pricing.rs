//! Prices a cart. The only place that adds up money, and its answer explains itself.
//!
//! **Invariant:** pure and in a fixed order: unit prices, line subtotals, order discounts (spread over the lines by
//! largest remainder), shipping, shipping discounts, tax per line and on shipping, total. The steps of a quote sum
//! to its grand total. A discount never makes a line or a total negative.
//!
//! Several percentages are taken one after the other, each of what the former left. With tax rounded on each line,
//! one more minor unit of discount may raise the total by at most one minor unit a line: the spread moves units
//! between lines whose tax rounds differently. Rounded on the total it may raise it by one unit a tax.

use super::{
    buyer::Destination,
    cart::{self, Line},
    currency::Currency,
    discount::{self, Discount, Occasion, Rejection, Target, TypedCode},
    ids::{DiscountId, RateId},
    instant::Timestamp,
    money::{Minor, split},
    shipping::{Coverage, Parcel, PricedRate, Zone, coverage},
    tax::{self, TaxRate, TaxShare, TaxTerms, Taxed},
};

pub use super::quote::{
    Allocation, AppliedDiscount, CodeOutcome, Explained, Offer, Quote, QuotedLine, QuotedShipping, Step,
    StepKind, Tax, TaxScope, TaxStatus,
};

/// Everything that is known when a cart is priced, gathered beforehand.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Currency of the session.
    pub currency: Currency,
    /// How tax is computed.
    pub tax: TaxTerms,
    /// Codes as typed, with what the shop knows of them.
    pub codes: Vec<TypedCode>,
    /// Where the goods go, once the country is known.
    pub destination: Option<Destination>,
    /// All zones of the shop.
    pub zones: Vec<Zone>,
    /// The rate that the buyer chose.
    pub chosen: Option<RateId>,
    /// All tax rates of the shop.
    pub tax_rates: Vec<TaxRate>,
    /// Now.
    pub now: Timestamp,
}

/// A cart with its price and the ways it could be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// The price.
    pub quote: Quote,
    /// Rates that apply, each with the grand total it would lead to.
    pub offers: Vec<Offer>,
    /// Whether a zone covers the destination; true while there is none.
    pub covered: bool,
}

/// Prices a cart, and once more for each rate that applies.
#[must_use]
pub fn price(lines: &[Line], terms: &Terms) -> Priced {
    let parcel = Parcel {
        currency: terms.currency,
        subtotal: lines.iter().map(Line::subtotal).sum(),
        weight_grams: cart::weight_grams(lines),
    };
    let ships = cart::ships(lines);
    let reachable =
        terms.destination.as_ref().filter(|_| ships).map(|to| coverage(&terms.zones, to, &parcel));
    let covered = reachable != Some(Coverage::Uncovered);
    let rates = match reachable {
        Some(Coverage::Covered(rates)) => rates,
        Some(Coverage::Uncovered) | None => Vec::new(),
    };
    let chosen = rates.iter().find(|priced| Some(priced.rate.id) == terms.chosen);
    let pricing = Pricing::new(lines, terms, ships);
    let offers = rates.iter().map(|priced| pricing.offer(priced, chosen)).collect();
    Priced { quote: pricing.quote(chosen), offers, covered }
}

/// What does not depend on the rate, computed once.
struct Pricing<'a> {
    lines: &'a [Line],
    terms: &'a Terms,
    judged: Vec<Result<&'a Discount, Rejection>>,
    allocations: Vec<Vec<Allocation>>,
    tax_rates: Vec<TaxRate>,
    line_taxes: Vec<Vec<TaxShare>>,
}

impl<'a> Pricing<'a> {
    fn new(lines: &'a [Line], terms: &'a Terms, ships: bool) -> Self {
        let subtotals: Vec<Minor> = lines.iter().map(Line::subtotal).collect();
        let on = Occasion {
            currency: terms.currency,
            subtotal: subtotals.iter().copied().sum(),
            ships,
            now: terms.now,
        };
        let judged = discount::judge(&terms.codes, &on);
        let allocations = spread(&judged, &subtotals, terms);
        let tax_rates: Vec<TaxRate> = terms
            .destination
            .as_ref()
            .map(|to| terms.tax_rates.iter().filter(|rate| rate.applies_to(to)).cloned().collect())
            .unwrap_or_default();
        let taxed: Vec<Taxed<'_>> = lines
            .iter()
            .zip(&allocations)
            .map(|(line, off)| Taxed {
                amount: line.subtotal() - total(off),
                class: line.item.tax_class.as_deref(),
            })
            .collect();
        let line_taxes = tax::on_lines(&taxed, &tax_rates, terms.tax);
        Self { lines, terms, judged, allocations, tax_rates, line_taxes }
    }

    fn offer(&self, priced: &PricedRate<'_>, chosen: Option<&PricedRate<'_>>) -> Offer {
        let quote = self.quote(Some(priced));
        Offer {
            rate: priced.rate.clone(),
            price_before_discount: priced.price,
            price: quote.shipping.as_ref().map_or(Minor::ZERO, QuotedShipping::charge),
            grand_total: quote.grand_total(),
            selected: chosen.is_some_and(|chosen| chosen.rate.id == priced.rate.id),
        }
    }

    fn quote(&self, chosen: Option<&PricedRate<'_>>) -> Quote {
        let free = self.judged.iter().flatten().find(|discount| discount.target() == Target::Shipping);
        let shipping = chosen.map(|priced| {
            let discount = if free.is_some() { priced.price } else { Minor::ZERO };
            let charge = priced.price - discount;
            QuotedShipping {
                rate: priced.rate.id,
                name: priced.rate.name.clone(),
                before_discount: priced.price,
                discount,
                discounted_by: free.filter(|_| !discount.is_zero()).map(|discount| discount.id),
                taxes: self
                    .taxes(&tax::on_shipping(charge, &self.tax_rates, self.terms.tax), TaxScope::Shipping),
            }
        });
        let lines = (0..self.lines.len()).map(|place| self.quoted_line(place)).collect();
        let mut quote = Quote {
            currency: self.terms.currency,
            taxes_included: self.terms.tax.included,
            tax_status: self.tax_status(),
            lines,
            shipping,
            discounts: Vec::new(),
            codes: Vec::new(),
            rounding: Minor::ZERO,
        };
        quote.rounding = quote.grand_total().to_step(self.terms.currency.step()) - quote.grand_total();
        quote.discounts = self.applied(&quote);
        quote.codes = self.outcomes(&quote.discounts);
        quote
    }

    fn quoted_line(&self, place: usize) -> QuotedLine {
        let line = &self.lines[place];
        QuotedLine {
            line: line.id,
            title: line.item.title.clone(),
            quantity: line.quantity,
            unit_price: line.item.unit_price,
            allocations: self.allocations[place].clone(),
            taxes: self.taxes(&self.line_taxes[place], TaxScope::Lines),
        }
    }

    fn taxes(&self, shares: &[TaxShare], scope: TaxScope) -> Vec<Tax> {
        let tax = |share: &TaxShare| {
            let rate = self.tax_rates.get(share.rate)?;
            Some(Tax {
                title: rate.name.clone(),
                rate: rate.rate,
                jurisdiction: rate.jurisdiction(),
                scope,
                amount: share.amount,
            })
        };
        shares.iter().filter_map(tax).collect()
    }

    fn tax_status(&self) -> TaxStatus {
        match (&self.terms.destination, self.tax_rates.is_empty()) {
            (None, _) => TaxStatus::Pending,
            (Some(_), true) => TaxStatus::Exempt,
            (Some(_), false) => TaxStatus::Estimated,
        }
    }

    fn applied(&self, quote: &Quote) -> Vec<AppliedDiscount> {
        let on_lines = |id: DiscountId| {
            quote.lines.iter().flat_map(|line| &line.allocations).filter(move |part| part.discount == id)
        };
        let amount = |discount: &Discount| match discount.target() {
            Target::Order => on_lines(discount.id).map(|part| part.amount).sum(),
            Target::Shipping => quote.shipping.as_ref().map_or(Minor::ZERO, |shipping| shipping.discount),
        };
        let applied = |(typed, judged): (&TypedCode, &Result<&Discount, Rejection>)| {
            judged.as_ref().ok().map(|discount| AppliedDiscount {
                discount: discount.id,
                title: discount.title.clone(),
                code: Some(typed.code.clone()),
                target: discount.target(),
                amount: amount(discount),
                limited: discount.is_limited(),
            })
        };
        self.terms.codes.iter().zip(&self.judged).filter_map(applied).collect()
    }

    fn outcomes(&self, applied: &[AppliedDiscount]) -> Vec<CodeOutcome> {
        let amount = |id: DiscountId| {
            applied.iter().find(|one| one.discount == id).map_or(Minor::ZERO, |one| one.amount)
        };
        let outcome = |(typed, judged): (&TypedCode, &Result<&Discount, Rejection>)| CodeOutcome {
            code: typed.code.clone(),
            result: judged.map(|discount| amount(discount.id)),
        };
        self.terms.codes.iter().zip(&self.judged).map(outcome).collect()
    }
}

/// Order discounts, one after the other, spread over what each line still costs.
fn spread(
    judged: &[Result<&Discount, Rejection>],
    subtotals: &[Minor],
    terms: &Terms,
) -> Vec<Vec<Allocation>> {
    let mut left = subtotals.to_vec();
    let mut allocations: Vec<Vec<Allocation>> = vec![Vec::new(); subtotals.len()];
    for discount in judged.iter().flatten().filter(|discount| discount.target() == Target::Order) {
        let off = discount.off(left.iter().copied().sum(), terms.tax.mode);
        for (place, amount) in split(off, &left).into_iter().enumerate() {
            left[place] -= amount;
            if !amount.is_zero() {
                allocations[place].push(Allocation { discount: discount.id, amount });
            }
        }
    }
    allocations
}

fn total(allocations: &[Allocation]) -> Minor {
    allocations.iter().map(|part| part.amount).sum()
}
