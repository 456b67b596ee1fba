//! Locks what many buyers share, where a limit is set.
//!
//! **Invariant:** one order everywhere: session, stock, discounts, gift certificates, each in the order of ids. What has no
//! limit is not locked.

use entity::{discount, gift_certificate as certificate, hold, hold::HoldKind};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
    sea_query::{CommonTableExpression, Query, SelectStatement, UnionType, WithClause},
};
use uuid::Uuid;

use super::{StoreError, Tx, WriteTx, hold::counted};
use crate::domain::{
    ids::{DiscountId, VariantId},
    instant::Timestamp,
};

/// What a session shares with many buyers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shared<'a> {
    /// Variants of its lines.
    pub variants: &'a [VariantId],
    /// Codes as they are looked up.
    pub code_keys: &'a [String],
    /// Automatic discounts with a limit; all active ones where nobody knows which.
    pub automatic: Option<&'a [DiscountId]>,
    /// Gift certificates as they are looked up.
    pub certificate_keys: &'a [&'a str],
}

/// Locks it, and clears what has expired, so that a sum of holds is final.
pub async fn lock(tx: &WriteTx, shared: Shared<'_>, now: Timestamp) -> Result<(), StoreError> {
    let mut parts: Vec<SelectStatement> = Vec::new();
    if !shared.variants.is_empty() {
        parts.push(counted(tx, shared.variants.iter().map(|id| id.uuid())).lock_exclusive().into_query());
    }
    if !shared.code_keys.is_empty() || shared.automatic.is_none_or(|ids| !ids.is_empty()) {
        parts.push(limited_discounts(tx, shared.code_keys, shared.automatic));
    }
    if !shared.certificate_keys.is_empty() {
        let of_key = certificate::Column::CodeKey.is_in(shared.certificate_keys.iter().copied());
        parts.push(all_certificates(tx).filter(of_key).lock_exclusive().into_query());
    }
    let Some(all) = one_after_the_other(parts) else { return Ok(()) };
    let rows = tx.db().query_all(&all).await?;
    let locked = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<Vec<Uuid>, _>>()?;
    clear_expired(tx, locked, now).await
}

/// Locks discounts whose use is about to be counted, for whoever goes on to lock gift certificates.
pub async fn discounts(tx: &WriteTx, discounts: &[DiscountId]) -> Result<(), StoreError> {
    tx.db().query_all(&limited_discounts(tx, &[], Some(discounts))).await?;
    Ok(())
}

/// These certificates, locked in the order of ids, as a part of another statement.
pub(super) fn certificates(tx: &Tx, ids: &[Uuid]) -> SelectStatement {
    let these = certificate::Column::Id.is_in(ids.iter().copied());
    all_certificates(tx).filter(these).lock_exclusive().into_query()
}

fn all_certificates(tx: &Tx) -> Select<certificate::Entity> {
    certificate::Entity::find()
        .select_only()
        .column(certificate::Column::Id)
        .filter(certificate::Column::OrganizationId.eq(tx.org()))
        .order_by_asc(certificate::Column::Id)
}

/// A discount without a limit locks nothing.
fn limited_discounts(tx: &Tx, code_keys: &[String], automatic: Option<&[DiscountId]>) -> SelectStatement {
    let named = Condition::any()
        .add(discount::Column::CodeKey.is_in(code_keys.iter().map(String::as_str)))
        .add(super::discount::automatic(automatic.map(|ids| ids.iter().map(|id| id.uuid()).collect())));
    let limited = Condition::any()
        .add(discount::Column::UsageLimit.is_not_null())
        .add(discount::Column::CustomerLimit.is_not_null());
    discount::Entity::find()
        .select_only()
        .column(discount::Column::Id)
        .filter(discount::Column::OrganizationId.eq(tx.org()))
        .filter(named)
        .filter(limited)
        .order_by_asc(discount::Column::Id)
        .lock_exclusive()
        .into_query()
}

/// All of these in one statement. A part that locks is a table of its own, read to its end before the next one begins:
/// PostgreSQL reads the members of a UNION ALL in order (manual, section 7.8.1: a query in WITH is evaluated only as far
/// as it is demanded).
fn one_after_the_other(parts: Vec<SelectStatement>) -> Option<SelectStatement> {
    let names: Vec<String> = (0..parts.len()).map(|place| format!("part_{place}")).collect();
    let from = |name: &String| Query::select().column("id").from(name.clone()).to_owned();
    let mut members = names.iter().map(from);
    let mut all = members.next()?;
    all.unions(members.map(|member| (UnionType::All, member)));
    let mut with = WithClause::new();
    for (name, part) in names.iter().zip(parts) {
        let mut table = CommonTableExpression::new();
        table.table_name(name.clone()).column("id").query(part);
        with.cte(table);
    }
    all.with_cte(with);
    Some(all)
}

/// Clears holds that count for nothing any more. The same rows that a payment session would make payable: whoever comes
/// second sees what the first did.
async fn clear_expired(tx: &WriteTx, resources: Vec<Uuid>, now: Timestamp) -> Result<(), StoreError> {
    if resources.is_empty() {
        return Ok(());
    }
    hold::Entity::delete_many()
        .filter(hold::Column::OrganizationId.eq(tx.org()))
        .filter(hold::Column::Kind.is_in([HoldKind::Stock, HoldKind::Discount, HoldKind::GiftCertificate]))
        .filter(hold::Column::ResourceId.is_in(resources))
        .filter(hold::Column::Payable.eq(false))
        .filter(hold::Column::ExpiresAt.lte(now.ms()))
        .exec(tx.db())
        .await?;
    Ok(())
}
