//! Products and variants.
//!
//! **Invariant:** a product without a published price range does not exist; stock is shown only where the shop shows it.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};

use super::{
    loader,
    pages::{self, ProductVariantConnection},
    request::{app, organization},
    scalar::{DateTime, Money},
    shared::Image,
};
use crate::domain::{
    catalog::{self, Merchandise, Stock},
    money::Minor,
    price::Price,
    tenant::Organization as Tenant,
};

/// Which product.
#[derive(Debug, OneofObject)]
pub enum ProductByInput {
    /// By id.
    Id(ID),
    /// By slug.
    Slug(String),
}

/// Which variant.
#[derive(Debug, OneofObject)]
pub enum ProductVariantByInput {
    /// By id.
    Id(ID),
    /// By stock keeping unit.
    Sku(String),
}

/// Something that is sold, in one or more variants.
pub struct Product {
    /// Its shop.
    pub tenant: Arc<Tenant>,
    /// What is sold.
    pub product: Arc<catalog::Product>,
}

/// Something that is sold, in one or more variants.
#[Object]
impl Product {
    /// Globally unique id.
    pub(crate) async fn id(&self) -> ID {
        self.product.id.to_string().into()
    }

    /// Part of the page address, unique in the organization.
    async fn slug(&self) -> &str {
        &self.product.slug
    }

    /// Name.
    async fn title(&self) -> &str {
        &self.product.title
    }

    /// Description, as plain text or Markdown.
    async fn description(&self) -> &str {
        &self.product.description
    }

    /// Maker.
    async fn vendor(&self) -> Option<&str> {
        self.product.vendor.as_deref()
    }

    /// Category, free text.
    async fn category(&self) -> Option<&str> {
        self.product.category.as_deref()
    }

    /// Tags.
    async fn tags(&self) -> &[String] {
        &self.product.tags
    }

    /// Images, the first is the main one.
    async fn images(&self) -> Vec<Image> {
        self.product.images.iter().map(Image::from).collect()
    }

    /// Options that variants differ in.
    async fn options(&self) -> Vec<ProductOption> {
        let option =
            |of: &catalog::ProductOption| ProductOption { name: of.name.clone(), values: of.values.clone() };
        self.product.options.iter().map(option).collect()
    }

    /// Lowest and highest price of the variants, in the default currency.
    async fn price_range(&self) -> PriceRange {
        let currency = self.tenant.settings.default_currency;
        PriceRange {
            min: Money::of(self.product.price_min, currency),
            max: Money::of(self.product.price_max, currency),
        }
    }

    /// Whether a variant can be bought now.
    async fn available_for_sale(&self, ctx: &Context<'_>) -> Result<bool> {
        let variants = loader::variants_of(ctx, self.tenant.id, self.product.id).await?;
        Ok(variants.iter().any(|found| found.variant.stock.covers(1)))
    }

    /// Variants, in the merchant's order. At most 100 at once; 20 where neither `first` nor `last` is given.
    #[graphql(complexity = "pages::cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection are those of the schema")]
    async fn variants(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<ProductVariantConnection> {
        let all = loader::variants_of(ctx, self.tenant.id, self.product.id).await?;
        let window = pages::Window::new(first, after, last, before)?;
        ProductVariantConnection::of(&self.tenant, &all, &window)
    }

    /// The variant with all of these options; null when there is none.
    async fn variant_by_selected_options(
        &self,
        ctx: &Context<'_>,
        selected_options: Vec<SelectedOptionInput>,
    ) -> Result<Option<ProductVariant>> {
        let all = loader::variants_of(ctx, self.tenant.id, self.product.id).await?;
        let has = |variant: &catalog::Variant, wanted: &SelectedOptionInput| {
            variant.selected_options.iter().any(|one| one.name == wanted.name && one.value == wanted.value)
        };
        let found =
            all.into_iter().find(|found| selected_options.iter().all(|wanted| has(&found.variant, wanted)));
        Ok(found.map(|found| ProductVariant { tenant: Arc::clone(&self.tenant), found }))
    }

    /// Last change.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.product.updated_at)
    }
}

/// An option such as Size, with its values.
#[derive(Debug, SimpleObject)]
pub struct ProductOption {
    /// Name, for example Size.
    name: String,
    /// Values, in the merchant's order.
    values: Vec<String>,
}

/// Lowest and highest price.
#[derive(Debug, SimpleObject)]
pub struct PriceRange {
    /// Lowest.
    min: Money,
    /// Highest.
    max: Money,
}

/// The value of an option.
#[derive(Debug, SimpleObject)]
pub struct SelectedOption {
    /// Name of the option.
    name: String,
    /// Value.
    value: String,
}

/// The value of an option.
#[derive(Debug, InputObject)]
pub struct SelectedOptionInput {
    /// Name of the option.
    name: String,
    /// Value.
    value: String,
}

/// A lower price of each unit from some quantity on.
#[derive(Debug, SimpleObject)]
pub struct QuantityPriceBreak {
    /// Units of the variant in the cart, over all its lines, from which it counts.
    minimum_quantity: i32,
    /// Price of each unit then.
    price: Money,
}

