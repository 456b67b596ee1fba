//! One query for many keys.
//!
//! **Invariant:** made anew for each request, so that nothing is remembered across tenants or across a mutation; the
//! tenant is part of every key.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use async_graphql::{Context, Error};
use dataloader::{BatchFn, non_cached::Loader};

use super::{error::failure, request::caller};
use crate::{
    domain::{
        catalog::{Merchandise, Product},
        ids::{OrganizationId, ProductId, VariantId},
    },
    flows::{App, FlowError, browse},
};

type Loaded<V> = Result<V, Arc<FlowError>>;
type Keyed<K> = (OrganizationId, K);

/// Loads what fields ask for one by one.
pub struct Loaders {
    variants: Loader<Keyed<VariantId>, Loaded<Option<Arc<Merchandise>>>, ById>,
    products: Loader<Keyed<ProductId>, Loaded<Option<Arc<Product>>>, ById>,
    variants_of: Loader<Keyed<ProductId>, Loaded<Vec<Arc<Merchandise>>>, ById>,
}

/// Looks things up by id.
struct ById(App);

impl Loaders {
    /// For one request.
    #[must_use]
    pub fn new(app: &App) -> Self {
        Self {
            variants: Loader::new(ById(app.clone())),
            products: Loader::new(ById(app.clone())),
            variants_of: Loader::new(ById(app.clone())),
        }
    }
}

fn by_tenant<K: Copy>(keys: &[Keyed<K>]) -> HashMap<OrganizationId, Vec<K>> {
    let mut grouped: HashMap<OrganizationId, Vec<K>> = HashMap::new();
    for (tenant, key) in keys {
        grouped.entry(*tenant).or_default().push(*key);
    }
    grouped
}

/// One answer for all keys of a tenant, told apart by key.
fn spread<K: Copy + Eq + Hash, V: Clone>(
    into: &mut HashMap<Keyed<K>, Loaded<V>>,
    tenant: OrganizationId,
    keys: Vec<K>,
    answer: Result<HashMap<K, V>, FlowError>,
    missing: &V,
) {
    match answer {
        Ok(mut found) => {
            into.extend(
                keys.into_iter()
                    .map(|key| ((tenant, key), Ok(found.remove(&key).unwrap_or_else(|| missing.clone())))),
            );
        }
        Err(error) => {
            let error = Arc::new(error);
            into.extend(keys.into_iter().map(|key| ((tenant, key), Err(Arc::clone(&error)))));
        }
    }
}

impl BatchFn<Keyed<VariantId>, Loaded<Option<Arc<Merchandise>>>> for ById {
    async fn load(
        &mut self,
        keys: &[Keyed<VariantId>],
    ) -> HashMap<Keyed<VariantId>, Loaded<Option<Arc<Merchandise>>>> {
        let mut all = HashMap::new();
        for (tenant, ids) in by_tenant(keys) {
            let found = browse::variants_by_id(&self.0, tenant, &ids).await;
            let found = found
                .map(|found| found.into_iter().map(|one| (one.variant.id, Some(Arc::new(one)))).collect());
            spread(&mut all, tenant, ids, found, &None);
        }
        all
    }
}

impl BatchFn<Keyed<ProductId>, Loaded<Option<Arc<Product>>>> for ById {
    async fn load(
        &mut self,
        keys: &[Keyed<ProductId>],
    ) -> HashMap<Keyed<ProductId>, Loaded<Option<Arc<Product>>>> {
        let mut all = HashMap::new();
        for (tenant, ids) in by_tenant(keys) {
            let found = browse::products_by_id(&self.0, tenant, &ids).await;
            let found =
                found.map(|found| found.into_iter().map(|one| (one.id, Some(Arc::new(one)))).collect());
            spread(&mut all, tenant, ids, found, &None);
        }
        all
    }
}

impl BatchFn<Keyed<ProductId>, Loaded<Vec<Arc<Merchandise>>>> for ById {
    async fn load(
        &mut self,
        keys: &[Keyed<ProductId>],
    ) -> HashMap<Keyed<ProductId>, Loaded<Vec<Arc<Merchandise>>>> {
        let mut all = HashMap::new();
        for (tenant, ids) in by_tenant(keys) {
            let found = browse::variants_of(&self.0, tenant, &ids).await.map(|found| {
                let mut grouped: HashMap<ProductId, Vec<Arc<Merchandise>>> = HashMap::new();
                for one in found {
                    grouped.entry(one.variant.product).or_default().push(Arc::new(one));
                }
                grouped
            });
            spread(&mut all, tenant, ids, found, &Vec::new());
        }
        all
    }
}

fn opened<V>(ctx: &Context<'_>, answer: Result<Loaded<V>, std::io::Error>) -> Result<V, Error> {
    let caller = caller(ctx)?;
    answer.map_err(|_| Error::new("not loaded"))?.map_err(|error| failure(caller, &error))
}

/// A variant, offered or not.
pub async fn variant(
    ctx: &Context<'_>,
    tenant: OrganizationId,
    id: VariantId,
) -> Result<Option<Arc<Merchandise>>, Error> {
    opened(ctx, ctx.data::<Loaders>()?.variants.try_load((tenant, id)).await)
}

/// A published product.
pub async fn product(
    ctx: &Context<'_>,
    tenant: OrganizationId,
    id: ProductId,
) -> Result<Option<Arc<Product>>, Error> {
    opened(ctx, ctx.data::<Loaders>()?.products.try_load((tenant, id)).await)
}

/// Offered variants of a product.
pub async fn variants_of(
    ctx: &Context<'_>,
    tenant: OrganizationId,
    id: ProductId,
) -> Result<Vec<Arc<Merchandise>>, Error> {
    opened(ctx, ctx.data::<Loaders>()?.variants_of.try_load((tenant, id)).await)
}
