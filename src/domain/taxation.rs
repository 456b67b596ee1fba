//! The taxes of one place on what goes there, by the table or as a provider said.
//!
//! **Invariant:** a provider's answer counts only for what it was asked about; all else is estimated by the table.

use std::sync::Arc;

use super::{
    assessment::{Assessment, TaxBy},
    buyer::Destination,
    ids::{DiscountId, LineId, RateId},
    money::Minor,
    pricing::Terms,
    quote::{Exemption, QuotedShipping, Tax, TaxScope, TaxSource, TaxStatus},
    shipping::PricedRate,
    tax::{self, TaxRate, TaxShare, TaxTerms, Taxed},
};

/// What a consignment holds, as taxes ask.
pub(super) struct Carried<'a> {
    /// Its lines, where a provider was asked about them.
    pub(super) lines: Vec<LineId>,
    /// What is left of each after discounts.
    pub(super) taxed: Vec<Taxed<'a>>,
    /// Those that are sent: a download is in no parcel, and does not tax it.
    pub(super) served: Vec<Taxed<'a>>,
    /// The rate that is chosen for it.
    pub(super) rate: Option<RateId>,
}

/// What a provider said about these goods for this place.
fn assessed<'a>(
    terms: &'a Terms,
    carried: &Carried<'_>,
    destination: &Destination,
) -> Option<&'a Assessment> {
    let TaxBy::Provider(given) = &terms.tax_by else { return None };
    let kind = (terms.currency, terms.tax.included);
    let goods = || carried.lines.iter().zip(&carried.taxed).map(|(line, taxed)| (*line, taxed.amount));
    let about = || given.iter().filter(|given| given.is_about(kind, destination, goods()));
    // The same goods may go to the same place twice, by two rates.
    let by_rate = |given: &&Assessment| given.asked.shipping.as_ref().map(|asked| asked.rate) == carried.rate;
    about().find(by_rate).or_else(|| about().next())
}

/// The taxes of a destination on what goes there.
pub(super) struct Taxation<'a> {
    by: &'a TaxBy,
    /// What a provider said about these goods.
    given: Option<&'a Assessment>,
    rates: Vec<TaxRate>,
    names: Vec<(Arc<str>, Arc<str>)>,
    shares: Vec<Vec<TaxShare>>,
    terms: TaxTerms,
    /// How final it is.
    pub(super) status: TaxStatus,
    /// Why nothing is owed.
    pub(super) exemption: Option<Exemption>,
    on_goods: Minor,
    off_goods: Minor,
}

impl<'a> Taxation<'a> {
    /// The taxes of what goes to a place; who owes none there pays none.
    pub(super) fn new(
        terms: &'a Terms,
        carried: &Carried<'_>,
        (destination, exemption): (Option<&Destination>, Option<Exemption>),
    ) -> Self {
        let rates: Vec<TaxRate> = destination
            .map(|to| terms.tax_rates.iter().filter(|rate| rate.applies_to(to)).cloned().collect())
            .unwrap_or_default();
        // Who owes no tax pays what is left of a price when the tax in it is taken out.
        let by_table = terms.tax_by == TaxBy::Table;
        let exemption = exemption.filter(|_| !rates.is_empty() || !by_table);
        let rates = if exemption.is_some() && !terms.tax.included { Vec::new() } else { rates };
        let given = destination.filter(|_| exemption.is_none()).and_then(|to| assessed(terms, carried, to));
        // Where the table only estimates, that it has no rate says nothing.
        let none = given.is_none() && ((rates.is_empty() && by_table) || exemption.is_some());
        let status = match (destination, none) {
            (None, _) => TaxStatus::Pending,
            (Some(_), true) => TaxStatus::Exempt,
            (Some(_), false) => TaxStatus::Estimated,
        };
        let shares = tax::on_lines(&carried.taxed, &rates, terms.tax);
        let sum: Minor = match given {
            Some(given) => given.lines.iter().flatten().map(|tax| tax.amount).sum(),
            None => shares.iter().flatten().map(|share| share.amount).sum(),
        };
        let (on_goods, off_goods) = if exemption.is_some() { (Minor::ZERO, sum) } else { (sum, Minor::ZERO) };
        let names =
            rates.iter().map(|rate| (rate.name.as_str().into(), rate.jurisdiction().into())).collect();
        Self {
            by: &terms.tax_by,
            given,
            rates,
            names,
            shares,
            terms: terms.tax,
            status,
            exemption,
            on_goods,
            off_goods,
        }
    }

    /// The taxes of the line at a place.
    pub(super) fn of_line(&self, place: usize) -> Vec<Tax> {
        match self.given.and_then(|given| given.lines.get(place)) {
            Some(taxes) => taxes.clone(),
            None => self.taxes(self.shares.get(place).map_or(&[], Vec::as_slice), TaxScope::Lines),
        }
    }

    /// Tax in the line's price that is not owed.
    pub(super) fn relief_of_line(&self, place: usize) -> Minor {
        let shares = self.shares.get(place).filter(|_| self.exemption.is_some());
        shares.map_or(Minor::ZERO, |shares| self.relief(shares))
    }

    /// What sending it by a rate costs.
    pub(super) fn sent(
        &self,
        priced: &PricedRate<'_>,
        freed: Option<DiscountId>,
        carried: &Carried<'_>,
    ) -> QuotedShipping {
        let discount = if freed.is_some() { priced.price } else { Minor::ZERO };
        let base = priced.price - discount + priced.rate.handling;
        let shares = tax::on_shipping(base, &carried.served, &self.rates, self.terms);
        let given = self.given.filter(|given| given.is_about_shipping(priced.rate.id, base));
        QuotedShipping {
            rate: priced.rate.id,
            name: priced.rate.name.clone(),
            before_discount: priced.price,
            discount,
            discounted_by: freed,
            handling: priced.rate.handling,
            relief: self.relief(&shares),
            taxes: given
                .map_or_else(|| self.taxes(&shares, TaxScope::Shipping), |given| given.shipping.clone()),
        }
    }

    /// What this place adds to the price of the goods: what sending them costs, and tax that is not in the prices.
    pub(super) fn cost(&self, shipping: Option<&QuotedShipping>) -> Minor {
        let delivery = shipping.map_or(Minor::ZERO, |of| {
            let tax: Minor = of.taxes.iter().map(|tax| tax.amount).sum();
            of.charge() + of.handling - of.relief + self.added(tax)
        });
        self.added(self.on_goods) - self.off_goods + delivery
    }

    /// Who computed the tax, shipping included.
    pub(super) fn source(&self, shipping: Option<&QuotedShipping>) -> TaxSource {
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
        if self.terms.included { Minor::ZERO } else { tax }
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