/// One thing that can be put in a line.
#[derive(Clone)]
pub struct ProductVariant {
    /// Its shop.
    pub tenant: Arc<Tenant>,
    /// What is sold.
    pub found: Arc<Merchandise>,
}

impl ProductVariant {
    fn price_now(&self, ctx: &Context<'_>) -> Result<Money> {
        let currency = self.tenant.settings.default_currency;
        let now = app(ctx)?.now();
        // The shop file demands a price in the default currency of every variant.
        let price = self.found.variant.price_in(currency).map_or(Minor::ZERO, |price| price.at(now));
        Ok(Money::of(price, currency))
    }

    fn prices_now(&self, ctx: &Context<'_>) -> Result<Vec<Money>> {
        let now = app(ctx)?.now();
        let money = |price: &Price| Money::of(price.at(now), price.currency);
        Ok(self.found.variant.prices.iter().map(money).collect())
    }

    fn breaks_now(&self, ctx: &Context<'_>) -> Result<Vec<QuantityPriceBreak>> {
        let currency = self.tenant.settings.default_currency;
        let now = app(ctx)?.now();
        let of = |(quantity, price)| QuantityPriceBreak {
            minimum_quantity: i32::try_from(quantity).unwrap_or(i32::MAX),
            price: Money::of(price, currency),
        };
        let price = self.found.variant.price_in(currency);
        Ok(price.map_or_else(Vec::new, |price| price.breaks(now).into_iter().map(of).collect()))
    }

    fn struck_now(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let currency = self.tenant.settings.default_currency;
        let now = app(ctx)?.now();
        let price = self.found.variant.price_in(currency);
        Ok(price.and_then(|price| price.struck(price.at(now))).map(|struck| Money::of(struck, currency)))
    }
}

/// One thing that can be put in a line.
#[Object]
impl ProductVariant {
    /// Globally unique id.
    pub(crate) async fn id(&self) -> ID {
        self.found.variant.id.to_string().into()
    }

    /// Stock keeping unit, unique in the organization.
    async fn sku(&self) -> Option<&str> {
        self.found.variant.sku.as_deref()
    }

    /// Name, for example Black / M; that of the product where it has no options.
    async fn title(&self) -> &str {
        let own = &self.found.variant.title;
        if own.is_empty() { &self.found.product_title } else { own }
    }

    /// Its product; null where the merchant took it off sale since.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>> {
        let found = loader::product(ctx, self.tenant.id, self.found.variant.product).await?;
        Ok(found.map(|product| Product { tenant: Arc::clone(&self.tenant), product }))
    }

    /// Values of the product's options.
    async fn selected_options(&self) -> Vec<SelectedOption> {
        let option =
            |of: &catalog::SelectedOption| SelectedOption { name: of.name.clone(), value: of.value.clone() };
        self.found.variant.selected_options.iter().map(option).collect()
    }

    /// Image of this variant; that of the product when it has none.
    async fn image(&self) -> Option<Image> {
        self.found.variant.image.as_ref().or(self.found.product_image.as_ref()).map(Image::from)
    }

    /// Price in the default currency.
    #[expect(clippy::unused_async, reason = "a resolver is asynchronous")]
    async fn price(&self, ctx: &Context<'_>) -> Result<Money> {
        self.price_now(ctx)
    }

    /// Price in every currency that it is sold in.
    #[expect(clippy::unused_async, reason = "a resolver is asynchronous")]
    async fn prices(&self, ctx: &Context<'_>) -> Result<Vec<Money>> {
        self.prices_now(ctx)
    }

    /// Earlier or recommended price in the default currency, to show struck through.
    #[expect(clippy::unused_async, reason = "a resolver is asynchronous")]
    async fn compare_at_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.struck_now(ctx)
    }

    /// Lower prices for more units in the default currency, as anybody gets them now, rising by quantity. Empty where
    /// every unit costs the same.
    #[expect(clippy::unused_async, reason = "a resolver is asynchronous")]
    async fn quantity_price_breaks(&self, ctx: &Context<'_>) -> Result<Vec<QuantityPriceBreak>> {
        self.breaks_now(ctx)
    }

    /// Whether it can be bought now.
    async fn available_for_sale(&self) -> bool {
        self.found.is_offered() && self.found.variant.stock.covers(1)
    }

    /// Units left; null when stock is not tracked or not shown.
    async fn quantity_available(&self) -> Option<i32> {
        match self.found.variant.stock {
            Stock::Available(left) if self.tenant.settings.stock_shown => {
                Some(i32::try_from(left).unwrap_or(i32::MAX))
            }
            Stock::Available(_) | Stock::Untracked => None,
        }
    }

    /// Whether it must be sent.
    async fn requires_shipping(&self) -> bool {
        self.found.variant.requires_shipping
    }

    /// Whether it is taxed.
    async fn taxable(&self) -> bool {
        self.found.variant.taxable
    }
}

/// A variant of the request's tenant by id, offered or not.
pub async fn variant(ctx: &Context<'_>, id: crate::domain::ids::VariantId) -> Result<Option<ProductVariant>> {
    let tenant = organization(ctx).await?;
    let found = loader::variant(ctx, tenant.id, id).await?;
    Ok(found.map(|found| ProductVariant { tenant, found }))
}
