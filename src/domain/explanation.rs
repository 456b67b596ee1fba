//! How a grand total came about: the steps of a bill, in the order of work.
//!
//! **Invariant:** the amounts of the steps add up to the grand total; a step that is contained in the prices adds
//! nothing and says so.

use rust_decimal::Decimal;

use super::{
    ids::LineId,
    money::Minor,
    quote::{AppliedDiscount, Exemption, Quote, Tax, TaxScope},
    vat::Registration,
};

/// Kinds of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
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
#[must_use]
pub fn explain(quote: &Quote) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in &quote.lines {
        let label = format!("{} x {}", line.quantity, line.title);
        steps.push(Step { line: Some(line.line), ..step(StepKind::Base, label, line.subtotal()) });
    }
    for discount in &quote.discounts {
        for line in &quote.lines {
            let parts = line.allocations.iter().filter(|part| part.discount == discount.discount);
            steps.extend(parts.map(|part| Step {
                line: Some(line.line),
                ..step(StepKind::Discount, label(discount), -part.amount)
            }));
        }
    }
    delivery(quote, &mut steps);
    for tax in quote.taxes() {
        let amount = if quote.taxes_included { Minor::ZERO } else { tax.amount };
        steps.push(step(StepKind::Tax, tax_label(&tax, quote.taxes_included), amount));
    }
    let relief = quote.relief();
    let exemption = (0..=quote.further.len()).find_map(|at| quote.exemption_of(at));
    if exemption.is_some() || !relief.is_zero() {
        let tax = if quote.taxes_included { "Tax in the prices" } else { "No tax" };
        let why = match (exemption, quote.verification.map(|said| said.registration)) {
            (Some(Exemption::ReverseCharge), None) => "owed by the buyer (reverse charge)",
            (Some(Exemption::ReverseCharge), Some(Registration::Valid)) => {
                "owed by the buyer (reverse charge, VAT number confirmed)"
            }
            (Some(Exemption::ReverseCharge), Some(Registration::Invalid | Registration::Unknown)) => {
                "owed by the buyer (reverse charge, VAT number not confirmed)"
            }
            (Some(Exemption::Customer), _) => "not owed (exempt customer)",
            (None, _) => "not owed",
        };
        steps.push(step(StepKind::TaxRelief, format!("{tax}, {why}"), -relief));
    }
    if !quote.rounding.is_zero() {
        steps.push(step(StepKind::Rounding, "Rounding".to_owned(), quote.rounding));
    }
    steps
}

fn delivery(quote: &Quote, steps: &mut Vec<Step>) {
    for at in 0..=quote.further.len() {
        let Some(shipping) = quote.charge_of(at) else { continue };
        let which =
            if quote.further.is_empty() { String::new() } else { format!(", consignment {}", at + 1) };
        let name = format!("{}{which}", shipping.name);
        steps.push(step(StepKind::Shipping, name, shipping.before_discount));
        if !shipping.discount.is_zero() {
            let by =
                quote.discounts.iter().find(|discount| Some(discount.discount) == shipping.discounted_by);
            let label = by.map_or_else(|| "Free shipping".to_owned(), label);
            steps.push(step(StepKind::Discount, format!("{label}{which}"), -shipping.discount));
        }
        if !shipping.handling.is_zero() {
            steps.push(step(StepKind::Handling, format!("Handling{which}"), shipping.handling));
        }
    }
}

fn label(discount: &AppliedDiscount) -> String {
    match &discount.code {
        None => discount.title.clone(),
        Some(code) => format!("{} ({code})", discount.title),
    }
}

fn tax_label(tax: &Tax, included: bool) -> String {
    let percent = (tax.rate * Decimal::ONE_HUNDRED).normalize();
    let of = match tax.scope {
        TaxScope::Lines => "",
        TaxScope::Shipping => " on shipping",
    };
    let contained = if included { ", included" } else { "" };
    format!("{} {percent} %{of}{contained}", tax.title)
}

const fn step(kind: StepKind, label: String, amount: Minor) -> Step {
    Step { kind, label, line: None, amount }
}
