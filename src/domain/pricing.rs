//! Prices a cart. The only place that adds up money, and its answer explains itself.
//!
//! **Invariant:** pure and in a fixed order: unit prices, line subtotals, discounts of goods, discounts of the order
//! (spread over the lines by largest remainder), shipping, shipping discounts, tax per line and on shipping, total, gift
//! certificates, amount due. A discount never makes a line or a total negative.
//!
//! Discounts are taken one after the other, each of what the former left. With tax rounded on each line, one more minor
//! unit of discount may raise the total by at most one minor unit a line: the spread moves units between lines whose tax
//! rounds differently. Rounded on the total it may raise it by one unit a tax.

use std::sync::Arc;

use super::{
    assessment::{Assessment, TaxBy},
    buyer::{Address, Destination},
    cart::{self, Line},
    certificate::{NamedCertificate, draw},
    combine::{Judged, judge},
    currency::Currency,
    discount::{Discount, Effect, Occasion, Rejection, Shopper, Target, TypedCode, Usage},
    ids::{DiscountId, RateId},
    instant::Timestamp,
    money::Minor,
    shipping::{Coverage, Parcel, PricedRate, Zone, coverage},
    tax::{self, TaxRate, TaxShare, TaxTerms, Taxed},
};

pub use super::quote::{
    Allocation, AppliedDiscount, CodeOutcome, Exemption, Offer, Quote, QuotedLine, QuotedShipping, Tax,
    TaxScope, TaxSource, TaxStatus,
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

/// Prices a cart, and says what each rate that applies would lead to.
#[must_use]
pub fn price(lines: &[Line], terms: &Terms) -> Priced {
    let parcel = parcel(lines, terms.currency);
    let ships = cart::ships(lines);
    let reachable =
        terms.destination.as_ref().filter(|_| ships).map(|to| coverage(&terms.zones, to, &parcel));
    let covered = reachable != Some(Coverage::Uncovered);
    let rates = match reachable {
        Some(Coverage::Covered(rates)) => rates,
        Some(Coverage::Uncovered) | None => Vec::new(),
    };
    let chosen = rates.iter().find(|priced| Some(priced.rate.id) == terms.chosen);
    let goods = Goods::new(lines, terms, (ships, &rates));
    let taxed = goods.taxed();
    let served = goods.served(&taxed);
    let home = Taxation::new(&goods, terms.destination.as_ref(), &taxed);
    let at = |priced: &PricedRate<'_>| {
        // What is picked up is taxed where it is picked up.
        let there = priced.rate.pickup.as_ref().and_then(|point| Address::destination(&point.address));
        there.map(|there| Taxation::new(&goods, Some(&there), &taxed))
    };
    let offers = rates
        .iter()
        .map(|priced| {
            let there = at(priced);
            let taxation = there.as_ref().unwrap_or(&home);
            let sent = goods.sent(priced, taxation, &served);
            Offer {
                price_before_discount: priced.price,
                price: sent.charge(),
                handling: sent.handling,
                grand_total: goods.total(taxation, Some(&sent)),
                selected: chosen.is_some_and(|chosen| chosen.rate.id == priced.rate.id),
                rate: priced.rate.clone(),
            }
        })
        .collect();
    let there = chosen.and_then(at);
    let taxation = there.as_ref().unwrap_or(&home);
    let shipping = chosen.map(|priced| goods.sent(priced, taxation, &served));
    Priced { quote: goods.quote(taxation, shipping), offers, covered }
}

/// What of a cart shipping asks about.
pub(super) fn parcel(lines: &[Line], currency: Currency) -> Parcel {
    Parcel {
        currency,
        subtotal: lines.iter().map(Line::subtotal).sum(),
        weight_grams: cart::weight_grams(lines),
        units: cart::units_sent(lines),
    }
}

/// What is bought, after discounts: all that does not depend on how it is sent.
struct Goods<'a> {
    lines: &'a [Line],
    terms: &'a Terms,
    judged: Judged<'a>,
    allocations: Vec<Vec<Allocation>>,
    /// What each discount that applies took of the goods, in the order of `judged`.
    taken: Vec<Minor>,
    left: Vec<Minor>,
}

