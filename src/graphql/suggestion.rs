//! Changes that would solve a problem, ready to be sent.
//!
//! **Invariant:** exactly one part of a suggestion is set.

use std::sync::Arc;

use async_graphql::SimpleObject;

use super::{checkout_line::CheckoutLine, shipping::ShippingRate};
use crate::{
    domain::{problem::Problem, suggestion::Suggestion},
    flows::outcome::View,
};

/// A change that would solve a problem. Exactly one part is set.
#[derive(Default, SimpleObject)]
pub struct CheckoutSuggestion {
    /// Set this line to this quantity, with checkoutSessionLinesUpdate; zero means: remove it.
    set_quantity: Option<SetQuantitySuggestion>,
    /// Choose this rate, as shippingRateId of the draft: the one with the lowest grand total.
    select_shipping_rate: Option<ShippingRate>,
    /// Take this discount code out of discountCodes of the draft.
    remove_discount_code: Option<String>,
}

/// A quantity that could be sold.
#[derive(SimpleObject)]
pub struct SetQuantitySuggestion {
    /// The line to change.
    line: CheckoutLine,
    /// The quantity to set.
    quantity: i32,
}

impl CheckoutSuggestion {
    /// What solves a problem of a session; `None` where only the buyer can know, and where nothing can be changed now.
    #[must_use]
    pub fn of(problem: &Problem, view: &Arc<View>) -> Option<Self> {
        view.session.may_change(view.now).ok()?;
        Some(match problem.suggestion(&view.session)? {
            Suggestion::SetQuantity { line, quantity } => {
                let line = CheckoutLine::of(view, line)?;
                let quantity = i32::try_from(quantity).unwrap_or(i32::MAX);
                Self { set_quantity: Some(SetQuantitySuggestion { line, quantity }), ..Self::default() }
            }
            Suggestion::SelectRate(rate) => {
                Self { select_shipping_rate: Some(ShippingRate(*rate)), ..Self::default() }
            }
            Suggestion::RemoveCode(code) => Self { remove_discount_code: Some(code), ..Self::default() },
        })
    }
}
