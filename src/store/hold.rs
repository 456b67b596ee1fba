//! What sessions keep others from taking: units of stock, uses of discounts.
//!
//! **Invariant:** with the rows that are short locked (stock by variant id, then discounts by id), what others hold is
//! summed and compared in the same transaction that inserts a hold, so the last unit is held once. A hold whose client
//! secret was never handed out counts for nothing from the moment it expires; one that is payable counts until proof.

use std::collections::HashMap;

use entity::{discount, hold, hold::HoldKind, stock};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, CaseStatement, Expr},
};
use uuid::Uuid;

use super::{StoreError, Tx, WriteTx};
use crate::domain::{
    ids::{DiscountId, SessionId, VariantId},
    instant::Timestamp,
};

/// Everything that a session is to hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Units of each variant.
    pub stock: Vec<(VariantId, i64)>,
    /// One use of each discount.
    pub discounts: Vec<DiscountId>,
    /// Who buys, for limits by customer: SHA-256 of the e-mail in lower case, hex.
    pub customer_key: String,
}

/// What live holds of other sessions take of each resource.
pub(super) async fn by_others(
    tx: &Tx,
    kind: HoldKind,
    resources: &[Uuid],
    except: Option<SessionId>,
    now: Timestamp,
) -> Result<HashMap<Uuid, i64>, StoreError> {
    if resources.is_empty() {
        return Ok(HashMap::new());
    }
    let sum = Expr::col(hold::Column::Quantity).sum().cast_as(Alias::new("bigint"));
    let rows: Vec<(Uuid, i64)> = live(tx, kind, resources, except, now)
        .select_only()
        .column(hold::Column::ResourceId)
        .column_as(sum, "held")
        .group_by(hold::Column::ResourceId)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Live holds of other sessions, one row a session: who holds which discount.
pub(super) async fn holders(
    tx: &Tx,
    discounts: &[Uuid],
    except: Option<SessionId>,
    now: Timestamp,
) -> Result<Vec<(Uuid, String)>, StoreError> {
    let rows = live(tx, HoldKind::Discount, discounts, except, now).all(tx.db()).await?;
    Ok(rows.into_iter().map(|row| (row.resource_id, row.customer_key)).collect())
}

fn live(
    tx: &Tx,
    kind: HoldKind,
    resources: &[Uuid],
    except: Option<SessionId>,
    now: Timestamp,
) -> sea_orm::Select<hold::Entity> {
    let counts =
        Condition::any().add(hold::Column::Payable.eq(true)).add(hold::Column::ExpiresAt.gt(now.ms()));
    let of_others = except.map(|session| hold::Column::SessionId.ne(session.uuid()));
    hold::Entity::find()
        .filter(hold::Column::OrganizationId.eq(tx.org()))
        .filter(hold::Column::Kind.eq(kind))
        .filter(hold::Column::ResourceId.is_in(resources.iter().copied()))
        .filter(counts)
        .filter(Condition::all().add_option(of_others))
}

/// Locks stock in the order of variant ids and clears what has expired, so that a sum of holds is final.
pub async fn lock_stock(tx: &WriteTx, variants: &[VariantId], now: Timestamp) -> Result<(), StoreError> {
    let ids = variants.iter().map(|id| id.uuid());
    stock::Entity::find()
        .filter(stock::Column::OrganizationId.eq(tx.org()))
        .filter(stock::Column::VariantId.is_in(ids.clone()))
        .order_by_asc(stock::Column::VariantId)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    clear_expired(tx, HoldKind::Stock, ids.collect(), now).await
}

/// Locks the discounts of these codes that have a limit, in the order of their ids. Others lock nothing.
/// What has expired is cleared, so that a sum of holds is final.
pub async fn lock_limited_discounts(
    tx: &WriteTx,
    code_keys: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    if code_keys.is_empty() {
        return Ok(());
    }
    let limited = Condition::any()
        .add(discount::Column::UsageLimit.is_not_null())
        .add(discount::Column::CustomerLimit.is_not_null());
    let locked = discount::Entity::find()
        .filter(discount::Column::OrganizationId.eq(tx.org()))
        .filter(discount::Column::CodeKey.is_in(code_keys.iter().map(String::as_str)))
        .filter(limited)
        .order_by_asc(discount::Column::Id)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    clear_expired(tx, HoldKind::Discount, locked.into_iter().map(|row| row.id).collect(), now).await
}

/// Clears holds that count for nothing any more. The same rows that a payment session would make payable: whoever comes
/// second sees what the first did.
async fn clear_expired(
    tx: &WriteTx,
    kind: HoldKind,
    resources: Vec<Uuid>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if resources.is_empty() {
        return Ok(());
    }
    hold::Entity::delete_many()
        .filter(hold::Column::OrganizationId.eq(tx.org()))
        .filter(hold::Column::Kind.eq(kind))
        .filter(hold::Column::ResourceId.is_in(resources))
        .filter(hold::Column::Payable.eq(false))
        .filter(hold::Column::ExpiresAt.lte(now.ms()))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Replaces what a session holds.
pub async fn replace(
    tx: &WriteTx,
    session: SessionId,
    wanted: &Wanted,
    expires_at: Timestamp,
    (payable, mut new_id): (bool, impl FnMut() -> Uuid),
) -> Result<(), StoreError> {
    release(tx, session).await?;
    let mut row = |kind, resource: Uuid, quantity| hold::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(new_id()),
        session_id: Set(session.uuid()),
        kind: Set(kind),
        resource_id: Set(resource),
        customer_key: Set(wanted.customer_key.clone()),
        quantity: Set(quantity),
        expires_at: Set(expires_at.ms()),
        payable: Set(payable),
    };
    let stock = wanted.stock.iter().map(|(variant, quantity)| (HoldKind::Stock, variant.uuid(), *quantity));
    let discounts = wanted.discounts.iter().map(|discount| (HoldKind::Discount, discount.uuid(), 1));
    let rows: Vec<hold::ActiveModel> =
        stock.chain(discounts).map(|(kind, resource, quantity)| row(kind, resource, quantity)).collect();
    if !rows.is_empty() {
        hold::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Turns what a session holds payable, until proof; answers how many holds there were. None that expired and was
/// cleared by somebody who needed the unit is brought back.
pub async fn make_payable(tx: &WriteTx, session: SessionId) -> Result<u64, StoreError> {
    let done = hold::Entity::update_many()
        .col_expr(hold::Column::Payable, Expr::value(true))
        .filter(hold::Column::OrganizationId.eq(tx.org()))
        .filter(hold::Column::SessionId.eq(session.uuid()))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected)
}

/// What a session holds now: units by variant, discounts.
pub async fn of_session(tx: &Tx, session: SessionId) -> Result<Wanted, StoreError> {
    let rows = hold::Entity::find()
        .filter(hold::Column::OrganizationId.eq(tx.org()))
        .filter(hold::Column::SessionId.eq(session.uuid()))
        .order_by_asc(hold::Column::ResourceId)
        .all(tx.db())
        .await?;
    let mut held = Wanted::default();
    for row in rows {
        match row.kind {
            HoldKind::Stock => held.stock.push((VariantId::from_uuid(row.resource_id), row.quantity)),
            HoldKind::Discount => held.discounts.push(DiscountId::from_uuid(row.resource_id)),
            HoldKind::GiftCertificate => {}
        }
        held.customer_key = row.customer_key;
    }
    Ok(held)
}

/// Lets go of everything that a session holds.
pub async fn release(tx: &WriteTx, session: SessionId) -> Result<(), StoreError> {
    hold::Entity::delete_many()
        .filter(hold::Column::OrganizationId.eq(tx.org()))
        .filter(hold::Column::SessionId.eq(session.uuid()))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Takes units off what is on hand, in one guarded statement; `false` where some are no longer there.
pub async fn take_stock(
    tx: &WriteTx,
    units: &[(VariantId, i64)],
    now: Timestamp,
) -> Result<bool, StoreError> {
    if units.is_empty() {
        return Ok(true);
    }
    let ids = units.iter().map(|(variant, _)| variant.uuid());
    let on_hand: Vec<(Uuid, i64)> = stock::Entity::find()
        .select_only()
        .columns([stock::Column::VariantId, stock::Column::OnHand])
        .filter(stock::Column::OrganizationId.eq(tx.org()))
        .filter(stock::Column::VariantId.is_in(ids))
        .order_by_asc(stock::Column::VariantId)
        .lock_exclusive()
        .into_tuple()
        .all(tx.db())
        .await?;
    // Only variants that are counted have a row. All are there or none is taken.
    let left = |id: Uuid| on_hand.iter().find(|(counted, _)| *counted == id).map(|(_, left)| *left);
    let counted: Vec<(Uuid, i64)> = units
        .iter()
        .map(|(variant, units)| (variant.uuid(), *units))
        .filter(|(id, _)| left(*id).is_some())
        .collect();
    if counted.iter().any(|(id, units)| left(*id).is_some_and(|left| left < *units)) {
        return Ok(false);
    }
    if counted.is_empty() {
        return Ok(true);
    }
    let wanted = counted.iter().fold(CaseStatement::new(), |case, (variant, units)| {
        case.case(Expr::col(stock::Column::VariantId).eq(*variant), Expr::value(*units))
    });
    let left = Expr::col(stock::Column::OnHand).sub(wanted);
    let done = stock::Entity::update_many()
        .col_expr(stock::Column::OnHand, left.clone())
        .col_expr(stock::Column::Version, Expr::col(stock::Column::Version).add(1))
        .col_expr(stock::Column::UpdatedAt, Expr::value(now.ms()))
        .filter(stock::Column::OrganizationId.eq(tx.org()))
        .filter(stock::Column::VariantId.is_in(counted.iter().map(|(variant, _)| *variant)))
        .filter(left.gte(0))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == u64::try_from(counted.len()).unwrap_or(u64::MAX))
}
