//! Variants with their prices, stock and product: what lines are made of.
//!
//! **Invariant:** the number of statements does not depend on the number of variants.

use std::collections::HashMap;

use entity::{hold::HoldKind, price, product, stock, variant};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, ExprTrait, FromQueryResult, JoinType, JsonValue, QueryFilter,
    QueryOrder, QueryResult, QuerySelect, RelationTrait, Select, sea_query::Expr,
};
use uuid::Uuid;

use super::{StoreError, Tx, documents::At, hold};
use crate::domain::{
    catalog::{Image, Merchandise, Price, Sale, Stock, Variant},
    currency::Currency,
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
/// Two statements; with `currency`, one, and prices in that currency only.
pub async fn merchandise(
    tx: &Tx,
    wanted: &Wanted,
    currency: Option<Currency>,
    (held_by, now): (Option<SessionId>, Timestamp),
) -> Result<Vec<Merchandise>, StoreError> {
    let rows = rows(tx, wanted, currency, (held_by, now)).into_model::<Row>().all(tx.db()).await?;
    let mut prices = match currency {
        Some(_) => HashMap::new(),
        None => prices(tx, &rows).await?,
    };
    rows.into_iter()
        .map(|row| {
            let product = row.variant.product_id;
            let images: Vec<Image> =
                At { table: "product", column: "images", id: &product }.read(&row.product_images)?;
            let mut listed = prices.remove(&row.variant.id).unwrap_or_default();
            listed.extend(currency.zip(row.price).map(|(currency, cells)| cells.price(currency)));
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
            on_hand: row.try_get("", "on_hand")?,
            held: row.try_get("", "held")?,
        })
    }
}

/// The columns of a price.
struct Cells {
    list: i64,
    compare_at: Option<i64>,
    sale: Option<i64>,
    sale_starts_at: Option<i64>,
    sale_ends_at: Option<i64>,
}

impl Cells {
    fn read(row: &QueryResult) -> Result<Option<Self>, DbErr> {
        let Some(list) = row.try_get("", "amount_minor")? else { return Ok(None) };
        Ok(Some(Self {
            list,
            compare_at: row.try_get("", "compare_at_minor")?,
            sale: row.try_get("", "sale_minor")?,
            sale_starts_at: row.try_get("", "sale_starts_at")?,
            sale_ends_at: row.try_get("", "sale_ends_at")?,
        }))
    }

    fn price(self, currency: Currency) -> Price {
        Price {
            currency,
            list: Minor::new(self.list),
            compare_at: self.compare_at.map(Minor::new),
            sale: self.sale.map(|minor| Sale {
                price: Minor::new(minor),
                from: self.sale_starts_at.map(Timestamp::from_ms),
                until: self.sale_ends_at.map(Timestamp::from_ms),
            }),
        }
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
            .add(Expr::col((price.clone(), price::Column::Currency)).eq(code))
            .add(Expr::col((price.clone(), price::Column::PriceList)).eq(""))
            .add(Expr::col((price, price::Column::QuantityMin)).eq(1))
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
            price::Column::AmountMinor,
            price::Column::CompareAtMinor,
            price::Column::SaleMinor,
            price::Column::SaleStartsAt,
            price::Column::SaleEndsAt,
        ])
        .column(stock::Column::OnHand)
        .expr_as(held, "held");
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

/// All prices of variants, by variant.
async fn prices(tx: &Tx, variants: &[Row]) -> Result<HashMap<Uuid, Vec<Price>>, StoreError> {
    let rows = price::Entity::find()
        .filter(price::Column::OrganizationId.eq(tx.org()))
        .filter(price::Column::VariantId.is_in(variants.iter().map(|row| row.variant.id)))
        .filter(price::Column::PriceList.eq(""))
        .filter(price::Column::QuantityMin.eq(1))
        .order_by_asc(price::Column::Currency)
        .all(tx.db())
        .await?;
    let mut by_variant: HashMap<Uuid, Vec<Price>> = HashMap::new();
    for row in rows {
        let currency = At { table: "price", column: "currency", id: &row.id }.currency(&row.currency)?;
        let cells = Cells {
            list: row.amount_minor,
            compare_at: row.compare_at_minor,
            sale: row.sale_minor,
            sale_starts_at: row.sale_starts_at,
            sale_ends_at: row.sale_ends_at,
        };
        by_variant.entry(row.variant_id).or_default().push(cells.price(currency));
    }
    Ok(by_variant)
}
