//! Reads.
//!
//! **Invariant:** none of them prices or writes; a token opens the session or order of its own tenant only.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};

use super::{
    catalog::{self, Product, ProductByInput, ProductVariant, ProductVariantByInput},
    checkout::CheckoutSession,
    country::CountryCode,
    error::{RequestCode, failure},
    loader,
    node::{self, Node},
    order::Order,
    organization::Organization,
    pages::{self, ProductConnection, Window},
    products::{self, ProductFilterInput, ProductSort},
    request::{app, caller, organization, organization_if_known},
    shipping::ShippingZone,
};
use crate::{
    domain::{buyer::TEXT_MAX, shipping::Zone, text::fault_of_reference},
    flows::{browse, outcome::View, read, token::Token},
};

const NODES_MAX: usize = 100;

/// Reads. All need the `x-organization-slug` header, also those that take a token; a token of another
/// organization is unknown here.
pub struct Query;

/// Reads. All need the `x-organization-slug` header, also those that take a token; a token of another
/// organization is unknown here.
#[Object]
impl Query {
    /// Any object by its id. A checkout session or order and what belongs to it is returned only when the request
    /// carries its token in the `x-checkout-token` header; otherwise null, as for an unknown id.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>> {
        node::find(ctx, &id).await
    }

    /// Many objects by their ids, in the order asked for, null where there is none. At most 100.
    #[graphql(complexity = "ids.len() * child_complexity + 1")]
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> Result<Vec<Option<Node>>> {
        if ids.len() > NODES_MAX {
            return Err(RequestCode::BadRequest.error("There are more than 100 ids."));
        }
        futures_util::future::try_join_all(ids.iter().map(|id| node::find(ctx, id))).await
    }

    /// The organization of the request; null when the slug is unknown.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        Ok(organization_if_known(ctx).await?.map(Organization))
    }

    /// One published product.
    async fn product(&self, ctx: &Context<'_>, by: ProductByInput) -> Result<Option<Product>> {
        let tenant = organization(ctx).await?;
        let caller = caller(ctx)?;
        let product = match by {
            ProductByInput::Id(id) => match id.parse() {
                Ok(id) => loader::product(ctx, tenant.id, id).await?,
                Err(_) => None,
            },
            ProductByInput::Slug(slug) if is_never_found(&slug) => None,
            ProductByInput::Slug(slug) => browse::product_by_slug(app(ctx)?, tenant.id, &slug)
                .await
                .map_err(|error| failure(caller, &error))?
                .map(Arc::new),
        };
        Ok(product.map(|product| Product { tenant, product }))
    }

    /// One variant of a published product.
    async fn product_variant(
        &self,
        ctx: &Context<'_>,
        by: ProductVariantByInput,
    ) -> Result<Option<ProductVariant>> {
        match by {
            ProductVariantByInput::Id(id) => match id.parse() {
                Ok(id) => Ok(catalog::variant(ctx, id).await?.filter(|found| found.found.is_offered())),
                Err(_) => Ok(None),
            },
            ProductVariantByInput::Sku(sku) if is_never_found(&sku) => Ok(None),
            ProductVariantByInput::Sku(sku) => {
                let tenant = organization(ctx).await?;
                let caller = caller(ctx)?;
                let found = browse::variant_by_sku(app(ctx)?, tenant.id, &sku)
                    .await
                    .map_err(|error| failure(caller, &error))?;
                Ok(found.map(|found| ProductVariant { tenant, found: Arc::new(found) }))
            }
        }
    }

    /// Published products: a query, filters and an order. Give `first` or `last`, at most 100; 20 where neither is given.
    #[graphql(complexity = "pages::cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of the connection are those of the schema")]
    async fn products(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(
            desc = "Words to look for in title, description, vendor, tags and SKUs; all must be there."
        )]
        query: Option<String>,
        filter: Option<ProductFilterInput>,
        #[graphql(desc = "RELEVANCE when left out.")] sort_by: Option<ProductSort>,
    ) -> Result<ProductConnection> {
        let window = Window::new(first, after, last, before)?;
        products::find(ctx, window, query, filter, sort_by.unwrap_or(ProductSort::Relevance)).await
    }

    /// Active shipping zones, each with its rates inlined, ordered by sortOrder and then name. With
    /// `country`, only the zones that cover it.
    async fn shipping_zones(
        &self,
        ctx: &Context<'_>,
        country: Option<CountryCode>,
    ) -> Result<Vec<ShippingZone>> {
        let tenant = organization(ctx).await?;
        let zones = caller(ctx)?.zones(app(ctx)?, &tenant).await?;
        let shown = |zones: Vec<&Zone>| zones.into_iter().cloned().map(ShippingZone).collect();
        let Some(country) = country.and_then(CountryCode::country) else {
            return Ok(shown(zones.iter().collect()));
        };
        let named: Vec<&Zone> = zones.iter().filter(|zone| zone.touches(country)).collect();
        let covering =
            if named.is_empty() { zones.iter().filter(|zone| zone.rest_of_world).collect() } else { named };
        Ok(shown(covering))
    }

    /// The checkout session of a token. Null for an unknown token. Read-only: it never reprices.
    async fn checkout_session(&self, ctx: &Context<'_>, token: String) -> Result<Option<CheckoutSession>> {
        Ok(open(ctx, &token).await?.map(CheckoutSession))
    }

    /// The order of a token: the token of the checkout session that became the order. Null while there is no order.
    async fn order(&self, ctx: &Context<'_>, token: String) -> Result<Option<Order>> {
        Ok(open(ctx, &token).await?.as_ref().and_then(Order::of))
    }
}

/// What is never stored needs no look into the database, which may not even be able to hold it.
fn is_never_found(text: &str) -> bool {
    fault_of_reference(text, TEXT_MAX).is_some()
}

async fn open(ctx: &Context<'_>, token: &str) -> Result<Option<Arc<View>>> {
    let tenant = organization(ctx).await?;
    let Some(token) = Token::parse(token) else { return Ok(None) };
    let caller = caller(ctx)?;
    let view = read::session(app(ctx)?, &tenant, &token).await.map_err(|error| failure(caller, &error))?;
    Ok(view.map(Arc::new))
}
