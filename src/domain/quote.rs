//! What a cart costs, in full: lines, discounts, shipping, taxes, certificates.
//!
//! **Invariant:** sums are derived from the parts, never stored beside them.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::{
    certificate::{CertificateOutcome, Draw},
    currency::Currency,
    discount::{Rejection, Target},
    ids::{DiscountId, LineId, RateId},
    money::Minor,
    shipping::Rate,
    vat::Verification,
};

/// The price of a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Currency of all amounts.
    pub currency: Currency,
    /// Whether prices contain tax.
    pub taxes_included: bool,
    /// How final the taxes are.
    pub tax_status: TaxStatus,
    /// Who computed them.
    pub tax_source: TaxSource,
    /// Why no tax is asked of the first consignment, where one would be.
    pub exemption: Option<Exemption>,
    /// What a registry said of the buyer's VAT number, where that decides whether tax is asked.
    pub verification: Option<Verification>,
    /// Lines in the order added.
    pub lines: Vec<QuotedLine>,
    /// The chosen rate of the first consignment and its charge.
    pub shipping: Option<QuotedShipping>,
    /// The other consignments.
    pub further: Vec<QuotedConsignment>,
    /// Discounts that apply.
    pub discounts: Vec<AppliedDiscount>,
    /// What became of each code.
    pub codes: Vec<CodeOutcome>,
    /// What became of each gift certificate.
    pub certificates: Vec<CertificateOutcome>,
    /// What making the total a multiple of the currency's step added or took.
    pub rounding: Minor,
}

/// A line and its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotedLine {
    /// The line.
    pub line: LineId,
    /// Name as sold.
    pub title: String,
    /// Units.
    pub quantity: i64,
    /// Price of one unit.
    pub unit_price: Minor,
    /// What each discount took.
    pub allocations: Vec<Allocation>,
    /// Its taxes.
    pub taxes: Vec<Tax>,
    /// Tax in its price that this buyer does not owe, and is not asked for.
    pub relief: Minor,
}

/// What a discount took from a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allocation {
    /// The discount.
    pub discount: DiscountId,
    /// What it took, positive.
    pub amount: Minor,
}

/// The chosen rate and its charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotedShipping {
    /// The rate.
    pub rate: RateId,
    /// Its name.
    pub name: String,
    /// Its price before discounts.
    pub before_discount: Minor,
    /// What discounts took, positive.
    pub discount: Minor,
    /// Which discount took it.
    pub discounted_by: Option<DiscountId>,
    /// What packing costs beside it.
    pub handling: Minor,
    /// Taxes of charge and handling.
    pub taxes: Vec<Tax>,
    /// Tax in the charge that this buyer does not owe.
    pub relief: Minor,
}

/// A consignment beside the first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuotedConsignment {
    /// The chosen rate and its charge.
    pub shipping: Option<QuotedShipping>,
    /// Why no tax is asked, where one would be.
    pub exemption: Option<Exemption>,
}

/// One tax of one base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tax {
    /// Name to show.
    pub title: Arc<str>,
    /// Fraction.
    pub rate: Decimal,
    /// ISO 3166 code of the place.
    pub jurisdiction: Arc<str>,
    /// What was taxed.
    pub scope: TaxScope,
    /// Its amount.
    pub amount: Minor,
}

/// What was taxed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaxScope {
    /// Goods.
    Lines,
    /// Shipping.
    Shipping,
}

/// Why a buyer owes no tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exemption {
    /// A business in another member state of the European Union, which owes the tax itself.
    ReverseCharge,
    /// A customer whom the merchant declared exempt.
    Customer,
}

/// Who computed taxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TaxSource {
    /// The shop's own table.
    #[default]
    Table,
    /// A provider.
    Provider,
    /// The shop's own table, as the provider did not answer.
    Fallback,
}

/// How final taxes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaxStatus {
    /// The destination is not known; no tax is in the total.
    Pending,
    /// Computed for the present draft.
    Estimated,
    /// Fixed by a bind.
    Final,
    /// Fixed by a bind from the shop's own table, as the provider did not answer.
    Fallback,
    /// No tax applies.
    Exempt,
}

/// A discount that applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedDiscount {
    /// The discount.
    pub discount: DiscountId,
    /// Name to show.
    pub title: String,
    /// Its code, as typed.
    pub code: Option<String>,
    /// What it takes from.
    pub target: Target,
    /// What it takes off, positive.
    pub amount: Minor,
    /// Whether it may be used only so often, so that a use of it is held and counted.
    pub limited: bool,
}

/// What became of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeOutcome {
    /// As typed.
    pub code: String,
    /// What it takes off, or why it does not.
    pub result: Result<Minor, Rejection>,
}

/// A rate that applies, with what everything would cost with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The rate.
    pub rate: Rate,
    /// Its price before discounts.
    pub price_before_discount: Minor,
    /// Its price after discounts.
    pub price: Minor,
    /// What packing costs beside it.
    pub handling: Minor,
    /// The grand total with it.
    pub grand_total: Minor,
    /// Whether it is the chosen one.
    pub selected: bool,
}

impl QuotedLine {
    /// Price of all units before discounts.
    #[must_use]
    pub fn subtotal(&self) -> Minor {
        self.unit_price.times(self.quantity)
    }

    /// What discounts took, positive.
    #[must_use]
    pub fn discount(&self) -> Minor {
        self.allocations.iter().map(|part| part.amount).sum()
    }

