//! Discounts by code, and how often they were used.
//!
//! **Invariant:** uses are counted only where a limit asks; a discount without one is a row that nobody writes.

use std::collections::HashMap;

use entity::{discount, discount::DiscountKind, discount_use, hold::HoldKind};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder,
    sea_query::Expr,
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

/// What the shop knows of typed codes. What `asked_by` holds itself does not count against it.
pub async fn typed(
    tx: &Tx,
    codes: &[String],
    asked_by: Option<SessionId>,
    customer_key: &str,
    now: Timestamp,
) -> Result<Vec<TypedCode>, StoreError> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let rows = discount::Entity::find()
        .filter(discount::Column::OrganizationId.eq(tx.org()))
        .filter(discount::Column::CodeKey.is_in(codes.iter().map(|code| code_key(code))))
        .order_by_asc(discount::Column::Id)
        .all(tx.db())
        .await?;
    let usage = usage(tx, &rows, asked_by, customer_key, now).await?;
    let mut by_key: HashMap<String, (Discount, Usage)> = HashMap::new();
    for row in rows {
        let (key, used) =
            (row.code_key.clone().unwrap_or_default(), usage.get(&row.id).copied().unwrap_or_default());
        by_key.insert(key, (from_row(row)?, used));
    }
    Ok(codes
        .iter()
        .map(|code| TypedCode { code: code.clone(), found: by_key.get(&code_key(code)).cloned() })
        .collect())
}

async fn usage(
    tx: &Tx,
    rows: &[discount::Model],
    asked_by: Option<SessionId>,
    customer_key: &str,
    now: Timestamp,
) -> Result<HashMap<Uuid, Usage>, StoreError> {
    let of = |limited: fn(&discount::Model) -> bool| -> Vec<Uuid> {
        rows.iter().filter(|row| limited(row)).map(|row| row.id).collect()
    };
    let held =
        hold::by_others(tx, HoldKind::Discount, &of(|row| row.usage_limit.is_some()), asked_by, now).await?;
    let mut usage: HashMap<Uuid, Usage> = rows
        .iter()
        .map(|row| {
            (row.id, Usage { total: row.used + held.get(&row.id).copied().unwrap_or(0), by_customer: 0 })
        })
        .collect();
    let by_customer = of(|row| row.customer_limit.is_some());
    if by_customer.is_empty() || customer_key.is_empty() {
        return Ok(usage);
    }
    for (discount, holder) in hold::holders(tx, &by_customer, asked_by, now).await? {
        if holder == customer_key {
            usage.entry(discount).or_default().by_customer += 1;
        }
    }
    for discount in by_customer {
        let used = discount_use::Entity::find()
            .filter(discount_use::Column::OrganizationId.eq(tx.org()))
            .filter(discount_use::Column::DiscountId.eq(discount))
            .filter(discount_use::Column::CustomerKey.eq(customer_key))
            .count(tx.db())
            .await?;
        usage.entry(discount).or_default().by_customer += i64::try_from(used).unwrap_or(i64::MAX);
    }
    Ok(usage)
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

/// Records that an order used discounts. The counter moves only where a limit is set: it is a row many buyers share.
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
    let uses: Vec<discount_use::ActiveModel> = discounts
        .iter()
        .map(|discount| discount_use::ActiveModel {
            organization_id: Set(tx.org()),
            id: Set(new_id()),
            discount_id: Set(discount.uuid()),
            order_id: Set(order.uuid()),
            customer_key: Set(customer_key.to_owned()),
            used_at: Set(now.ms()),
        })
        .collect();
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
