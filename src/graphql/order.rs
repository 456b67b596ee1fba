//! Orders as their buyers see them.
//!
//! **Invariant:** everything but the statuses and what was given back comes from what was bound.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};

use super::{
    catalog::ProductVariant,
    consignment::OrderConsignment,
    currency::CurrencyCode,
    explanation::PricingStep,
    loader,
    refund::Refund,
    scalar::{DateTime, Money},
    shared::{Attribute, CheckoutCustomer, Image, MailingAddress, TaxLine},
    totals::{AppliedDiscount, AppliedGiftCertificate, CheckoutTotals},
    verdict::PaymentVerdict,
};
use crate::{
    domain::order::{self as domain, OrderLine as SoldLine},
    flows::outcome::View,
};

/// Where an order stands as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum OrderStatus {
    /// Placed and being worked on.
    Open,
    /// Fulfilled and settled.
    Closed,
    /// Canceled.
    Canceled,
}

/// Where the money of an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum OrderPaymentStatus {
    /// There was nothing to pay.
    NotRequired,
    /// Nothing was taken yet.
    Pending,
    /// Authorized, not captured.
    Authorized,
    /// Paid in full.
    Paid,
    /// Part was given back.
    PartiallyRefunded,
    /// All was given back.
    Refunded,
    /// Disputed by the card holder.
    Disputed,
}

/// Where the goods of an order stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum OrderFulfillmentStatus {
    /// Nothing was sent.
    Unfulfilled,
    /// Part was sent.
    PartiallyFulfilled,
    /// All was sent.
    Fulfilled,
    /// Nothing needs to be sent.
    NotRequired,
}

/// A purchase that was paid, as its buyer may see it.
pub struct Order {
    view: Arc<View>,
    order: Arc<domain::Order>,
}

impl Order {
    /// The order of a session; `None` while there is none.
    #[must_use]
    pub fn of(view: &Arc<View>) -> Option<Self> {
        let order = view.order.clone().map(Arc::new)?;
        Some(Self { view: Arc::clone(view), order })
    }

    /// What was sold.
    pub(super) fn sold(&self) -> &domain::Order {
        &self.order
    }

    /// One of its lines.
    pub(super) fn line(&self, line: &SoldLine) -> OrderLine {
        OrderLine::of(&self.view, line)
    }
}

/// A purchase that was paid, as its buyer may see it.
#[Object]
impl Order {
    /// Globally unique id.
    pub(crate) async fn id(&self) -> ID {
        self.order.id.to_string().into()
    }

    /// Number to show, unique in the organization.
    async fn number(&self) -> &str {
        &self.order.number
    }

    /// Where the order stands.
    async fn status(&self) -> OrderStatus {
        match self.order.status {
            domain::OrderStatus::Open => OrderStatus::Open,
            domain::OrderStatus::Closed => OrderStatus::Closed,
            domain::OrderStatus::Canceled => OrderStatus::Canceled,
        }
    }

    /// Where its money stands.
    async fn payment_status(&self) -> OrderPaymentStatus {
        use domain::OrderPaymentStatus as Status;
        match self.order.payment_status {
            Status::NotRequired => OrderPaymentStatus::NotRequired,
            Status::Pending => OrderPaymentStatus::Pending,
            Status::Authorized => OrderPaymentStatus::Authorized,
            Status::Paid => OrderPaymentStatus::Paid,
            Status::PartiallyRefunded => OrderPaymentStatus::PartiallyRefunded,
            Status::Refunded => OrderPaymentStatus::Refunded,
            Status::Disputed => OrderPaymentStatus::Disputed,
        }
    }

    /// Where its goods stand.
    async fn fulfillment_status(&self) -> OrderFulfillmentStatus {
        use domain::OrderFulfillmentStatus as Status;
        match self.order.fulfillment_status {
            Status::Unfulfilled => OrderFulfillmentStatus::Unfulfilled,
            Status::PartiallyFulfilled => OrderFulfillmentStatus::PartiallyFulfilled,
            Status::Fulfilled => OrderFulfillmentStatus::Fulfilled,
            Status::NotRequired => OrderFulfillmentStatus::NotRequired,
        }
    }

    /// Currency of all amounts.
    async fn currency(&self) -> CurrencyCode {
        self.order.currency.into()
    }

    /// Who bought.
    async fn customer(&self) -> Option<CheckoutCustomer> {
        CheckoutCustomer::of(&self.order.snapshot.details.buyer)
    }

    /// Where the goods go. With consignments: the address of the first.
    async fn shipping_address(&self) -> Option<MailingAddress> {
        self.order.snapshot.details.shipping.as_ref().map(MailingAddress::from)
    }

    /// Where the invoice goes.
    async fn billing_address(&self) -> Option<MailingAddress> {
        let details = &self.order.snapshot.details;
        details.billing.as_ref().or(details.shipping.as_ref()).map(MailingAddress::from)
    }

