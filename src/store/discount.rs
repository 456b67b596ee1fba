//! Discounts by code, and how often they were used.
//!
//! **Invariant:** uses are counted only where a limit asks; a discount without one is a row that nobody writes.

use std::collections::HashMap;

use entity::{discount, discount::DiscountKind, discount_use, hold::HoldKind};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, QueryTrait, sea_query::Expr,
};
use uuid::Uuid;

use super::{StoreError, Tx, WriteTx, documents::At, hold};
use crate::domain::{
    discount::{Discount, Effect, TypedCode, Usage},
    ids::{DiscountId, OrderId, SessionId},
    instant::Timestamp,
    money::Minor,
};

/// A code as it is looked up: without regard to case.
#[must_use]
pub fn code_key(code: &str) -> String {
    code.trim().to_uppercase()
}

/// What the shop knows of typed codes, in one statement. What `asked_by` holds itself does not count against it.
pub async fn typed(
    tx: &Tx,
    codes: &[String],
    customer_key: &str,
    (asked_by, now): (Option<SessionId>, Timestamp),
) -> Result<Vec<TypedCode>, StoreError> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let id = || Expr::col((discount::Entity, discount::Column::Id));
    // Uses are looked at only where a limit asks: a code without one may be held by everybody at once.
    let where_limited = |limit: discount::Column, uses: Expr| {
        Expr::case(Expr::col((discount::Entity, limit)).is_null(), Expr::value(0_i64)).finally(uses)
    };
    let held = hold::sum_by_others(tx, HoldKind::Discount, id(), (asked_by, now));
    let held_by_customer = hold::count_of_customer(tx, id(), customer_key, (asked_by, now));
    let rows: Vec<Row> = discount::Entity::find()
        .expr_as(where_limited(discount::Column::UsageLimit, held), "held")
        .expr_as(where_limited(discount::Column::CustomerLimit, held_by_customer), "held_by_customer")
        .expr_as(
            where_limited(discount::Column::CustomerLimit, uses_of(tx, id(), customer_key)),
            "used_by_customer",
        )
        .filter(discount::Column::OrganizationId.eq(tx.org()))
        .filter(discount::Column::CodeKey.is_in(codes.iter().map(|code| code_key(code))))
        .order_by_asc(discount::Column::Id)
        .into_model()
        .all(tx.db())
        .await?;
    let mut by_key: HashMap<String, (Discount, Usage)> = HashMap::new();
    for Row { discount, held, by_customer } in rows {
        let usage = Usage {
            total: discount.used + held,
            // Nobody is known yet: nobody has used it.
            by_customer: if customer_key.is_empty() { 0 } else { by_customer },
        };
        by_key.insert(discount.code_key.clone().unwrap_or_default(), (from_row(discount)?, usage));
    }
    Ok(codes
        .iter()
        .map(|code| TypedCode { code: code.clone(), found: by_key.get(&code_key(code)).cloned() })
        .collect())
}

/// A discount with how often it is used, as one statement reads it.
struct Row {
    discount: discount::Model,
    held: i64,
    by_customer: i64,
}

impl FromQueryResult for Row {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        let (held, used): (i64, i64) =
            (row.try_get("", "held_by_customer")?, row.try_get("", "used_by_customer")?);
        Ok(Self {
            discount: discount::Model::from_query_result(row, "")?,
            held: row.try_get("", "held")?,
            by_customer: held + used,
        })
    }
}

fn uses_of(tx: &Tx, discount: Expr, customer_key: &str) -> Expr {
    let query = discount_use::Entity::find()
        .filter(discount_use::Column::OrganizationId.eq(tx.org()))
        .filter(Expr::col((discount_use::Entity, discount_use::Column::DiscountId)).eq(discount))
        .filter(discount_use::Column::CustomerKey.eq(customer_key))
        .select_only()
        .expr(discount_use::Column::Id.count())
        .into_query();
    Expr::SubQuery(None, Box::new(query.into()))
}

fn from_row(row: discount::Model) -> Result<Discount, StoreError> {
    let at = |column| At { table: "discount", column, id: &row.id };
    let effect = match (row.kind, row.rate.as_deref(), row.amount_minor) {
        (DiscountKind::Percentage, Some(rate), None) => {
            Effect::Percentage(rate.parse().map_err(|_| at("rate").corrupt())?)
        }
        (DiscountKind::Fixed, None, Some(amount)) => Effect::Fixed(Minor::new(amount)),
        (DiscountKind::FreeShipping, None, None) => Effect::FreeShipping,
        (DiscountKind::Percentage | DiscountKind::Fixed | DiscountKind::FreeShipping, ..) => {
            return Err(at("kind").corrupt());
        }
    };
    Ok(Discount {
        id: DiscountId::from_uuid(row.id),
        currency: row.currency.as_deref().map(|code| at("currency").currency(code)).transpose()?,
        code: row.code.unwrap_or_default(),
        title: row.title,
        effect,
        subtotal_min: row.subtotal_min_minor.map(Minor::new),
        starts_at: row.starts_at.map(Timestamp::from_ms),
        ends_at: row.ends_at.map(Timestamp::from_ms),
        active: row.active,
        usage_limit: row.usage_limit,
        customer_limit: row.customer_limit,
        combinable: row.combinable,
        priority: row.priority,
    })
}

/// Records that an order used discounts. The counter moves only where there is a limit by now, as it is a row that many
/// buyers share.
pub async fn consume(
    tx: &WriteTx,
    discounts: &[DiscountId],
    order: OrderId,
    customer_key: &str,
    (now, mut new_id): (Timestamp, impl FnMut() -> Uuid),
) -> Result<(), StoreError> {
    if discounts.is_empty() {
        return Ok(());
    }
    let uses = discounts.iter().map(|discount| discount_use::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(new_id()),
        discount_id: Set(discount.uuid()),
        order_id: Set(order.uuid()),
        customer_key: Set(customer_key.to_owned()),
        used_at: Set(now.ms()),
    });
    let uses: Vec<discount_use::ActiveModel> = uses.collect();
    discount_use::Entity::insert_many(uses).exec_without_returning(tx.db()).await?;
    discount::Entity::update_many()
        .col_expr(discount::Column::Used, Expr::col(discount::Column::Used).add(1))
        .col_expr(discount::Column::Version, Expr::col(discount::Column::Version).add(1))
        .filter(discount::Column::OrganizationId.eq(tx.org()))
        .filter(discount::Column::Id.is_in(discounts.iter().map(|id| id.uuid())))
        .filter(discount::Column::UsageLimit.is_not_null())
        .exec(tx.db())
        .await?;
    Ok(())
}