    /// What is left after discounts.
    #[must_use]
    pub fn total(&self) -> Minor {
        self.subtotal() - self.discount()
    }

    /// Adds what a consignment taxes of it; a tax that it has already grows.
    pub(super) fn add_taxes(&mut self, taxes: Vec<Tax>) {
        if self.taxes.is_empty() {
            self.taxes = taxes;
            return;
        }
        for tax in taxes {
            match self.taxes.iter_mut().find(|other| other.is_same(&tax)) {
                Some(same) => same.amount += tax.amount,
                None => self.taxes.push(tax),
            }
        }
    }

    /// Its taxes, contained or not.
    #[must_use]
    pub fn tax(&self) -> Minor {
        self.taxes.iter().map(|tax| tax.amount).sum()
    }
}

impl Tax {
    /// Whether it is the same tax, of another base.
    fn is_same(&self, other: &Self) -> bool {
        self.title == other.title
            && self.rate == other.rate
            && self.jurisdiction == other.jurisdiction
            && self.scope == other.scope
    }
}

impl QuotedShipping {
    /// What is left after discounts, without handling.
    #[must_use]
    pub fn charge(&self) -> Minor {
        self.before_discount - self.discount
    }
}

impl Quote {
    /// The same price with its taxes fixed, as a bind stores it.
    #[must_use]
    pub fn fixed(mut self) -> Self {
        if self.tax_status == TaxStatus::Estimated {
            let fell_back = self.tax_source == TaxSource::Fallback;
            self.tax_status = if fell_back { TaxStatus::Fallback } else { TaxStatus::Final };
        }
        self
    }

    /// Lines before discounts.
    #[must_use]
    pub fn subtotal(&self) -> Minor {
        self.lines.iter().map(QuotedLine::subtotal).sum()
    }

    /// Discounts on goods, positive.
    #[must_use]
    pub fn discount(&self) -> Minor {
        self.lines.iter().map(QuotedLine::discount).sum()
    }

    /// What is charged for sending, one for each consignment that has a rate.
    pub fn charges(&self) -> impl Iterator<Item = &QuotedShipping> {
        self.shipping.iter().chain(self.further.iter().filter_map(|other| other.shipping.as_ref()))
    }

    /// What is charged for a consignment; the first is at 0.
    #[must_use]
    pub fn charge_of(&self, at: usize) -> Option<&QuotedShipping> {
        match at.checked_sub(1) {
            None => self.shipping.as_ref(),
            Some(place) => self.further.get(place).and_then(|other| other.shipping.as_ref()),
        }
    }

    /// Why a consignment owes no tax; the first is at 0.
    #[must_use]
    pub fn exemption_of(&self, at: usize) -> Option<Exemption> {
        match at.checked_sub(1) {
            None => self.exemption,
            Some(place) => self.further.get(place).and_then(|other| other.exemption),
        }
    }

    /// Shipping after discounts.
    #[must_use]
    pub fn shipping_charge(&self) -> Minor {
        self.charges().map(QuotedShipping::charge).sum()
    }

    /// Shipping before discounts.
    #[must_use]
    pub fn shipping_before_discount(&self) -> Minor {
        self.charges().map(|shipping| shipping.before_discount).sum()
    }

    /// Handling.
    #[must_use]
    pub fn handling(&self) -> Minor {
        self.charges().map(|shipping| shipping.handling).sum()
    }

    /// Tax in the prices that this buyer does not owe, and is not asked for.
    #[must_use]
    pub fn relief(&self) -> Minor {
        let of_shipping: Minor = self.charges().map(|shipping| shipping.relief).sum();
        self.lines.iter().map(|line| line.relief).sum::<Minor>() + of_shipping
    }

    /// All taxes, contained or not.
    #[must_use]
    pub fn tax(&self) -> Minor {
        self.every_tax().map(|tax| tax.amount).sum()
    }

    /// What the purchase costs.
    #[must_use]
    pub fn grand_total(&self) -> Minor {
        let added = if self.taxes_included { Minor::ZERO } else { self.tax() };
        let goods = self.subtotal() - self.discount();
        goods + self.shipping_charge() + self.handling() + added - self.relief() + self.rounding
    }

    /// What gift certificates pay.
    #[must_use]
    pub fn paid_by_certificates(&self) -> Minor {
        self.draws().map(|draw| draw.amount).sum()
    }

    /// What is left to pay.
    #[must_use]
    pub fn amount_due(&self) -> Minor {
        self.grand_total() - self.paid_by_certificates()
    }

    /// What each certificate pays.
    pub fn draws(&self) -> impl Iterator<Item = &Draw> {
        self.certificates.iter().filter_map(|outcome| outcome.result.as_ref().ok())
    }

    fn every_tax(&self) -> impl Iterator<Item = &Tax> {
        let of_shipping = self.charges().flat_map(|shipping| &shipping.taxes);
        self.lines.iter().flat_map(|line| &line.taxes).chain(of_shipping)
    }

    /// Taxes added up, one for each tax and scope, in the order they first appear.
    #[must_use]
    pub fn taxes(&self) -> Vec<Tax> {
        let mut sums: Vec<Tax> = Vec::new();
        for tax in self.every_tax() {
            match sums.iter_mut().find(|sum| sum.is_same(tax)) {
                Some(sum) => sum.amount += tax.amount,
                None => sums.push(tax.clone()),
            }
        }
        sums
    }
}
