//! Any object by its id.
//!
//! **Invariant:** an id's prefix says its kind. What belongs to a session is found only with that session's token in the
//! `x-checkout-token` header; every other id of it is answered like one that never existed.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Result};

use super::{
    catalog::{Product, ProductVariant, variant},
    checkout::CheckoutSession,
    checkout_line::CheckoutLine,
    consignment::Consignment,
    loader,
    order::{Order, OrderLine},
    organization::Organization,
    payment::PaymentAttempt,
    refund::Refund,
    request::{app, caller, organization},
    shipping::{ShippingRate, ShippingZone},
};
use crate::{
    domain::{
        ids::{ConsignmentId, LineId, ProductId, RateId, RefundId, VariantId, ZoneId},
        tenant,
    },
    flows::outcome::View,
};

/// An object with an id that is unique over all types of this server. Ids are opaque, prefixed by the
/// kind of the object (prod_, var_, ses_, ord_, ...) for people who read logs, and stable.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Globally unique id. Never changes and is never reused."))]
pub enum Node {
    /// A merchant.
    Organization(Organization),
    /// A product.
    Product(Product),
    /// A variant.
    ProductVariant(ProductVariant),
    /// A zone.
    ShippingZone(ShippingZone),
    /// A rate.
    ShippingRate(ShippingRate),
    /// A session.
    CheckoutSession(CheckoutSession),
    /// A line of a session.
    CheckoutLine(CheckoutLine),
    /// A shipment of a session.
    Consignment(Consignment),
    /// An attempt.
    PaymentAttempt(PaymentAttempt),
    /// An order.
    Order(Order),
    /// A line of an order.
    OrderLine(OrderLine),
    /// Money given back.
    Refund(Refund),
}

/// Finds an object of the request's tenant.
pub async fn find(ctx: &Context<'_>, id: &str) -> Result<Option<Node>> {
    let tenant = organization(ctx).await?;
    if tenant.id.to_string() == id {
        return Ok(Some(Node::Organization(Organization(tenant))));
    }
    match id.split_once('_').map(|(kind, _)| kind) {
        Some("prod") => product(ctx, &tenant, id).await,
        Some("var") => match id.parse::<VariantId>() {
            Ok(id) => {
                Ok(variant(ctx, id).await?.filter(|found| found.found.is_offered()).map(Node::ProductVariant))
            }
            Err(_) => Ok(None),
        },
        Some("zone" | "rate") => shipping(ctx, &tenant, id).await,
        Some("ses" | "line" | "cons" | "pay" | "ord" | "oli" | "ref") => owned(ctx, &tenant, id).await,
        Some(_) | None => Ok(None),
    }
}

async fn product(ctx: &Context<'_>, tenant: &Arc<tenant::Organization>, id: &str) -> Result<Option<Node>> {
    let Ok(id) = id.parse::<ProductId>() else { return Ok(None) };
    let found = loader::product(ctx, tenant.id, id).await?;
    Ok(found.map(|product| Node::Product(Product { tenant: Arc::clone(tenant), product })))
}

async fn shipping(ctx: &Context<'_>, tenant: &Arc<tenant::Organization>, id: &str) -> Result<Option<Node>> {
    let zones = caller(ctx)?.zones(app(ctx)?, tenant).await?;
    if let Ok(id) = id.parse::<ZoneId>() {
        return Ok(zones
            .iter()
            .find(|zone| zone.id == id)
            .map(|zone| Node::ShippingZone(ShippingZone(zone.clone()))));
    }
    let Ok(id) = id.parse::<RateId>() else { return Ok(None) };
    let rate = zones.iter().flat_map(|zone| &zone.rates).find(|rate| rate.id == id);
    Ok(rate.map(|rate| Node::ShippingRate(ShippingRate(rate.clone()))))
}

/// What the request's token opens, and nothing else.
async fn owned(ctx: &Context<'_>, tenant: &Arc<tenant::Organization>, id: &str) -> Result<Option<Node>> {
    let Some(view) = caller(ctx)?.opened(app(ctx)?, tenant).await? else { return Ok(None) };
    let order = view.order.as_ref().filter(|_| id.parse::<RefundId>().is_ok());
    if let Some(order) = order {
        let refunds = Refund::of(ctx, tenant, order.id).await?;
        return Ok(refunds.into_iter().find(|refund| refund.is(id)).map(Node::Refund));
    }
    Ok(part(&view, id))
}

fn part(view: &Arc<View>, id: &str) -> Option<Node> {
    if view.session.id.to_string() == id {
        return Some(Node::CheckoutSession(CheckoutSession(Arc::clone(view))));
    }
    if let Ok(line) = id.parse::<LineId>() {
        return CheckoutLine::of(view, line).map(Node::CheckoutLine);
    }
    if let Ok(consignment) = id.parse::<ConsignmentId>() {
        return Consignment::of(view, consignment).map(Node::Consignment);
    }
    let attempt = view.attempt.as_ref().filter(|attempt| attempt.id.to_string() == id);
    if let Some(attempt) = attempt {
        return Some(Node::PaymentAttempt(PaymentAttempt(attempt.clone())));
    }
    let order = view.order.as_ref()?;
    if order.id.to_string() == id {
        return Order::of(view).map(Node::Order);
    }
    let line = order.lines.iter().find(|line| line.id.to_string() == id)?;
    Some(Node::OrderLine(OrderLine::of(view, line)))
}
