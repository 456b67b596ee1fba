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
    StoreError, Tx, customer,
    documents::At,
    hold,
    price::{self, Cells},
};
use crate::domain::{
    catalog::{Image, Merchandise, Stock, Variant},
    currency::Currency,
    customer::Customer,
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

/// What the shop has for a cart, and what it knows of who buys.
#[derive(Debug, Clone, Default)]
pub struct Offered {
    /// Variants with their products, in the merchant's order.
    pub variants: Vec<Merchandise>,
    /// Customers by key; who is not declared is left out.
    pub customers: HashMap<String, Customer>,
}

/// Finds variants with their products and prices in all currencies, in the merchant's order, in two statements.
pub async fn merchandise(tx: &Tx, wanted: &Wanted, now: Timestamp) -> Result<Vec<Merchandise>, StoreError> {
    let select = rows(tx, (wanted, &[]), None, (None, now));
    let rows = select.into_model::<Row>().all(tx.db()).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.variant.id).collect();
    let mut prices = price::of(tx, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let prices = prices.remove(&row.variant.id).unwrap_or_default();
            row.merchandise(prices)
        })
        .collect()
}

/// Finds variants with their prices in one currency, and customers by key, in one statement; without variants nobody.
/// What `held_by` holds itself counts as available to it.
pub async fn for_cart(
    tx: &Tx,
    wanted: (&Wanted, &[String]),
    currency: Currency,
    asked_by: (Option<SessionId>, Timestamp),
) -> Result<Offered, StoreError> {
    let select = rows(tx, wanted, Some(currency), asked_by);
    let mut offered = Offered::default();
    for mut row in select.into_model::<Row>().all(tx.db()).await? {
        if offered.variants.is_empty() {
            offered.customers = customer::read(row.customers.as_deref())?;
        }
        let tiers = price::read_tiers(row.tiers.as_deref(), &row.variant.id)?;
        let price = row.price.take().map(|cells| cells.price(currency, tiers));
        offered.variants.push(row.merchandise(price.into_iter().collect())?);
    }
    Ok(offered)
}

/// A variant with what belongs to it, as one statement reads it.
struct Row {
    variant: variant::Model,
    product_title: String,
    product_images: JsonValue,
    product_tags: JsonValue,
    product_published: bool,
    price: Option<Cells>,
    /// Quantity breaks and prices of lists, gathered.
    tiers: Option<String>,
    on_hand: Option<i64>,
    held: i64,
    /// Who buys, gathered: the same in every row.
    customers: Option<String>,
}

impl Row {
    fn merchandise(self, prices: Vec<Price>) -> Result<Merchandise, StoreError> {
        let product = self.variant.product_id;
        let at = |column| At { table: "product", column, id: &product };
        let images: Vec<Image> = at("images").read(&self.product_images)?;
        let left = |on_hand: i64| Stock::Available(Ord::max(on_hand - self.held, 0));
        let stock = self.on_hand.map_or(Stock::Untracked, left);
        Ok(Merchandise {
            product_tags: at("tags").read(&self.product_tags)?,
            variant: variant(self.variant, prices, stock)?,
            product_title: self.product_title,
            product_image: images.into_iter().next(),
            product_published: self.product_published,
        })
    }
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
            tiers: row.try_get("", "tiers")?,
            on_hand: row.try_get("", "on_hand")?,
            held: row.try_get("", "held")?,
            customers: row.try_get("", "customers")?,
        })
    }
}

fn rows(
    tx: &Tx,
    (wanted, customers): (&Wanted, &[String]),
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
        .expr_as(customer::gathered_by(tx, customers), "customers")
        .expr_as(price::tiers(tx, variant_id(), code), "tiers");
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
