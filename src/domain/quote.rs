//! What a cart costs, in full: lines, discounts, shipping, taxes, and how the total came about.
//!
//! **Invariant:** sums are derived from the parts, never stored beside them; the steps sum to the grand total.

use rust_decimal::Decimal;

use super::{
    currency::Currency,
    discount::{Rejection, Target},
    ids::{DiscountId, LineId, RateId},
    money::Minor,
    shipping::Rate,
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
    /// Lines in the order added.
    pub lines: Vec<QuotedLine>,
    /// The chosen rate and its charge.
    pub shipping: Option<QuotedShipping>,
    /// Discounts that apply.
    pub discounts: Vec<AppliedDiscount>,
    /// What became of each code.
    pub codes: Vec<CodeOutcome>,
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
    /// Taxes of the charge.
    pub taxes: Vec<Tax>,
}

/// One tax of one base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tax {
    /// Name to show.
    pub title: String,
    /// Fraction.
    pub rate: Decimal,
    /// ISO 3166 code of the place.
    pub jurisdiction: String,
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

/// How final taxes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaxStatus {
    /// The destination is not known; no tax is in the total.
    Pending,
    /// Computed for the present draft.
    Estimated,
    /// Fixed by a bind.
    Final,
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
    /// The grand total with it.
    pub grand_total: Minor,
    /// Whether it is the chosen one.
    pub selected: bool,
}

/// Kinds of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Unit price times quantity.
    Base,
    /// A discount, or the share of it that fell on a line.
    Discount,
    /// A shipping charge.
    Shipping,
    /// A tax.
    Tax,
    /// What rounding the total added or took.
    Rounding,
}

/// One step of the way to the grand total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Kind.
    pub kind: StepKind,
    /// Sentence to show.
    pub label: String,
    /// The line it belongs to.
    pub line: Option<LineId>,
    /// What it adds to the grand total, signed.
    pub amount: Minor,
}

/// The steps of a quote, in order.
pub type Explained = Vec<Step>;

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

    /// Its taxes, contained or not.
    #[must_use]
    pub fn tax(&self) -> Minor {
        self.taxes.iter().map(|tax| tax.amount).sum()
    }
}

impl QuotedShipping {
    /// What is left after discounts.
    #[must_use]
    pub fn charge(&self) -> Minor {
        self.before_discount - self.discount
    }
}

impl Quote {
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

    /// Shipping after discounts.
    #[must_use]
    pub fn shipping_charge(&self) -> Minor {
        self.shipping.as_ref().map_or(Minor::ZERO, QuotedShipping::charge)
    }

    /// Shipping before discounts.
    #[must_use]
    pub fn shipping_before_discount(&self) -> Minor {
        self.shipping.as_ref().map_or(Minor::ZERO, |shipping| shipping.before_discount)
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
        self.subtotal() - self.discount() + self.shipping_charge() + added + self.rounding
    }

    /// What is left to pay. Gift certificates will pay between the two.
    #[must_use]
    pub fn amount_due(&self) -> Minor {
        self.grand_total()
    }

    fn every_tax(&self) -> impl Iterator<Item = &Tax> {
        let of_shipping = self.shipping.iter().flat_map(|shipping| &shipping.taxes);
        self.lines.iter().flat_map(|line| &line.taxes).chain(of_shipping)
    }

    /// Taxes added up, one for each tax and scope, in the order they first appear.
    #[must_use]
    pub fn taxes(&self) -> Vec<Tax> {
        let mut sums: Vec<Tax> = Vec::new();
        for tax in self.every_tax() {
            let same = |sum: &&mut Tax| {
                sum.title == tax.title
                    && sum.rate == tax.rate
                    && sum.jurisdiction == tax.jurisdiction
                    && sum.scope == tax.scope
            };
            match sums.iter_mut().find(same) {
                Some(sum) => sum.amount += tax.amount,
                None => sums.push(tax.clone()),
            }
        }
        sums
    }

    /// How the grand total came about; the amounts add up to it.
    #[must_use]
    pub fn explanation(&self) -> Explained {
        let mut steps: Explained = self
            .lines
            .iter()
            .map(|line| {
                step(
                    StepKind::Base,
                    format!("{} x {}", line.quantity, line.title),
                    Some(line.line),
                    line.subtotal(),
                )
            })
            .collect();
        for discount in &self.discounts {
            let label = discount
                .code
                .as_ref()
                .map_or_else(|| discount.title.clone(), |code| format!("{} ({code})", discount.title));
            for line in &self.lines {
                let parts = line.allocations.iter().filter(|part| part.discount == discount.discount);
                steps.extend(
                    parts.map(|part| step(StepKind::Discount, label.clone(), Some(line.line), -part.amount)),
                );
            }
        }
        if let Some(shipping) = &self.shipping {
            steps.push(step(StepKind::Shipping, shipping.name.clone(), None, shipping.before_discount));
            if !shipping.discount.is_zero() {
                let by =
                    self.discounts.iter().find(|discount| Some(discount.discount) == shipping.discounted_by);
                let label = by.map_or_else(|| "Free shipping".to_owned(), |discount| discount.title.clone());
                steps.push(step(StepKind::Discount, label, None, -shipping.discount));
            }
        }
        for tax in self.taxes() {
            let percent = (tax.rate * Decimal::ONE_HUNDRED).normalize();
            let contained = if self.taxes_included { ", included" } else { "" };
            let of = match tax.scope {
                TaxScope::Lines => "",
                TaxScope::Shipping => " on shipping",
            };
            let amount = if self.taxes_included { Minor::ZERO } else { tax.amount };
            steps.push(step(
                StepKind::Tax,
                format!("{} {percent} %{of}{contained}", tax.title),
                None,
                amount,
            ));
        }
        if !self.rounding.is_zero() {
            steps.push(step(StepKind::Rounding, "Rounding".to_owned(), None, self.rounding));
        }
        steps
    }
}

const fn step(kind: StepKind, label: String, line: Option<LineId>, amount: Minor) -> Step {
    Step { kind, label, line, amount }
}
