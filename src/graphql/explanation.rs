//! How a grand total came about, as a client sees it.
//!
//! **Invariant:** the steps are those of one quote, so their amounts add up to its grand total; a step of an order points
//! at a line of the order, which the session may no longer have.

use std::sync::Arc;

use async_graphql::Object;

use super::{checkout_line::CheckoutLine, order::OrderLine, scalar::Money, totals::PricingStepKind};
use crate::{
    domain::{
        explanation::{Step, explain},
        order::Order,
    },
    flows::outcome::View,
};

/// Whose total is explained.
#[derive(Clone)]
enum Bill {
    Session(Arc<View>),
    Order(Arc<View>, Arc<Order>),
}

/// One step of the way to the grand total.
pub struct PricingStep {
    of: Bill,
    step: Step,
}

impl PricingStep {
    /// The steps of a session.
    #[must_use]
    pub fn of_session(view: &Arc<View>) -> Vec<Self> {
        let of = Bill::Session(Arc::clone(view));
        let steps = explain(&view.session.estimate.quote).into_iter();
        steps.map(|step| Self { of: of.clone(), step }).collect()
    }

    /// The steps of the order of a session.
    #[must_use]
    pub fn of_order(view: &Arc<View>, order: &Arc<Order>) -> Vec<Self> {
        let of = Bill::Order(Arc::clone(view), Arc::clone(order));
        let steps = explain(&order.snapshot.quote).into_iter();
        steps.map(|step| Self { of: of.clone(), step }).collect()
    }
}

/// One step of the way to the grand total.
#[Object]
impl PricingStep {
    /// What kind of step this is.
    async fn kind(&self) -> PricingStepKind {
        self.step.kind.into()
    }

    /// Sentence to show, for example "10 % off with WELCOME10".
    async fn label(&self) -> &str {
        &self.step.label
    }

    /// The line of the session it belongs to; null for steps on the whole session or on shipping, and in
    /// Order.explanation, where `orderLine` says which.
    async fn line(&self) -> Option<CheckoutLine> {
        match &self.of {
            Bill::Session(view) => self.step.line.and_then(|line| CheckoutLine::of(view, line)),
            Bill::Order(..) => None,
        }
    }

    /// The line of the order it belongs to; null for steps on the whole order or on shipping, and in
    /// CheckoutSession.explanation.
    async fn order_line(&self) -> Option<OrderLine> {
        match &self.of {
            Bill::Session(_) => None,
            Bill::Order(view, order) => {
                let sold = order.lines.iter().find(|sold| Some(sold.line.id) == self.step.line)?;
                Some(OrderLine::of(view, sold))
            }
        }
    }

    /// What the step adds to the grand total; negative where it takes away, zero where it only informs
    /// (a tax that is included in the prices).
    async fn amount(&self) -> Money {
        let currency = match &self.of {
            Bill::Session(view) => view.session.currency,
            Bill::Order(_, order) => order.currency,
        };
        Money::of(self.step.amount, currency)
    }
}