    /// What was bought.
    async fn lines(&self) -> Vec<OrderLine> {
        self.order.lines.iter().map(|line| OrderLine::of(&self.view, line)).collect()
    }

    /// Shipments: which lines go where and how; none where nothing must be sent.
    async fn consignments(&self) -> Vec<OrderConsignment> {
        OrderConsignment::all(self)
    }

    /// Chosen shipping, for example Ground. With consignments: that of the first.
    async fn shipping_rate_name(&self) -> Option<&str> {
        self.order.snapshot.quote.shipping.as_ref().map(|shipping| shipping.name.as_str())
    }

    /// Discounts.
    async fn discounts(&self) -> Vec<AppliedDiscount> {
        AppliedDiscount::all(&self.order.snapshot.quote)
    }

    /// Gift certificates.
    async fn gift_certificates(&self) -> Vec<AppliedGiftCertificate> {
        AppliedGiftCertificate::all(&self.order.snapshot.quote)
    }

    /// Taxes.
    async fn taxes(&self) -> Vec<TaxLine> {
        let quote = &self.order.snapshot.quote;
        quote.taxes().iter().map(|tax| TaxLine::of(tax, quote.currency, quote.taxes_included)).collect()
    }

    /// All sums.
    async fn totals(&self) -> CheckoutTotals {
        CheckoutTotals::from(&self.order.snapshot.quote)
    }

    /// How the grand total came about, step by step; the amounts add up to it exactly.
    async fn explanation(&self) -> Vec<PricingStep> {
        PricingStep::of_order(&self.view, &self.order)
    }

    /// What was given back so far.
    async fn total_refunded(&self) -> Money {
        Money::of(self.order.refunded, self.order.currency)
    }

    /// What was decided about the money that was taken: the payment of this order, and any that came beside it, oldest
    /// first. Empty where nothing had to be paid.
    async fn verdicts(&self, ctx: &Context<'_>) -> Result<Vec<PaymentVerdict>> {
        PaymentVerdict::of(ctx, &self.view.organization, self.view.session.id).await
    }

    /// Refunds.
    async fn refunds(&self, ctx: &Context<'_>) -> Result<Vec<Refund>> {
        Refund::of(ctx, &self.view.organization, self.order.id).await
    }

    /// The buyer's message.
    async fn customer_message(&self) -> Option<&str> {
        self.order.customer_message.as_deref()
    }

    /// When it was placed.
    async fn placed_at(&self) -> DateTime {
        DateTime(self.order.placed_at)
    }

    /// When it was canceled.
    async fn canceled_at(&self) -> Option<DateTime> {
        self.order.canceled_at.map(DateTime)
    }
}

/// One line of an order.
pub struct OrderLine {
    view: Arc<View>,
    line: SoldLine,
}

impl OrderLine {
    /// A line of the order of a session.
    #[must_use]
    pub fn of(view: &Arc<View>, line: &SoldLine) -> Self {
        Self { view: Arc::clone(view), line: line.clone() }
    }
}

/// One line of an order.
#[Object]
impl OrderLine {
    /// Globally unique id.
    pub(crate) async fn id(&self) -> ID {
        self.line.id.to_string().into()
    }

    /// What was bought; null when the merchant deleted it since.
    async fn variant(&self, ctx: &Context<'_>) -> Result<Option<ProductVariant>> {
        let tenant = &self.view.organization;
        let found = loader::variant(ctx, tenant.id, self.line.line.item.variant).await?;
        Ok(found.map(|found| ProductVariant { tenant: Arc::new(tenant.clone()), found }))
    }

    /// Name as sold.
    async fn title(&self) -> &str {
        &self.line.line.item.title
    }

    /// SKU as sold.
    async fn sku(&self) -> Option<&str> {
        self.line.line.item.sku.as_deref()
    }

    /// Image as sold.
    async fn image(&self) -> Option<Image> {
        self.line.line.item.image.as_ref().map(Image::from)
    }

    /// Units.
    async fn quantity(&self) -> i32 {
        i32::try_from(self.line.line.quantity).unwrap_or(i32::MAX)
    }

    /// Price of one unit.
    async fn unit_price(&self) -> Money {
        Money::of(self.line.line.item.unit_price, self.view.session.currency)
    }

    /// Line after discounts.
    async fn total(&self) -> Money {
        Money::of(self.line.total(), self.view.session.currency)
    }

    /// Units refunded.
    async fn refunded_quantity(&self) -> i32 {
        i32::try_from(self.line.refunded_quantity).unwrap_or(i32::MAX)
    }

    /// What the client stored.
    async fn attributes(&self) -> Vec<Attribute> {
        self.line.line.attributes.iter().map(Attribute::from).collect()
    }
}
