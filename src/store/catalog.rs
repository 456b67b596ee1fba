//! Variants with their prices, stock and product: what lines are made of.
//!
//! **Invariant:** the number of statements does not depend on the number of variants.

use std::collections::HashMap;

use entity::{hold::HoldKind, price as price_row, product, stock, variant};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, ExprTrait, FromQueryResult, JoinType, JsonValue, QueryFilter,
    QueryOrder, QueryResult, QuerySelect, RelationTrait, Select, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    StoreError, Tx,
    documents::At,
    hold,
    price::{self, Cells},
};
use crate::domain::{
    catalog::{Image, Merchandise, Stock, Variant},
    currency::Currency,
    ids::{ProductId, SessionId, VariantId},
    instant::Timestamp,
    price::Price,
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
/// Two statements; with `currency`, prices in that currency only, and one statement where none of the variants has
/// quantity breaks or is in a price list.
pub async fn merchandise(
    tx: &Tx,
    wanted: &Wanted,
    currency: Option<Currency>,
    (held_by, now): (Option<SessionId>, Timestamp),
) -> Result<Vec<Merchandise>, StoreError> {
    let rows = rows(tx, wanted, currency, (held_by, now)).into_model::<Row>().all(tx.db()).await?;
    let tiered = |row: &&Row| currency.is_none() || row.tiered;
    let asked: Vec<Uuid> = rows.iter().filter(tiered).map(|row| row.variant.id).collect();
    let mut prices = if asked.is_empty() { HashMap::new() } else { price::of(tx, &asked, currency).await? };
    rows.into_iter()
        .map(|row| {
            let product = row.variant.product_id;
            let images: Vec<Image> =
                At { table: "product", column: "images", id: &product }.read(&row.product_images)?;
            let plain = || currency.zip(row.price).map(|(currency, cells)| cells.price(currency));
            let listed = prices.remove(&row.variant.id).unwrap_or_else(|| plain().into_iter().collect());
            let left = |on_hand: i64| Stock::Available(Ord::max(on_hand - row.held, 0));
            let stock = row.on_hand.map_or(Stock::Untracked, left);
            Ok(Merchandise {
                variant: variant(row.variant, listed, stock)?,
                product_title: row.product_title,
                product_tags: At { table: "product", column: "tags", id: &product }
                    .read(&row.product_tags)?,
                product_image: images.into_iter().next(),
                product_published: row.product_published,
            })
        })
        .collect()
}

/// A variant with what belongs to it, as one statement reads it.
struct Row {
    variant: variant::Model,
    product_title: String,
    product_images: JsonValue,
    product_tags: JsonValue,
    product_published: bool,
    price: Option<Cells>,
    /// Whether there is more than the one price.
    tiered: bool,
    on_hand: Option<i64>,
    held: i64,
}

impl FromQueryResult for Row {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        Ok(Self {
            variant: variant::Model::from_query_result(row, "")?,
            product_title: row.try_get("", "product_title")?,
            product_images: row.try_get("", "product_images")?,
            product_tags: row.try_get("", "product_tags")?,
            product_published: row.try_get("", "product_published")?,
            price: Cells::read(row)?,
            tiered: row.try_get("", "tiered")?,
            on_hand: row.try_get("", "on_hand")?,
            held: row.try_get("", "held")?,
        })
    }
}

fn rows(
    tx: &Tx,
    wanted: &Wanted,
    currency: Option<Currency>,
    (held_by, now): (Option<SessionId>, Timestamp),
) -> Select<variant::Entity> {
    let variant_id = || Expr::col((variant::Entity, variant::Column::Id));
    let held = hold::sum_by_others(tx, HoldKind::Stock, variant_id(), (held_by, now));
    // What is not counted cannot run short, so nobody asks who holds it.
    let held = Expr::case(Expr::col((stock::Entity, stock::Column::OnHand)).is_null(), Expr::value(0_i64))
        .finally(held);
    // Without a currency no price is joined: NULL is equal to nothing.
    let code = currency.map(Currency::code);
    let listed = variant::Relation::Price.def().on_condition(move |_, price| {
        Condition::all()
            .add(Expr::col((price.clone(), price_row::Column::Currency)).eq(code))
            .add(Expr::col((price.clone(), price_row::Column::PriceList)).eq(""))
            .add(Expr::col((price, price_row::Column::QuantityMin)).eq(1))
    });
    let select = variant::Entity::find()
        .join(JoinType::InnerJoin, variant::Relation::Product.def())
        .join(JoinType::LeftJoin, variant::Relation::Stock.def())
        .join(JoinType::LeftJoin, listed)
        .column_as(product::Column::Title, "product_title")
        .column_as(product::Column::Images, "product_images")
        .column_as(product::Column::Tags, "product_tags")
        .column_as(product::Column::Published, "product_published")
        .columns([
            price_row::Column::AmountMinor,
            price_row::Column::CompareAtMinor,
            price_row::Column::SaleMinor,
            price_row::Column::SaleStartsAt,
            price_row::Column::SaleEndsAt,
        ])
        .column(stock::Column::OnHand)
        .expr_as(held, "held")
        .expr_as(price::is_tiered(tx, variant_id(), code), "tiered");
    select
        .filter(variant::Column::OrganizationId.eq(tx.org()))
        .filter(any_of(wanted))
        .order_by_asc(variant::Column::Position)
        .order_by_asc(variant::Column::Id)
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
