//! What sessions keep others from taking: units of stock, uses of discounts, balances of gift certificates.
//!
//! **Invariant:** with the rows that are short locked (see `lock`), what others hold is summed and compared in the same transaction that inserts a hold, so the last unit is held once. A hold whose client
//! secret was never handed out counts for nothing from the moment it expires; one that is payable counts until proof.

use std::collections::HashMap;

use entity::{hold, hold::HoldKind, stock};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Alias, CaseStatement, Expr, Func},
};
use uuid::Uuid;

use super::{StoreError, Tx, WriteTx};
use crate::domain::{
    ids::{CertificateId, DiscountId, SessionId, VariantId},
    instant::Timestamp,
    money::Minor,
};

/// Everything that a session is to hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Units of each variant.
    pub stock: Vec<(VariantId, i64)>,
    /// One use of each discount.
    pub discounts: Vec<DiscountId>,
    /// What each gift certificate is to pay.
    pub certificates: Vec<(CertificateId, Minor)>,
    /// Who buys, for limits by customer: SHA-256 of the e-mail in lower case, hex.
    pub customer_key: String,
}

/// What live holds of other sessions take of a resource, as an expression inside another statement.
pub(super) fn sum_by_others(
    tx: &Tx,
    kind: HoldKind,
    resource: Expr,
    (except, now): (Option<SessionId>, Timestamp),
) -> Expr {
    let sum = Expr::col((hold::Entity, hold::Column::Quantity)).sum().cast_as(Alias::new("bigint"));
    let query = live(tx, kind, resource, (except, now))
        .select_only()
        .expr(Func::coalesce([sum, Expr::value(0_i64)]))
        .into_query();
    Expr::SubQuery(None, Box::new(query.into()))
}

