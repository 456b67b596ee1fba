//! Zones, rates, and what a rate costs a session.
//!
//! **Invariant:** a rate's id is what a client sends back; its list price is not what a session pays, the quote is.

use async_graphql::{ID, Object, SimpleObject};

use super::{country::CountryCode, scalar::Money, shared::MailingAddress};
use crate::domain::{
    currency::Currency,
    quote::Offer,
    shipping::{Rate, Zone},
};

/// Countries and regions that share shipping rates.
pub struct ShippingZone(pub Zone);

/// Countries and regions that share shipping rates.
#[Object]
impl ShippingZone {
    /// Globally unique id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Countries covered. Empty for the rest-of-the-world zone.
    async fn countries(&self) -> Vec<CountryCode> {
        self.0.countries.iter().filter_map(|country| CountryCode::from_country(*country)).collect()
    }

    /// Regions covered, ISO 3166-2 codes such as US-CA. Empty: the whole countries.
    async fn regions(&self) -> &[String] {
        &self.0.regions
    }

    /// Whether the zone takes every destination that no other zone covers.
    async fn rest_of_world(&self) -> bool {
        self.0.rest_of_world
    }

    /// Place among the zones.
    async fn sort_order(&self) -> i32 {
        self.0.sort_order
    }

    /// Active rates, ordered by sortOrder and then name.
    async fn rates(&self) -> Vec<ShippingRate> {
        self.0.rates.iter().cloned().map(ShippingRate).collect()
    }
}

/// A way of shipping and its list price. What it costs for a given session is in `ShippingRateQuote`.
pub struct ShippingRate(pub Rate);

/// A way of shipping and its list price. What it costs for a given session is in `ShippingRateQuote`.
#[Object]
impl ShippingRate {
    /// Globally unique id; send it back as shippingRateId.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Name, for example Ground.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Further text for the buyer.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// List price; that of the lowest band where it goes by weight or value.
    async fn price(&self) -> Money {
        Money::of(self.0.list_price(), self.0.currency)
    }

    /// Order subtotal from which this rate costs nothing.
    async fn free_from_subtotal(&self) -> Option<Money> {
        self.0.free_from.map(|amount| Money::of(amount, self.0.currency))
    }

    /// Lowest order subtotal for this rate.
    async fn min_subtotal(&self) -> Option<Money> {
        self.0.subtotal_min.map(|amount| Money::of(amount, self.0.currency))
    }

    /// Highest order subtotal for this rate.
    async fn max_subtotal(&self) -> Option<Money> {
        self.0.subtotal_max.map(|amount| Money::of(amount, self.0.currency))
    }

    /// What packing costs beside it, also where the rate is free.
    async fn handling(&self) -> Money {
        Money::of(self.0.handling, self.0.currency)
    }

    /// Where the goods are picked up; null where they are sent. They are taxed there.
    async fn pickup_point(&self) -> Option<PickupPoint> {
        self.0.pickup.as_ref().map(|point| PickupPoint {
            name: point.name.clone(),
            address: MailingAddress::from(&point.address),
        })
    }

    /// Days until delivery; null when not promised.
    async fn delivery_estimate(&self) -> Option<DeliveryEstimate> {
        self.0.delivery_days.map(|(min_days, max_days)| DeliveryEstimate { min_days, max_days })
    }

    /// Place among the rates of its zone.
    async fn sort_order(&self) -> i32 {
        self.0.sort_order
    }
}

/// Where goods are picked up.
#[derive(SimpleObject)]
pub struct PickupPoint {
    /// Name to show.
    name: String,
    /// Where it is.
    address: MailingAddress,
}

/// Days until delivery.
#[derive(Debug, SimpleObject)]
pub struct DeliveryEstimate {
    /// Earliest.
    min_days: i32,
    /// Latest.
    max_days: i32,
}

/// A rate that applies to a session, with what it costs there.
#[derive(SimpleObject)]
pub struct ShippingRateQuote {
    /// What the whole session would cost with this rate: the grand total after discounts and tax. Estimated
    /// until the session is bound.
    grand_total: Money,
    /// The rate.
    rate: ShippingRate,
    /// Charge after discounts.
    price: Money,
    /// What packing costs beside it.
    handling: Money,
    /// Charge before discounts.
    price_before_discount: Money,
    /// Whether this rate is the chosen one.
    selected: bool,
}

impl ShippingRateQuote {
    /// An offer in a currency.
    #[must_use]
    pub fn of(offer: &Offer, currency: Currency) -> Self {
        Self {
            grand_total: Money::of(offer.grand_total, currency),
            rate: ShippingRate(offer.rate.clone()),
            price: Money::of(offer.price, currency),
            handling: Money::of(offer.handling, currency),
            price_before_discount: Money::of(offer.price_before_discount, currency),
            selected: offer.selected,
        }
    }
}
