//! Lines of a session as a client sees them.
//!
//! **Invariant:** amounts are those of the session's quote, so they add up to its totals.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};

use super::{
    catalog::ProductVariant,
    loader,
    scalar::Money,
    shared::{Attribute, Image, TaxLine},
};
use crate::{
    domain::{cart::Line, ids::LineId, money::Minor, quote::QuotedLine},
    flows::outcome::View,
};

/// One line of a session.
#[derive(Clone)]
pub struct CheckoutLine {
    of: Arc<View>,
    place: usize,
}

impl CheckoutLine {
    /// A line of a session by its place, which must be one of its lines.
    #[must_use]
    pub(super) fn at(view: &Arc<View>, place: usize) -> Self {
        Self { of: Arc::clone(view), place }
    }

    /// A line of a session by id.
    #[must_use]
    pub fn of(view: &Arc<View>, line: LineId) -> Option<Self> {
        let place = view.session.lines.iter().position(|other| other.id == line)?;
        Some(Self { of: Arc::clone(view), place })
    }

    // `place` always is one of the session's lines: both constructors take it from there.
    fn line(&self) -> &Line {
        &self.of.session.lines[self.place]
    }

    fn quoted(&self) -> Option<&QuotedLine> {
        self.of.session.estimate.quote.lines.iter().find(|quoted| quoted.line == self.line().id)
    }

    fn money(&self, amount: Minor) -> Money {
        Money::of(amount, self.of.session.currency)
    }
}

/// One line of a session.
#[Object]
impl CheckoutLine {
    /// Globally unique id.
    pub(crate) async fn id(&self) -> ID {
        self.line().id.to_string().into()
    }

    /// What is bought; null when the merchant deleted it since.
    async fn variant(&self, ctx: &Context<'_>) -> Result<Option<ProductVariant>> {
        let tenant = &self.of.organization;
        let found = loader::variant(ctx, tenant.id, self.line().item.variant).await?;
        Ok(found.map(|found| ProductVariant { tenant: Arc::new(tenant.clone()), found }))
    }

    /// Product and variant name as sold.
    async fn title(&self) -> &str {
        &self.line().item.title
    }

    /// SKU as sold.
    async fn sku(&self) -> Option<&str> {
        self.line().item.sku.as_deref()
    }

    /// Image as sold.
    async fn image(&self) -> Option<Image> {
        self.line().item.image.as_ref().map(Image::from)
    }

    /// Units.
    async fn quantity(&self) -> i32 {
        i32::try_from(self.line().quantity).unwrap_or(i32::MAX)
    }

    /// Price of one unit before discounts.
    async fn unit_price(&self) -> Money {
        self.money(self.line().item.unit_price)
    }

    /// Earlier or recommended price of one unit.
    async fn compare_at_unit_price(&self) -> Option<Money> {
        self.line().item.compare_at.map(|amount| self.money(amount))
    }

    /// unitPrice times quantity.
    async fn subtotal(&self) -> Money {
        self.money(self.line().subtotal())
    }

    /// Discounts on this line.
    async fn discount(&self) -> Money {
        self.money(self.quoted().map_or(Minor::ZERO, QuotedLine::discount))
    }

    /// subtotal less discount.
    async fn total(&self) -> Money {
        self.money(self.quoted().map_or_else(|| self.line().subtotal(), QuotedLine::total))
    }

    /// Taxes of this line.
    async fn taxes(&self) -> Vec<TaxLine> {
        let quote = &self.of.session.estimate.quote;
        let line = |tax| TaxLine::of(tax, quote.currency, quote.taxes_included);
        self.quoted().map(|quoted| quoted.taxes.iter().map(line).collect()).unwrap_or_default()
    }

    /// Whether it must be sent.
    async fn requires_shipping(&self) -> bool {
        self.line().item.requires_shipping
    }

    /// What the client stored, for example an engraving.
    async fn attributes(&self) -> Vec<Attribute> {
        self.line().attributes.iter().map(Attribute::from).collect()
    }
}
