//! Reading the catalogue and shipping zones.
//!
//! **Invariant:** a storefront sees published products and offered variants only, and a number of statements that does
//! not grow with theirs.

use std::sync::Arc;

use super::{App, FlowError, terms};
use crate::{
    domain::{
        catalog::{Merchandise, Product},
        ids::{OrganizationId, ProductId, VariantId},
        shipping::Zone,
        tenant::Organization,
    },
    store::{
        catalog::{self, Wanted},
        products::{self, Filter, Found, Page},
    },
};

/// A page of published products.
pub async fn products(
    app: &App,
    of: OrganizationId,
    filter: &Filter,
    page: &Page,
) -> Result<Found, FlowError> {
    let tx = app.store.read(of);
    Ok(products::page(&tx, filter, page).await?)
}

/// A published product by slug.
pub async fn product_by_slug(
    app: &App,
    of: OrganizationId,
    slug: &str,
) -> Result<Option<Product>, FlowError> {
    let tx = app.store.read(of);
    Ok(products::by_slug(&tx, slug).await?)
}

/// Published products by id.
pub async fn products_by_id(
    app: &App,
    of: OrganizationId,
    ids: &[ProductId],
) -> Result<Vec<Product>, FlowError> {
    let tx = app.store.read(of);
    Ok(products::by_ids(&tx, ids).await?)
}

/// Variants by id, archived ones included: a line may still show one.
pub async fn variants_by_id(
    app: &App,
    of: OrganizationId,
    ids: &[VariantId],
) -> Result<Vec<Merchandise>, FlowError> {
    merchandise(app, of, &Wanted { variants: ids.to_vec(), ..Wanted::default() }).await
}

/// Offered variants of products, in the merchant's order.
pub async fn variants_of(
    app: &App,
    of: OrganizationId,
    ids: &[ProductId],
) -> Result<Vec<Merchandise>, FlowError> {
    let all = merchandise(app, of, &Wanted { products: ids.to_vec(), ..Wanted::default() }).await?;
    Ok(all.into_iter().filter(Merchandise::is_offered).collect())
}

/// An offered variant by SKU.
pub async fn variant_by_sku(
    app: &App,
    of: OrganizationId,
    sku: &str,
) -> Result<Option<Merchandise>, FlowError> {
    let all = merchandise(app, of, &Wanted { skus: vec![sku.to_owned()], ..Wanted::default() }).await?;
    Ok(all.into_iter().find(Merchandise::is_offered))
}

async fn merchandise(app: &App, of: OrganizationId, wanted: &Wanted) -> Result<Vec<Merchandise>, FlowError> {
    let tx = app.store.read(of);
    Ok(catalog::merchandise(&tx, wanted, app.now()).await?)
}

/// All active zones with their rates.
pub async fn zones(app: &App, of: &Organization) -> Result<Arc<[Zone]>, FlowError> {
    let tx = app.store.read(of.id);
    Ok(terms::zones(app, &tx, of).await?)
}