impl<'a> Goods<'a> {
    fn new(lines: &'a [Line], terms: &'a Terms, (ships, rates): (bool, &[PricedRate<'_>])) -> Self {
        let mut left: Vec<Minor> = lines.iter().map(Line::subtotal).collect();
        let on = Occasion { currency: terms.currency, lines, shopper: &terms.shopper, ships, now: terms.now };
        let saving = |discount: &Discount| match &discount.effect {
            Effect::FreeShipping(freed) => {
                let saved = rates.iter().filter(|priced| freed.covers(priced.rate.id, priced.zone));
                saved.map(|priced| priced.price).min().unwrap_or_default()
            }
            Effect::Percentage(_) | Effect::Fixed { .. } | Effect::BuyGet(_) => {
                discount.off(lines, &left, terms.tax.mode).into_iter().sum()
            }
        };
        let judged = judge(&terms.codes, &terms.automatic, &on, saving);
        let most = judged.applied.len();
        let mut allocations: Vec<Vec<Allocation>> = lines.iter().map(|_| Vec::with_capacity(most)).collect();
        let mut taken = vec![Minor::ZERO; most];
        for (discount, taken) in judged.applied.iter().zip(&mut taken) {
            if discount.target() == Target::Shipping {
                continue;
            }
            for (place, amount) in discount.off(lines, &left, terms.tax.mode).into_iter().enumerate() {
                if !amount.is_zero() {
                    left[place] -= amount;
                    *taken += amount;
                    allocations[place].push(Allocation { discount: discount.id, amount });
                }
            }
        }
        Self { lines, terms, judged, allocations, taken, left }
    }

    /// What a provider said about these goods for this place.
    fn assessed(&self, destination: &Destination) -> Option<&'a Assessment> {
        let TaxBy::Provider(Some(given)) = &self.terms.tax_by else { return None };
        let goods = self.lines.iter().zip(&self.left).map(|(line, left)| (line.id, *left));
        let kind = (self.terms.currency, self.terms.tax.included);
        Some(given.as_ref())
            .filter(|given| self.terms.exemption.is_none() && given.is_about(kind, destination, goods))
    }

    fn taxed(&self) -> Vec<Taxed<'a>> {
        let taxed =
            |(line, left): (&'a Line, &Minor)| Taxed { amount: *left, class: line.item.tax_class.as_deref() };
        self.lines.iter().zip(&self.left).map(taxed).collect()
    }

    /// The goods that shipping serves: a download is in no parcel, and does not tax it.
    fn served(&self, taxed: &[Taxed<'a>]) -> Vec<Taxed<'a>> {
        let sent = self.lines.iter().zip(taxed).filter(|(line, _)| line.item.requires_shipping);
        sent.map(|(_, taxed)| *taxed).collect()
    }

    /// What sending it by a rate costs; `served` are the goods that are sent.
    fn sent(&self, priced: &PricedRate<'_>, taxation: &Taxation<'_>, served: &[Taxed<'_>]) -> QuotedShipping {
        let frees = |discount: &&&Discount| match &discount.effect {
            Effect::FreeShipping(freed) => freed.covers(priced.rate.id, priced.zone),
            Effect::Percentage(_) | Effect::Fixed { .. } | Effect::BuyGet(_) => false,
        };
        let free = self.judged.applied.iter().find(frees).filter(|_| !priced.price.is_zero());
        let discount = if free.is_some() { priced.price } else { Minor::ZERO };
        let base = priced.price - discount + priced.rate.handling;
        let shares = tax::on_shipping(base, served, &taxation.rates, self.terms.tax);
        let given = taxation.given.filter(|given| given.is_about_shipping(priced.rate.id, base));
        QuotedShipping {
            rate: priced.rate.id,
            name: priced.rate.name.clone(),
            before_discount: priced.price,
            discount,
            discounted_by: free.map(|discount| discount.id),
            handling: priced.rate.handling,
            relief: taxation.relief(&shares),
            taxes: given
                .map_or_else(|| taxation.taxes(&shares, TaxScope::Shipping), |given| given.shipping.clone()),
        }
    }

    /// What everything costs. A quote adds up to the same.
    fn total(&self, taxation: &Taxation<'_>, shipping: Option<&QuotedShipping>) -> Minor {
        let goods: Minor = self.left.iter().copied().sum();
        let delivery = shipping.map_or(Minor::ZERO, |of| {
            let tax: Minor = of.taxes.iter().map(|tax| tax.amount).sum();
            of.charge() + of.handling - of.relief + taxation.added(tax)
        });
        let total = goods + taxation.added(taxation.on_goods) - taxation.off_goods + delivery;
        total.to_step(self.terms.currency.step())
    }

    fn quote(self, taxation: &Taxation<'_>, shipping: Option<QuotedShipping>) -> Quote {
        let total = self.total(taxation, shipping.as_ref());
        let discounts = self.applied(shipping.as_ref());
        let codes = self.outcomes(&discounts);
        let parts = self.lines.iter().zip(self.allocations).zip(&taxation.shares).enumerate();
        let lines = parts
            .map(|(place, ((line, allocations), shares))| QuotedLine {
                line: line.id,
                title: line.item.title.clone(),
                quantity: line.quantity,
                unit_price: line.item.unit_price,
                allocations,
                relief: taxation.relief(shares),
                taxes: taxation.of_line(place, shares),
            })
            .collect();
        let mut quote = Quote {
            currency: self.terms.currency,
            taxes_included: self.terms.tax.included,
            tax_status: taxation.status,
            tax_source: taxation.source(shipping.as_ref()),
            exemption: taxation.exemption,
            lines,
            shipping,
            discounts,
            codes,
            certificates: Vec::new(),
            rounding: Minor::ZERO,
        };
        quote.rounding = total - quote.grand_total();
        quote.certificates = draw(total, self.terms.currency, &self.terms.certificates, self.terms.now);
        quote
    }

    fn applied(&self, shipping: Option<&QuotedShipping>) -> Vec<AppliedDiscount> {
        let amount = |discount: &Discount, taken: Minor| match discount.target() {
            Target::Order | Target::Lines => taken,
            Target::Shipping => shipping
                .filter(|of| of.discounted_by == Some(discount.id))
                .map_or(Minor::ZERO, |of| of.discount),
        };
        let typed = |id: DiscountId| {
            let judged = self.terms.codes.iter().zip(&self.judged.codes);
            judged
                .filter_map(|(typed, judged)| judged.ok().map(|found| (typed, found)))
                .find_map(|(typed, found)| (found.id == id).then(|| typed.code.clone()))
        };
        let applied = |(discount, taken): (&&Discount, &Minor)| AppliedDiscount {
            discount: discount.id,
            title: discount.title.clone(),
            code: typed(discount.id),
            target: discount.target(),
            amount: amount(discount, *taken),
            limited: discount.is_limited(),
        };
        // An automatic discount that takes nothing off is not worth a word, and its use not worth counting.
        let tells = |one: &AppliedDiscount| one.code.is_some() || !one.amount.is_zero();
        self.judged.applied.iter().zip(&self.taken).map(applied).filter(tells).collect()
    }

    fn outcomes(&self, applied: &[AppliedDiscount]) -> Vec<CodeOutcome> {
        let amount = |id: DiscountId| {
            applied.iter().find(|one| one.discount == id).map_or(Minor::ZERO, |one| one.amount)
        };
        let outcome = |(typed, judged): (&TypedCode, &Result<&Discount, Rejection>)| CodeOutcome {
            code: typed.code.clone(),
            result: judged.map(|discount| amount(discount.id)),
        };
        self.terms.codes.iter().zip(&self.judged.codes).map(outcome).collect()
    }
}

/// The taxes of a destination on the goods.
struct Taxation<'a> {
    by: &'a TaxBy,
    /// What a provider said about these goods.
    given: Option<&'a Assessment>,
    rates: Vec<TaxRate>,
    names: Vec<(Arc<str>, Arc<str>)>,
    shares: Vec<Vec<TaxShare>>,
    included: bool,
    status: TaxStatus,
    exemption: Option<Exemption>,
    on_goods: Minor,
    off_goods: Minor,
}

impl<'a> Taxation<'a> {
    fn new(goods: &Goods<'a>, destination: Option<&Destination>, taxed: &[Taxed<'_>]) -> Self {
        let terms = goods.terms;
        let rates: Vec<TaxRate> = destination
            .map(|to| terms.tax_rates.iter().filter(|rate| rate.applies_to(to)).cloned().collect())
            .unwrap_or_default();
        // Who owes no tax pays what is left of a price when the tax in it is taken out.
        let by_table = terms.tax_by == TaxBy::Table;
        let exemption = terms.exemption.filter(|_| !rates.is_empty() || !by_table);
        let rates = if exemption.is_some() && !terms.tax.included { Vec::new() } else { rates };
        let given = destination.and_then(|to| goods.assessed(to));
        // Where the table only estimates, that it has no rate says nothing.
        let none = given.is_none() && ((rates.is_empty() && by_table) || exemption.is_some());
        let status = match (destination, none) {
            (None, _) => TaxStatus::Pending,
            (Some(_), true) => TaxStatus::Exempt,
            (Some(_), false) => TaxStatus::Estimated,
        };
        let shares = tax::on_lines(taxed, &rates, terms.tax);
        let sum: Minor = match given {
            Some(given) => given.lines.iter().flatten().map(|tax| tax.amount).sum(),
            None => shares.iter().flatten().map(|share| share.amount).sum(),
        };
        let (on_goods, off_goods) = if exemption.is_some() { (Minor::ZERO, sum) } else { (sum, Minor::ZERO) };
        let names =
            rates.iter().map(|rate| (rate.name.as_str().into(), rate.jurisdiction().into())).collect();
        let included = terms.tax.included;
        Self {
            by: &terms.tax_by,
            given,
            rates,
            names,
            shares,
            included,
            status,
            exemption,
            on_goods,
            off_goods,
        }
    }

    fn of_line(&self, place: usize, shares: &[TaxShare]) -> Vec<Tax> {
        match self.given.and_then(|given| given.lines.get(place)) {
            Some(taxes) => taxes.clone(),
            None => self.taxes(shares, TaxScope::Lines),
        }
    }

    /// Who computed the tax, shipping included.
    fn source(&self, shipping: Option<&QuotedShipping>) -> TaxSource {
        match (self.by, self.given) {
            (TaxBy::Provider(_), Some(given))
                if shipping.is_none_or(|of| given.is_about_shipping(of.rate, of.charge() + of.handling)) =>
            {
                TaxSource::Provider
            }
            (TaxBy::Fallback, _) => TaxSource::Fallback,
            (TaxBy::Table | TaxBy::Provider(_), _) => TaxSource::Table,
        }
    }

    const fn added(&self, tax: Minor) -> Minor {
        if self.included { Minor::ZERO } else { tax }
    }

    fn relief(&self, shares: &[TaxShare]) -> Minor {
        let contained = shares.iter().filter(|_| self.exemption.is_some());
        contained.map(|share| share.amount).sum()
    }

    fn taxes(&self, shares: &[TaxShare], scope: TaxScope) -> Vec<Tax> {
        let tax = |share: &TaxShare| {
            let (rate, (title, jurisdiction)) = (self.rates.get(share.rate)?, self.names.get(share.rate)?);
            Some(Tax {
                title: Arc::clone(title),
                rate: rate.rate,
                jurisdiction: Arc::clone(jurisdiction),
                scope,
                amount: share.amount,
            })
        };
        if self.exemption.is_some() { Vec::new() } else { shares.iter().filter_map(tax).collect() }
    }
}
