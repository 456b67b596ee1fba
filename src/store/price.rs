//! What variants cost: the plain price, quantity breaks and price lists.
//!
//! **Invariant:** one statement for all variants, or none but theirs; a list that is switched off has no prices. Which of the
//! prices applies is not decided here.

use std::{collections::HashMap, sync::Arc};

use entity::{price, price_list};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder, QueryResult,
    QuerySelect, QueryTrait, RelationTrait, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    StoreError, Tx,
    documents::At,
    gathered::{gathered, read, text},
};
use crate::domain::{
    currency::Currency,
    instant::Timestamp,
    money::Minor,
    price::{ListTerms, Price, Sale, Tier},
};

/// The columns of a plain price.
pub(super) struct Cells {
    list: i64,
    compare_at: Option<i64>,
    sale: Option<i64>,
    sale_starts_at: Option<i64>,
    sale_ends_at: Option<i64>,
}

impl Cells {
    /// Those of a row that joins it; `None` where there is none.
    pub(super) fn read(row: &QueryResult) -> Result<Option<Self>, DbErr> {
        let Some(list) = row.try_get("", "amount_minor")? else { return Ok(None) };
        Ok(Some(Self {
            list,
            compare_at: row.try_get("", "compare_at_minor")?,
            sale: row.try_get("", "sale_minor")?,
            sale_starts_at: row.try_get("", "sale_starts_at")?,
            sale_ends_at: row.try_get("", "sale_ends_at")?,
        }))
    }

    /// As a price with tiers.
    pub(super) fn price(self, currency: Currency, tiers: Vec<Tier>) -> Price {
        Price {
            currency,
            list: Minor::new(self.list),
            compare_at: self.compare_at.map(Minor::new),
            sale: self.sale.map(|minor| Sale {
                price: Minor::new(minor),
                from: self.sale_starts_at.map(Timestamp::from_ms),
                until: self.sale_ends_at.map(Timestamp::from_ms),
            }),
            tiers,
        }
    }
}

/// Of a variant's prices in a currency all but the plain one, gathered.
pub(super) fn tiers(tx: &Tx, variant: Expr, currency: Option<&str>) -> Expr {
    let of_price = |column| Expr::col((price::Entity, column));
    let of_list = |column| Expr::col((price_list::Entity, column));
    let cells = [
        of_price(price::Column::QuantityMin),
        of_price(price::Column::AmountMinor),
        text(of_list(price_list::Column::CustomerGroups)),
        of_list(price_list::Column::StartsAt),
        of_list(price_list::Column::EndsAt),
    ];
    let more = Condition::any().add(price::Column::PriceList.ne("")).add(price::Column::QuantityMin.gt(1));
    let on = Condition::any().add(price::Column::PriceList.eq("")).add(price_list::Column::Active.eq(true));
    let query = price::Entity::find()
        .join(JoinType::LeftJoin, price::Relation::PriceList.def())
        .filter(price::Column::OrganizationId.eq(tx.org()))
        .filter(of_price(price::Column::VariantId).eq(variant))
        .filter(of_price(price::Column::Currency).eq(currency))
        .filter(more)
        .filter(on)
        .select_only()
        .expr(gathered(tx, cells))
        .into_query();
    Expr::SubQuery(None, Box::new(query.into()))
}

/// Quantity, amount, and of a list its groups, start and end.
type Gathered = (i64, i64, Option<String>, Option<i64>, Option<i64>);

/// Tiers as they were gathered.
pub(super) fn read_tiers(gathered: Option<&str>, variant: &Uuid) -> Result<Vec<Tier>, StoreError> {
    let at = At { table: "price_list", column: "customer_groups", id: variant };
    let tier = |(quantity_min, amount, groups, starts_at, ends_at): Gathered| {
        let terms = |groups: String| {
            Some(Arc::new(ListTerms {
                groups: serde_json::from_str(&groups).ok()?,
                starts_at: starts_at.map(Timestamp::from_ms),
                ends_at: ends_at.map(Timestamp::from_ms),
            }))
        };
        let list = groups.map(|groups| terms(groups).ok_or_else(|| at.corrupt())).transpose()?;
        Ok(Tier { quantity_min, price: Minor::new(amount), list })
    };
    read(gathered).ok_or_else(|| at.corrupt())?.into_iter().map(tier).collect()
}

/// All prices of variants in all currencies, by variant.
pub(super) async fn of(tx: &Tx, variants: &[Uuid]) -> Result<HashMap<Uuid, Vec<Price>>, StoreError> {
    let rows = price::Entity::find()
        .find_also_related(price_list::Entity)
        .filter(price::Column::OrganizationId.eq(tx.org()))
        .filter(price::Column::VariantId.is_in(variants.iter().copied()))
        .order_by_asc(price::Column::Currency)
        .order_by_asc(price::Column::QuantityMin)
        .order_by_asc(price::Column::PriceList)
        .all(tx.db())
        .await?;
    let mut lists: HashMap<Uuid, Arc<ListTerms>> = HashMap::new();
    let mut by_variant: HashMap<Uuid, Vec<Price>> = HashMap::new();
    // The plain price comes first of its currency; without one the variant is not sold in it, whatever a list says.
    for (row, list) in rows {
        let currency = At { table: "price", column: "currency", id: &row.id }.currency(&row.currency)?;
        let prices = by_variant.entry(row.variant_id).or_default();
        match (row.price_list.is_empty(), row.quantity_min, list) {
            (true, 1, _) => prices.push(plain(&row).price(currency, Vec::new())),
            (true, ..) => add(prices, currency, &row, None),
            (false, _, Some(list)) if list.active => {
                let terms = match lists.get(&list.id) {
                    Some(terms) => Arc::clone(terms),
                    None => Arc::new(terms(&list)?),
                };
                lists.insert(list.id, Arc::clone(&terms));
                add(prices, currency, &row, Some(terms));
            }
            (false, ..) => {}
        }
    }
    Ok(by_variant)
}

fn plain(row: &price::Model) -> Cells {
    Cells {
        list: row.amount_minor,
        compare_at: row.compare_at_minor,
        sale: row.sale_minor,
        sale_starts_at: row.sale_starts_at,
        sale_ends_at: row.sale_ends_at,
    }
}

fn add(prices: &mut [Price], currency: Currency, row: &price::Model, list: Option<Arc<ListTerms>>) {
    let tier = Tier { quantity_min: row.quantity_min, price: Minor::new(row.amount_minor), list };
    if let Some(price) = prices.iter_mut().find(|price| price.currency == currency) {
        price.tiers.push(tier);
    }
}

fn terms(list: &price_list::Model) -> Result<ListTerms, StoreError> {
    Ok(ListTerms {
        groups: At { table: "price_list", column: "customer_groups", id: &list.id }
            .read(&list.customer_groups)?,
        starts_at: list.starts_at.map(Timestamp::from_ms),
        ends_at: list.ends_at.map(Timestamp::from_ms),
    })
}
