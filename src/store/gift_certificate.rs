//! Gift certificates, and what orders drew from them.
//!
//! **Invariant:** a balance goes down in one guarded statement, in the transaction of the order that draws it, and up in
//! that of the refund that is done; what was issued less what was drawn, and more what was given back, is what is left.
//! No code is stored.

use std::collections::HashMap;

use entity::{gift_certificate as certificate, gift_certificate_use, hold::HoldKind};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QueryResult,
    QuerySelect,
    sea_query::{CaseStatement, Expr},
};
use uuid::Uuid;

use super::{StoreError, Tx, WriteTx, documents::At, hold, lock};
use crate::domain::{
    certificate::{Certificate, CertificateRef, NamedCertificate},
    ids::{CertificateId, OrderId, SessionId},
    instant::Timestamp,
    money::Minor,
};

/// A gift certificate as its merchant sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// What it is worth now, holds apart.
    pub certificate: Certificate,
    /// What may be shown of its code.
    pub masked: String,
    /// What was on it when it was issued.
    pub initial: Minor,
}

/// Stores a new one; [`StoreError::Taken`] where the code is in use.
pub async fn insert(tx: &WriteTx, issued: &Issued, key: String, now: Timestamp) -> Result<(), StoreError> {
    let of = &issued.certificate;
    let row = certificate::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(of.id.uuid()),
        code_key: Set(key),
        masked_code: Set(issued.masked.clone()),
        currency: Set(of.currency.code().to_owned()),
        initial_minor: Set(issued.initial.raw()),
        balance_minor: Set(of.balance.raw()),
        active: Set(of.active),
        expires_at: Set(of.expires_at.map(Timestamp::ms)),
        created_at: Set(now.ms()),
        updated_at: Set(now.ms()),
        version: Set(1),
    };
    certificate::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// All of a merchant after an id, oldest first.
pub async fn after(tx: &Tx, id: Option<CertificateId>, limit: u64) -> Result<Vec<Issued>, StoreError> {
    let mut select = certificate::Entity::find()
        .filter(certificate::Column::OrganizationId.eq(tx.org()))
        .order_by_asc(certificate::Column::Id)
        .limit(limit);
    if let Some(id) = id {
        select = select.filter(certificate::Column::Id.gt(id.uuid()));
    }
    select.all(tx.db()).await?.iter().map(issued).collect()
}

fn issued(row: &certificate::Model) -> Result<Issued, StoreError> {
    let (masked, initial) = (row.masked_code.clone(), Minor::new(row.initial_minor));
    Ok(Issued { certificate: from_row(row, 0)?, masked, initial })
}

fn from_row(row: &certificate::Model, held: i64) -> Result<Certificate, StoreError> {
    let at = At { table: "gift_certificate", column: "currency", id: &row.id };
    Ok(Certificate {
        id: CertificateId::from_uuid(row.id),
        currency: at.currency(&row.currency)?,
        balance: Minor::new(row.balance_minor - held),
        expires_at: row.expires_at.map(Timestamp::from_ms),
        active: row.active,
    })
}

/// Switches one off; `false` where there is none. What sessions hold of it stays held.
pub async fn disable(tx: &WriteTx, id: CertificateId, now: Timestamp) -> Result<bool, StoreError> {
    let done = certificate::Entity::update_many()
        .col_expr(certificate::Column::Active, Expr::value(false))
        .col_expr(certificate::Column::UpdatedAt, Expr::value(now.ms()))
        .col_expr(certificate::Column::Version, Expr::col(certificate::Column::Version).add(1))
        .filter(certificate::Column::OrganizationId.eq(tx.org()))
        .filter(certificate::Column::Id.eq(id.uuid()))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected > 0)
}

