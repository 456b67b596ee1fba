//! Variants with their prices, stock and product: what lines are made of.
//!
//! **Invariant:** the number of statements does not depend on the number of variants.

use std::collections::HashMap;

use entity::{price, product, stock, variant};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{StoreError, Tx, documents::At, hold};
use crate::domain::{
    catalog::{Image, Merchandise, Price, Sale, Stock, Variant},
    ids::{ProductId, SessionId, VariantId},
    instant::Timestamp,
    money::Minor,
};

/// Which variants to look up.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// By id.
    pub variants: Vec<VariantId>,
    /// By SKU.
    pub skus: Vec<String>,
    /// All of these products.
    pub products: Vec<ProductId>,
}

/// Finds variants with their products, in the merchant's order. What `held_by` holds itself counts as available to it.
pub async fn merchandise(
    tx: &Tx,
    wanted: &Wanted,
    held_by: Option<SessionId>,
    now: Timestamp,
) -> Result<Vec<Merchandise>, StoreError> {
    let rows = variant::Entity::find()
        .find_also_related(product::Entity)
        .filter(variant::Column::OrganizationId.eq(tx.org()))
        .filter(any_of(wanted))
        .order_by_asc(variant::Column::Position)
        .order_by_asc(variant::Column::Id)
        .all(tx.db())
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(|(row, _)| row.id).collect();
    let mut prices = prices(tx, &ids).await?;
    let stock = stock(tx, &ids, held_by, now).await?;
    rows.into_iter()
        .map(|(row, product)| {
            let at = At { table: "variant", column: "product_id", id: &row.id };
            let product = product.ok_or_else(|| at.corrupt())?;
            let images: Vec<Image> =
                At { table: "product", column: "images", id: &product.id }.read(&product.images)?;
            let (prices, stock) = (prices.remove(&row.id).unwrap_or_default(), stock.get(&row.id).copied());
            Ok(Merchandise {
                variant: variant(row, prices, stock.unwrap_or(Stock::Untracked))?,
                product_title: product.title,
                product_image: images.into_iter().next(),
                product_published: product.published,
            })
        })
        .collect()
}

fn any_of(wanted: &Wanted) -> Condition {
    Condition::any()
        .add(variant::Column::Id.is_in(wanted.variants.iter().map(|id| id.uuid())))
        .add(variant::Column::Sku.is_in(wanted.skus.iter().map(String::as_str)))
        .add(variant::Column::ProductId.is_in(wanted.products.iter().map(|id| id.uuid())))
}

/// The ids of variants alone.
pub async fn variant_ids(tx: &Tx, wanted: &Wanted) -> Result<Vec<VariantId>, StoreError> {
    let ids: Vec<Uuid> = variant::Entity::find()
        .select_only()
        .column(variant::Column::Id)
        .filter(variant::Column::OrganizationId.eq(tx.org()))
        .filter(any_of(wanted))
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(ids.into_iter().map(VariantId::from_uuid).collect())
}

fn variant(row: variant::Model, prices: Vec<Price>, stock: Stock) -> Result<Variant, StoreError> {
    let at = |column| At { table: "variant", column, id: &row.id };
    Ok(Variant {
        id: VariantId::from_uuid(row.id),
        product: ProductId::from_uuid(row.product_id),
        selected_options: at("selected_options").read(&row.selected_options)?,
        image: row.image.as_ref().map(|image| at("image").read(image)).transpose()?,
        sku: row.sku,
        title: row.title,
        prices,
        stock,
        requires_shipping: row.requires_shipping,
        taxable: row.taxable,
        tax_class: row.tax_class,
        weight_grams: row.weight_grams,
        archived: row.archived,
    })
}

async fn prices(tx: &Tx, variants: &[Uuid]) -> Result<HashMap<Uuid, Vec<Price>>, StoreError> {
    let rows = price::Entity::find()
        .filter(price::Column::OrganizationId.eq(tx.org()))
        .filter(price::Column::VariantId.is_in(variants.iter().copied()))
        .filter(price::Column::PriceList.eq(""))
        .filter(price::Column::QuantityMin.eq(1))
        .order_by_asc(price::Column::Currency)
        .all(tx.db())
        .await?;
    let mut by_variant: HashMap<Uuid, Vec<Price>> = HashMap::new();
    for row in rows {
        let currency = At { table: "price", column: "currency", id: &row.id }.currency(&row.currency)?;
        let sale = row.sale_minor.map(|minor| Sale {
            price: Minor::new(minor),
            from: row.sale_starts_at.map(Timestamp::from_ms),
            until: row.sale_ends_at.map(Timestamp::from_ms),
        });
        by_variant.entry(row.variant_id).or_default().push(Price {
            currency,
            list: Minor::new(row.amount_minor),
            compare_at: row.compare_at_minor.map(Minor::new),
            sale,
        });
    }
    Ok(by_variant)
}

/// Units that can be sold of the variants that are counted.
async fn stock(
    tx: &Tx,
    variants: &[Uuid],
    held_by: Option<SessionId>,
    now: Timestamp,
) -> Result<HashMap<Uuid, Stock>, StoreError> {
    let rows = stock::Entity::find()
        .filter(stock::Column::OrganizationId.eq(tx.org()))
        .filter(stock::Column::VariantId.is_in(variants.iter().copied()))
        .all(tx.db())
        .await?;
    let counted: Vec<Uuid> = rows.iter().map(|row| row.variant_id).collect();
    let held = hold::by_others(tx, entity::hold::HoldKind::Stock, &counted, held_by, now).await?;
    let left = |row: &stock::Model| (row.on_hand - held.get(&row.variant_id).copied().unwrap_or(0)).max(0);
    Ok(rows.iter().map(|row| (row.variant_id, Stock::Available(left(row)))).collect())
}
