//! Discounts, by code and automatic, and how often they were used.
//!
//! **Invariant:** uses are counted only where a limit asks; a discount without one is a row that nobody writes.

use std::collections::HashMap;

use entity::{discount, discount::DiscountKind, discount_use, hold::HoldKind, order};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DbErr, EntityTrait, ExprTrait, FromQueryResult, JsonValue,
    QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    StoreError, Tx, WriteTx,
    documents::{At, Rule},
    hold,
    stored::Stored,
};
use crate::domain::{
    discount::{Beside, Conditions, Discount, Effect, Freed, Per, TypedCode, Usage},
    ids::{DiscountId, OrderId, SessionId},
    instant::Timestamp,
    money::Minor,
};

/// A code as it is looked up: without regard to case.
#[must_use]
pub fn code_key(code: &str) -> String {
    code.trim().to_uppercase()
}

/// What the shop knows of the discounts that a session asks for.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Codes, in the order typed.
    pub codes: Vec<TypedCode>,
    /// Automatic discounts.
    pub automatic: Vec<(Discount, Usage)>,
    /// Whether an order was placed by this customer before. Known only where a discount asks.
    pub has_ordered: bool,
}

/// Looks up codes, and of automatic discounts those that depend on who used what, in one statement; none where nobody
/// asks. Where the automatic ones are not known yet, all that are active. What `asked_by` holds itself does not count
/// against it.
pub async fn look_up(
    tx: &Tx,
    (codes, automatic): (&[String], Option<&[Discount]>),
    customer_key: &str,
    (asked_by, now): (Option<SessionId>, Timestamp),
) -> Result<Known, StoreError> {
    let depends = |discount: &Discount| discount.is_limited() || discount.conditions.first_order;
    let asked: Option<Vec<Uuid>> = automatic
        .map(|all| all.iter().filter(|one| depends(one)).map(|discount| discount.id.uuid()).collect());
    let unasked = |one: &Discount| (one.clone(), Usage::default());
    if let (Some(all), Some([]), []) = (automatic, asked.as_deref(), codes) {
        return Ok(Known { automatic: all.iter().map(unasked).collect(), ..Known::default() });
    }
    let rows = rows(tx, (codes, asked), customer_key, (asked_by, now)).await?;
    let mut has_ordered = false;
    let mut read: Vec<(Discount, Usage)> = Vec::new();
    let mut by_id: HashMap<DiscountId, (Discount, Usage)> = HashMap::new();
    let mut by_key: HashMap<String, DiscountId> = HashMap::new();
    for Row { discount, held, by_customer, ordered } in rows {
        let usage = Usage {
            total: discount.used + held,
            // Nobody is known yet: nobody has used it.
            by_customer: if customer_key.is_empty() { 0 } else { by_customer },
        };
        has_ordered |= ordered && !customer_key.is_empty();
        let key = discount.code_key.clone();
        let found = from_row(discount)?;
        if key.is_none() && automatic.is_none() {
            read.push((found.clone(), usage));
        }
        by_key.extend(key.map(|key| (key, found.id)));
        by_id.insert(found.id, (found, usage));
    }
    let typed = |code: &String| TypedCode {
        code: code.clone(),
        found: by_key.get(&code_key(code)).and_then(|id| by_id.get(id)).cloned(),
    };
    let fresh = |one: &Discount| by_id.get(&one.id).cloned().unwrap_or_else(|| unasked(one));
    let codes = codes.iter().map(typed).collect();
    let automatic = automatic.map_or(read, |all| all.iter().map(fresh).collect());
    Ok(Known { codes, automatic, has_ordered })
}

/// Automatic discounts: these, or all that are active.
pub(super) fn automatic(ids: Option<Vec<Uuid>>) -> Condition {
    match ids {
        Some(ids) => Condition::all().add(discount::Column::Id.is_in(ids)),
        None => {
            Condition::all().add(discount::Column::CodeKey.is_null()).add(discount::Column::Active.eq(true))
        }
    }
}