/// What live holds take of each resource, for whoever looks at many at once.
pub(super) async fn sums(
    tx: &Tx,
    kind: HoldKind,
    resources: &[Uuid],
    now: Timestamp,
) -> Result<HashMap<Uuid, i64>, StoreError> {
    let sum = Expr::col(hold::Column::Quantity).sum().cast_as(Alias::new("bigint"));
    let rows: Vec<(Uuid, i64)> = hold::Entity::find()
        .select_only()
        .column(hold::Column::ResourceId)
        .column_as(sum, "held")
        .filter(hold::Column::OrganizationId.eq(tx.org()))
        .filter(hold::Column::Kind.eq(kind))
        .filter(hold::Column::ResourceId.is_in(resources.iter().copied()))
        .filter(counting(now))
        .group_by(hold::Column::ResourceId)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Payable, or not yet expired: what counts.
fn counting(now: Timestamp) -> Condition {
    Condition::any().add(hold::Column::Payable.eq(true)).add(hold::Column::ExpiresAt.gt(now.ms()))
}

/// How many of these holds are of one customer.
pub(super) fn count_of_customer(
    tx: &Tx,
    resource: Expr,
    customer_key: &str,
    (except, now): (Option<SessionId>, Timestamp),
) -> Expr {
    let query = live(tx, HoldKind::Discount, resource, (except, now))
        .filter(hold::Column::CustomerKey.eq(customer_key))
        .select_only()
        .expr(hold::Column::Id.count())
        .into_query();
    Expr::SubQuery(None, Box::new(query.into()))
}

fn live(
    tx: &Tx,
    kind: HoldKind,
    resource: Expr,
    (except, now): (Option<SessionId>, Timestamp),
) -> Select<hold::Entity> {
    let of_others = except.map(|session| hold::Column::SessionId.ne(session.uuid()));
    hold::Entity::find()
        .filter(hold::Column::OrganizationId.eq(tx.org()))
        .filter(hold::Column::Kind.eq(kind))
        .filter(Expr::col((hold::Entity, hold::Column::ResourceId)).eq(resource))
        .filter(counting(now))
        .filter(Condition::all().add_option(of_others))
}

/// Replaces what a session holds.
pub async fn replace(
    tx: &WriteTx,
    session: SessionId,
    wanted: &Wanted,
    expires_at: Timestamp,
    how: (bool, impl FnMut() -> Uuid),
) -> Result<(), StoreError> {
    release(tx, session).await?;
    insert(tx, session, wanted, expires_at, how).await
}

/// Holds for a session that holds nothing.
pub async fn insert(
    tx: &WriteTx,
    session: SessionId,
    wanted: &Wanted,
    expires_at: Timestamp,
    (payable, mut new_id): (bool, impl FnMut() -> Uuid),
) -> Result<(), StoreError> {
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
    let certificates = wanted.certificates.iter();
    let certificates = certificates.map(|(id, amount)| (HoldKind::GiftCertificate, id.uuid(), amount.raw()));
    let all = stock.chain(discounts).chain(certificates);
    let rows: Vec<hold::ActiveModel> =
        all.map(|(kind, resource, quantity)| row(kind, resource, quantity)).collect();
    if !rows.is_empty() {
        hold::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Turns what a session holds payable, until proof; answers how many holds there were. None that expired and was
/// cleared by somebody who needed the unit is brought back.
pub async fn make_payable(tx: &WriteTx, session: SessionId) -> Result<i64, StoreError> {
    let done = hold::Entity::update_many()
        .col_expr(hold::Column::Payable, Expr::value(true))
        .filter(hold::Column::OrganizationId.eq(tx.org()))
        .filter(hold::Column::SessionId.eq(session.uuid()))
        .exec(tx.db())
        .await?;
    Ok(i64::try_from(done.rows_affected).unwrap_or(i64::MAX))
}

/// What a session holds now.
pub async fn of_session(tx: &Tx, session: SessionId) -> Result<Wanted, StoreError> {
    let rows = hold::Entity::find()
        .filter(hold::Column::OrganizationId.eq(tx.org()))
        .filter(hold::Column::SessionId.eq(session.uuid()))
        .order_by_asc(hold::Column::ResourceId)
        .all(tx.db())
        .await?;
    Ok(wanted(rows))
}

fn wanted(rows: Vec<hold::Model>) -> Wanted {
    let mut held = Wanted::default();
    for row in rows {
        match row.kind {
            HoldKind::Stock => held.stock.push((VariantId::from_uuid(row.resource_id), row.quantity)),
            HoldKind::Discount => held.discounts.push(DiscountId::from_uuid(row.resource_id)),
            HoldKind::GiftCertificate => {
                let id = CertificateId::from_uuid(row.resource_id);
                held.certificates.push((id, Minor::new(row.quantity)));
            }
        }
        held.customer_key = row.customer_key;
    }
    held
}

/// Lets go of everything that a session holds, and says what it was.
pub async fn take_over(tx: &WriteTx, session: SessionId) -> Result<Wanted, StoreError> {
    let rows = hold::Entity::delete_many()
        .filter(hold::Column::OrganizationId.eq(tx.org()))
        .filter(hold::Column::SessionId.eq(session.uuid()))
        .exec_with_returning(tx.db())
        .await?;
    Ok(wanted(rows))
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
    let wanted = units.iter().fold(CaseStatement::new(), |case, (variant, units)| {
        case.case(Expr::col(stock::Column::VariantId).eq(variant.uuid()), Expr::value(*units))
    });
    let left = Expr::col(stock::Column::OnHand).sub(wanted);
    let ids = || units.iter().map(|(variant, _)| variant.uuid());
    let taken = stock::Entity::update_many()
        .col_expr(stock::Column::OnHand, left.clone())
        .col_expr(stock::Column::Version, Expr::col(stock::Column::Version).add(1))
        .col_expr(stock::Column::UpdatedAt, Expr::value(now.ms()))
        .filter(stock::Column::OrganizationId.eq(tx.org()))
        // Locked in the order of ids, as everywhere: two orders of the same goods do not wait for each other in a ring.
        .filter(stock::Column::VariantId.in_subquery(counted(tx, ids()).lock_exclusive().into_query()))
        .filter(left.gte(0))
        .exec_with_returning(tx.db())
        .await?;
    if taken.len() == units.len() {
        return Ok(true);
    }
    // Only variants that are counted have a row; the others have no end.
    let rows: Vec<Uuid> = counted(tx, ids()).into_tuple().all(tx.db()).await?;
    if taken.len() == rows.len() {
        return Ok(true);
    }
    let taken: Vec<Uuid> = taken.iter().map(|row| row.variant_id).collect();
    let taken: Vec<_> = units.iter().filter(|(id, _)| taken.contains(&id.uuid())).copied().collect();
    give_back(tx, &taken).await?;
    Ok(false)
}

pub(super) fn counted(tx: &Tx, variants: impl Iterator<Item = Uuid>) -> Select<stock::Entity> {
    stock::Entity::find()
        .select_only()
        .column(stock::Column::VariantId)
        .filter(stock::Column::OrganizationId.eq(tx.org()))
        .filter(stock::Column::VariantId.is_in(variants))
        .order_by_asc(stock::Column::VariantId)
}

/// Puts units back that were taken in the same transaction: all are there or none is taken.
pub async fn give_back(tx: &WriteTx, units: &[(VariantId, i64)]) -> Result<(), StoreError> {
    for (variant, quantity) in units {
        stock::Entity::update_many()
            .col_expr(stock::Column::OnHand, Expr::col(stock::Column::OnHand).add(*quantity))
            .filter(stock::Column::OrganizationId.eq(tx.org()))
            .filter(stock::Column::VariantId.eq(variant.uuid()))
            .exec(tx.db())
            .await?;
    }
    Ok(())
}

/// Puts units that were sold back on the shelf, in one statement; variants that are not counted have no end.
pub async fn put_back(tx: &WriteTx, units: &[(VariantId, i64)], now: Timestamp) -> Result<(), StoreError> {
    if units.is_empty() {
        return Ok(());
    }
    let more = units.iter().fold(CaseStatement::new(), |case, (variant, units)| {
        case.case(Expr::col(stock::Column::VariantId).eq(variant.uuid()), Expr::value(*units))
    });
    let ids = units.iter().map(|(variant, _)| variant.uuid());
    stock::Entity::update_many()
        .col_expr(stock::Column::OnHand, Expr::col(stock::Column::OnHand).add(more))
        .col_expr(stock::Column::Version, Expr::col(stock::Column::Version).add(1))
        .col_expr(stock::Column::UpdatedAt, Expr::value(now.ms()))
        .filter(stock::Column::OrganizationId.eq(tx.org()))
        .filter(stock::Column::VariantId.in_subquery(counted(tx, ids).lock_exclusive().into_query()))
        .exec(tx.db())
        .await?;
    Ok(())
}
