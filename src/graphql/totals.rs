//! Sums, discounts and the way to the total.
//!
//! **Invariant:** every sum is derived from one quote, so they cannot disagree.

use async_graphql::{Enum, SimpleObject};

use super::scalar::Money;
use crate::domain::{
    certificate::CertificateOutcome,
    discount::{Rejection, Target},
    explanation,
    money::Minor,
    quote::{self, CodeOutcome, Quote},
};

/// All sums of a session or order. grandTotal = subtotal - discount + shipping + handling + tax (tax only when it is not
/// included in prices) - taxRelief + rounding; amountDue = grandTotal - giftCertificate.
#[derive(SimpleObject)]
pub struct CheckoutTotals {
    /// Lines before discounts.
    subtotal: Money,
    /// Discounts on lines and order, as a positive amount.
    discount: Money,
    /// Shipping after discounts.
    shipping: Money,
    /// Shipping before discounts.
    shipping_before_discount: Money,
    /// What packing costs beside it.
    handling: Money,
    /// All taxes, whether included or added.
    tax: Money,
    /// Tax in the prices that this buyer does not owe and is not asked for (reverse charge, exempt customer).
    tax_relief: Money,
    /// What making the total a multiple of ten minor units added or took; zero but in currencies of three digits.
    rounding: Money,
    /// What the purchase costs.
    grand_total: Money,
    /// What gift certificates pay, as a positive amount.
    gift_certificate: Money,
    /// What is left to pay.
    amount_due: Money,
}

impl From<&Quote> for CheckoutTotals {
    fn from(quote: &Quote) -> Self {
        let money = |amount| Money::of(amount, quote.currency);
        Self {
            subtotal: money(quote.subtotal()),
            discount: money(quote.discount()),
            shipping: money(quote.shipping_charge()),
            shipping_before_discount: money(quote.shipping_before_discount()),
            handling: money(quote.handling()),
            tax: money(quote.tax()),
            tax_relief: money(quote.relief()),
            rounding: money(quote.rounding),
            grand_total: money(quote.grand_total()),
            gift_certificate: money(quote.paid_by_certificates()),
            amount_due: money(quote.amount_due()),
        }
    }
}

/// What a discount takes its amount from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum DiscountTarget {
    /// The whole order.
    Order,
    /// Some of the lines.
    Lines,
    /// Shipping; the chosen rate stays, its charge becomes lower or zero.
    Shipping,
}

/// A discount that lowers the total.
#[derive(SimpleObject)]
pub struct AppliedDiscount {
    /// Name to show.
    title: String,
    /// Its code.
    code: Option<String>,
    /// What it takes from.
    target: DiscountTarget,
    /// What it takes off.
    amount: Money,
}

impl AppliedDiscount {
    /// All of a quote.
    #[must_use]
    pub fn all(quote: &Quote) -> Vec<Self> {
        let one = |of: &quote::AppliedDiscount| Self {
            title: of.title.clone(),
            code: of.code.clone(),
            target: match of.target {
                Target::Order => DiscountTarget::Order,
                Target::Lines => DiscountTarget::Lines,
                Target::Shipping => DiscountTarget::Shipping,
            },
            amount: Money::of(of.amount, quote.currency),
        };
        quote.discounts.iter().map(one).collect()
    }
}

/// A gift certificate as a means of payment.
#[derive(SimpleObject)]
pub struct AppliedGiftCertificate {
    /// The code with all but the last four characters hidden.
    masked_code: String,
    /// What it pays here.
    amount_applied: Money,
    /// What would be left on it.
    remaining_balance: Money,
}

impl AppliedGiftCertificate {
    /// All of a quote that pay.
    #[must_use]
    pub fn all(quote: &Quote) -> Vec<Self> {
        let one = |of: &CertificateOutcome| {
            let draw = of.result.ok()?;
            Some(Self {
                masked_code: of.masked.clone(),
                amount_applied: Money::of(draw.amount, quote.currency),
                remaining_balance: Money::of(draw.remaining, quote.currency),
            })
        };
        quote.certificates.iter().filter_map(one).collect()
    }
}