async fn rows(
    tx: &Tx,
    (codes, ids): (&[String], Option<Vec<Uuid>>),
    customer_key: &str,
    (asked_by, now): (Option<SessionId>, Timestamp),
) -> Result<Vec<Row>, StoreError> {
    let id = || Expr::col((discount::Entity, discount::Column::Id));
    // Uses are looked at only where a limit asks: a code without one may be held by everybody at once.
    let where_limited = |limit: discount::Column, uses: Expr| {
        Expr::case(Expr::col((discount::Entity, limit)).is_null(), Expr::value(0_i64)).finally(uses)
    };
    let held = hold::sum_by_others(tx, HoldKind::Discount, id(), (asked_by, now));
    let held_by_customer = hold::count_of_customer(tx, id(), customer_key, (asked_by, now));
    let ordered = order::Entity::find()
        .filter(order::Column::OrganizationId.eq(tx.org()))
        .filter(order::Column::CustomerKey.eq(customer_key))
        .select_only()
        .column(order::Column::Id)
        .into_query();
    let rows = discount::Entity::find()
        .expr_as(Expr::exists(ordered), "ordered")
        .expr_as(where_limited(discount::Column::UsageLimit, held), "held")
        .expr_as(where_limited(discount::Column::CustomerLimit, held_by_customer), "held_by_customer")
        .expr_as(
            where_limited(discount::Column::CustomerLimit, uses_of(tx, id(), customer_key)),
            "used_by_customer",
        )
        .filter(discount::Column::OrganizationId.eq(tx.org()))
        .filter(
            Condition::any()
                .add(discount::Column::CodeKey.is_in(codes.iter().map(|code| code_key(code))))
                .add(automatic(ids)),
        )
        .order_by_asc(discount::Column::Id)
        .into_model()
        .all(tx.db())
        .await?;
    Ok(rows)
}

/// A discount with how often it is used, as one statement reads it.
struct Row {
    discount: discount::Model,
    held: i64,
    by_customer: i64,
    ordered: bool,
}

impl FromQueryResult for Row {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        let (held, used): (i64, i64) =
            (row.try_get("", "held_by_customer")?, row.try_get("", "used_by_customer")?);
        Ok(Self {
            discount: discount::Model::from_query_result(row, "")?,
            held: row.try_get("", "held")?,
            by_customer: held + used,
            ordered: row.try_get("", "ordered")?,
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
    let rule = match &row.rule {
        Some(rule) => at("rule").read(rule)?,
        None => Rule::plain(row.combinable),
    };
    let effect = match (row.kind, row.rate.as_deref(), row.amount_minor, rule.buy_get) {
        (DiscountKind::Percentage, Some(rate), None, None) => {
            Effect::Percentage(rate.parse().map_err(|_| at("rate").corrupt())?)
        }
        (DiscountKind::Fixed, None, Some(amount), None) => {
            Effect::Fixed { amount: Minor::new(amount), per: rule.per }
        }
        (DiscountKind::FreeShipping, None, None, None) => Effect::FreeShipping(rule.freed),
        (DiscountKind::BuyGet, None, None, Some(deal)) => Effect::BuyGet(deal),
        (
            DiscountKind::Percentage
            | DiscountKind::Fixed
            | DiscountKind::FreeShipping
            | DiscountKind::BuyGet,
            ..,
        ) => return Err(at("kind").corrupt()),
    };
    Ok(Discount {
        id: DiscountId::from_uuid(row.id),
        conditions: Conditions {
            currency: row.currency.as_deref().map(|code| at("currency").currency(code)).transpose()?,
            subtotal_min: row.subtotal_min_minor.map(Minor::new),
            quantity_min: rule.quantity_min,
            first_order: rule.first_order,
            email_domains: rule.email_domains,
            countries: rule.countries,
            customer_tags: rule.customer_tags,
        },
        scope: at("scope").read(&row.scope)?,
        beside: rule.beside,
        code: row.code,
        title: row.title,
        effect,
        starts_at: row.starts_at.map(Timestamp::from_ms),
        ends_at: row.ends_at.map(Timestamp::from_ms),
        active: row.active,
        usage_limit: row.usage_limit,
        customer_limit: row.customer_limit,
        priority: row.priority,
    })
}

impl Rule {
    /// Of a row that asks for nothing else.
    fn plain(combinable: bool) -> Self {
        Self {
            per: Per::Order,
            freed: Freed::default(),
            buy_get: None,
            beside: if combinable { Beside::ALL } else { Beside::NONE },
            quantity_min: None,
            first_order: false,
            email_domains: Vec::new(),
            countries: Vec::new(),
            customer_tags: Vec::new(),
        }
    }
}

/// What a discount asks for beside what its row has columns for.
pub(super) fn rule(of: &Discount) -> JsonValue {
    let (per, freed, buy_get) = match &of.effect {
        Effect::Percentage(_) => (Per::Order, Freed::default(), None),
        Effect::Fixed { per, .. } => (*per, Freed::default(), None),
        Effect::FreeShipping(freed) => (Per::Order, freed.clone(), None),
        Effect::BuyGet(deal) => (Per::Order, Freed::default(), Some(deal.clone())),
    };
    let asked = &of.conditions;
    let rule = Rule {
        per,
        freed,
        buy_get,
        beside: of.beside,
        quantity_min: asked.quantity_min,
        first_order: asked.first_order,
        email_domains: asked.email_domains.clone(),
        countries: asked.countries.clone(),
        customer_tags: asked.customer_tags.clone(),
    };
    rule.to_json()
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