/// What a session named, with what can be drawn: the balance less what other sessions hold. One statement, or none where
/// nothing is named.
pub async fn look_up(
    tx: &Tx,
    named: &[CertificateRef],
    (asked_by, now): (Option<SessionId>, Timestamp),
) -> Result<Vec<NamedCertificate>, StoreError> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let id = Expr::col((certificate::Entity, certificate::Column::Id));
    let held = hold::sum_by_others(tx, HoldKind::GiftCertificate, id, (asked_by, now));
    let rows: Vec<Row> = certificate::Entity::find()
        .expr_as(held, "held")
        .filter(certificate::Column::OrganizationId.eq(tx.org()))
        .filter(certificate::Column::CodeKey.is_in(named.iter().map(|one| one.key.as_str())))
        .into_model()
        .all(tx.db())
        .await?;
    let mut known = HashMap::new();
    for Row { certificate, held } in rows {
        known.insert(certificate.code_key.clone(), from_row(&certificate, held)?);
    }
    let with = |one: &CertificateRef| NamedCertificate {
        masked: one.masked.clone(),
        found: known.get(&one.key).cloned(),
    };
    Ok(named.iter().map(with).collect())
}

/// A certificate with what others hold of it, as one statement reads it.
struct Row {
    certificate: certificate::Model,
    held: i64,
}

impl FromQueryResult for Row {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        Ok(Self {
            certificate: certificate::Model::from_query_result(row, "")?,
            held: row.try_get("", "held")?,
        })
    }
}

/// Takes what an order pays with off the balances; `false`, and nothing taken, where one is no longer there.
pub async fn take(
    tx: &WriteTx,
    amounts: &[(CertificateId, Minor)],
    now: Timestamp,
) -> Result<bool, StoreError> {
    if amounts.is_empty() {
        return Ok(true);
    }
    let taken = change(tx, amounts, ExprTrait::sub, now).await?;
    if taken.len() == amounts.len() {
        return Ok(true);
    }
    let back: Vec<_> = amounts.iter().filter(|(id, _)| taken.contains(&id.uuid())).copied().collect();
    if !back.is_empty() {
        change(tx, &back, ExprTrait::add, now).await?;
    }
    Ok(false)
}

/// Puts back what an order drew, for a refund that is settled by this transaction. One that is stopped or has run out gets
/// it all the same: it is the buyer's money.
pub async fn give_back(
    tx: &WriteTx,
    amounts: &[(CertificateId, Minor)],
    now: Timestamp,
) -> Result<(), StoreError> {
    if amounts.is_empty() || change(tx, amounts, ExprTrait::add, now).await?.len() == amounts.len() {
        return Ok(());
    }
    Err(At { table: "gift_certificate", column: "id", id: &amounts[0].0 }.corrupt())
}

/// Changes balances where none goes below zero by it; answers which changed. Rows are locked in the order of ids.
async fn change(
    tx: &WriteTx,
    amounts: &[(CertificateId, Minor)],
    by: impl Fn(Expr, Expr) -> Expr,
    now: Timestamp,
) -> Result<Vec<Uuid>, StoreError> {
    let amount = amounts.iter().fold(CaseStatement::new(), |case, (id, amount)| {
        case.case(Expr::col(certificate::Column::Id).eq(id.uuid()), Expr::value(amount.raw()))
    });
    let after = by(Expr::col(certificate::Column::BalanceMinor), amount.into());
    let ids: Vec<Uuid> = amounts.iter().map(|(id, _)| id.uuid()).collect();
    let rows = certificate::Entity::update_many()
        .col_expr(certificate::Column::BalanceMinor, after.clone())
        .col_expr(certificate::Column::UpdatedAt, Expr::value(now.ms()))
        .col_expr(certificate::Column::Version, Expr::col(certificate::Column::Version).add(1))
        .filter(certificate::Column::OrganizationId.eq(tx.org()))
        .filter(certificate::Column::Id.in_subquery(lock::certificates(tx, &ids)))
        .filter(after.gte(0))
        .exec_with_returning(tx.db())
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Records what an order drew.
pub async fn record(
    tx: &WriteTx,
    amounts: &[(CertificateId, Minor)],
    order: OrderId,
    (now, mut new_id): (Timestamp, impl FnMut() -> Uuid),
) -> Result<(), StoreError> {
    if amounts.is_empty() {
        return Ok(());
    }
    let uses = amounts.iter().map(|(id, amount)| gift_certificate_use::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(new_id()),
        gift_certificate_id: Set(id.uuid()),
        order_id: Set(order.uuid()),
        amount_minor: Set(amount.raw()),
        used_at: Set(now.ms()),
    });
    let uses: Vec<gift_certificate_use::ActiveModel> = uses.collect();
    gift_certificate_use::Entity::insert_many(uses).exec_without_returning(tx.db()).await?;
    Ok(())
}