/// Why a discount code does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum DiscountRejection {
    /// No such code.
    NotFound,
    /// Not valid yet.
    NotStarted,
    /// No longer valid.
    Expired,
    /// Switched off.
    Disabled,
    /// Used as often as allowed.
    UsageLimitReached,
    /// This customer may not use it, or used it already.
    CustomerNotEligible,
    /// The subtotal is too low.
    MinimumNotMet,
    /// No line it applies to.
    NoEligibleLines,
    /// Cannot be combined with another discount of the session.
    NotCombinable,
    /// Another currency.
    CurrencyMismatch,
}

impl From<Rejection> for DiscountRejection {
    fn from(why: Rejection) -> Self {
        match why {
            Rejection::NotFound => Self::NotFound,
            Rejection::NotStarted => Self::NotStarted,
            Rejection::Expired => Self::Expired,
            Rejection::Disabled => Self::Disabled,
            Rejection::UsageLimitReached => Self::UsageLimitReached,
            Rejection::CustomerNotEligible => Self::CustomerNotEligible,
            Rejection::MinimumNotMet => Self::MinimumNotMet,
            Rejection::NoEligibleLines => Self::NoEligibleLines,
            Rejection::NotCombinable => Self::NotCombinable,
            Rejection::CurrencyMismatch => Self::CurrencyMismatch,
        }
    }
}

/// A code that the buyer entered.
#[derive(SimpleObject)]
pub struct CheckoutDiscountCode {
    /// The code as entered.
    code: String,
    /// Whether it is accepted: it lowers the total, or will once there is something it applies to, such as a rate.
    applicable: bool,
    /// Why not; null when applicable.
    rejection: Option<DiscountRejection>,
    /// What it takes off, zero when not applicable.
    amount: Money,
}

impl CheckoutDiscountCode {
    /// All of a quote.
    #[must_use]
    pub fn all(quote: &Quote) -> Vec<Self> {
        let one = |of: &CodeOutcome| Self {
            code: of.code.clone(),
            applicable: of.result.is_ok(),
            rejection: of.result.err().map(DiscountRejection::from),
            amount: Money::of(of.result.unwrap_or(Minor::ZERO), quote.currency),
        };
        quote.codes.iter().map(one).collect()
    }
}

/// How final taxes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum TaxStatus {
    /// The destination is not known; no tax is in the total.
    Pending,
    /// Computed for the present draft.
    Estimated,
    /// Fixed by bind; the snapshot is stored.
    Final,
    /// Fixed by bind from the shop's own table, as its tax provider did not answer.
    Fallback,
    /// No tax applies.
    Exempt,
}

impl From<quote::TaxStatus> for TaxStatus {
    fn from(status: quote::TaxStatus) -> Self {
        match status {
            quote::TaxStatus::Pending => Self::Pending,
            quote::TaxStatus::Estimated => Self::Estimated,
            quote::TaxStatus::Final => Self::Final,
            quote::TaxStatus::Fallback => Self::Fallback,
            quote::TaxStatus::Exempt => Self::Exempt,
        }
    }
}

/// Kinds of pricing steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PricingStepKind {
    /// Unit price times quantity.
    Base,
    /// A discount, or the share of it that fell on a line.
    Discount,
    /// A shipping charge.
    Shipping,
    /// What packing costs beside it.
    Handling,
    /// A tax.
    Tax,
    /// Tax that this buyer does not owe: what of it is in the prices is taken off.
    TaxRelief,
    /// What rounding the total (not the lines) added or took.
    Rounding,
}

impl From<explanation::StepKind> for PricingStepKind {
    fn from(kind: explanation::StepKind) -> Self {
        match kind {
            explanation::StepKind::Base => Self::Base,
            explanation::StepKind::Discount => Self::Discount,
            explanation::StepKind::Shipping => Self::Shipping,
            explanation::StepKind::Handling => Self::Handling,
            explanation::StepKind::Tax => Self::Tax,
            explanation::StepKind::TaxRelief => Self::TaxRelief,
            explanation::StepKind::Rounding => Self::Rounding,
        }
    }
}
