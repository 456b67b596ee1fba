//! Shipments of a session and of its order: which units go where, by which rate.
//!
//! **Invariant:** the first holds what no other does, and is there wherever something must be sent.

use std::sync::Arc;

use async_graphql::{ID, Object, SimpleObject};

use super::{
    checkout_line::CheckoutLine,
    order::{Order, OrderLine},
    scalar::Money,
    shared::MailingAddress,
    shipping::ShippingRateQuote,
};
use crate::{
    domain::{
        buyer::Address,
        cart::Line,
        consignment::{Load, loads},
        draft::Details,
        ids::ConsignmentId,
        money::Minor,
        quote::{Offer, QuotedShipping},
    },
    flows::outcome::View,
};

/// A shipment: some lines, one address, one rate.
#[derive(Clone)]
pub struct Consignment {
    of: Arc<View>,
    at: usize,
    /// Worked out once for all of a session, however often its lines are asked for.
    load: Load,
}

/// What of a cart is sent with each consignment: places of lines, with their units.
fn sent(lines: &[Line], details: &Details) -> Vec<Load> {
    let mut loads = loads(lines, details.held_further());
    for load in &mut loads {
        load.retain(|(place, _)| lines[*place].item.requires_shipping);
    }
    loads
}

fn address(details: &Details, at: usize) -> Option<MailingAddress> {
    details.address_of(at).filter(|address| **address != Address::default()).map(MailingAddress::from)
}

impl Consignment {
    /// All of a session.
    #[must_use]
    pub fn all(view: &Arc<View>) -> Vec<Self> {
        let session = &view.session;
        let loads = sent(&session.lines, &session.details).into_iter().enumerate();
        let sending = loads.filter(|(_, load)| !load.is_empty());
        sending.map(|(at, load)| Self { of: Arc::clone(view), at, load }).collect()
    }

    /// One of a session by its id.
    #[must_use]
    pub fn of(view: &Arc<View>, id: ConsignmentId) -> Option<Self> {
        Self::all(view).into_iter().find(|consignment| consignment.known_as() == Some(id))
    }

    fn known_as(&self) -> Option<ConsignmentId> {
        let session = &self.of.session;
        match self.at.checked_sub(1) {
            None => Some(session.consignment),
            Some(place) => session.details.further.get(place).map(|other| other.id),
        }
    }

    fn offers(&self) -> &[Offer] {
        self.of.session.estimate.deliveries().nth(self.at).map_or(&[], |(offers, _)| offers)
    }

    fn money(&self, amount: impl Fn(&QuotedShipping) -> Minor) -> Money {
        let session = &self.of.session;
        let charge = session.estimate.quote.charge_of(self.at);
        Money::of(charge.map_or(Minor::ZERO, amount), session.currency)
    }
}

/// A shipment: some lines, one address, one rate.
#[Object]
impl Consignment {
    /// Globally unique id.
    pub(crate) async fn id(&self) -> ID {
        self.known_as().map(|id| id.to_string()).unwrap_or_default().into()
    }

    /// Lines and how many units of each. What need not be sent is in none.
    async fn lines(&self) -> Vec<ConsignmentLine> {
        let line = |&(place, units): &(usize, i64)| ConsignmentLine {
            line: CheckoutLine::at(&self.of, place),
            quantity: i32::try_from(units).unwrap_or(i32::MAX),
        };
        self.load.iter().map(line).collect()
    }

    /// Where it goes.
    async fn shipping_address(&self) -> Option<MailingAddress> {
        address(&self.of.session.details, self.at)
    }

    /// Rates that apply, each with the grand total of the whole session by it.
    async fn applicable_shipping_rates(&self) -> Vec<ShippingRateQuote> {
        let currency = self.of.session.currency;
        self.offers().iter().map(|offer| ShippingRateQuote::of(offer, currency)).collect()
    }

    /// The chosen rate.
    async fn selected_shipping_rate(&self) -> Option<ShippingRateQuote> {
        let chosen = self.offers().iter().find(|offer| offer.selected);
        chosen.map(|offer| ShippingRateQuote::of(offer, self.of.session.currency))
    }

    /// Shipping after discounts.
    async fn shipping_cost(&self) -> Money {
        self.money(QuotedShipping::charge)
    }

    /// Handling.
    async fn handling_cost(&self) -> Money {
        self.money(|charge| charge.handling)
    }

    /// Discounts on shipping.
    async fn discount(&self) -> Money {
        self.money(|charge| charge.discount)
    }
}

/// Units of a line in a shipment.
#[derive(SimpleObject)]
pub struct ConsignmentLine {
    /// The line.
    line: CheckoutLine,
    /// Units.
    quantity: i32,
}

/// A shipment of an order, as it was bound.
#[derive(SimpleObject)]
pub struct OrderConsignment {
    /// Lines and how many units of each. What need not be sent is in none.
    lines: Vec<OrderConsignmentLine>,
    /// Where it goes.
    shipping_address: Option<MailingAddress>,
    /// Chosen shipping, for example Ground.
    shipping_rate_name: Option<String>,
    /// Shipping after discounts.
    shipping_cost: Money,
    /// Handling.
    handling_cost: Money,
}

/// Units of an order's line in a shipment.
#[derive(SimpleObject)]
pub struct OrderConsignmentLine {
    /// The line.
    line: OrderLine,
    /// Units.
    quantity: i32,
}

impl OrderConsignment {
    /// All of an order.
    #[must_use]
    pub(super) fn all(order: &Order) -> Vec<Self> {
        let (of, snapshot) = (order.sold(), &order.sold().snapshot);
        let loads = sent(&snapshot.lines, &snapshot.details);
        let line = |&(place, units): &(usize, i64)| {
            let id = snapshot.lines.get(place)?.id;
            let sold = of.lines.iter().find(|sold| sold.line.id == id)?;
            let quantity = i32::try_from(units).unwrap_or(i32::MAX);
            Some(OrderConsignmentLine { line: order.line(sold), quantity })
        };
        let consignment = |(at, load): (usize, &Load)| {
            let charge = snapshot.quote.charge_of(at);
            let money = |amount: Option<Minor>| Money::of(amount.unwrap_or(Minor::ZERO), of.currency);
            Self {
                lines: load.iter().filter_map(line).collect(),
                shipping_address: address(&snapshot.details, at),
                shipping_rate_name: charge.map(|charge| charge.name.clone()),
                shipping_cost: money(charge.map(QuotedShipping::charge)),
                handling_cost: money(charge.map(|charge| charge.handling)),
            }
        };
        loads.iter().enumerate().filter(|(_, load)| !load.is_empty()).map(consignment).collect()
    }
}
