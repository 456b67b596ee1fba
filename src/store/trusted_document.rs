//! Documents that a merchant trusts.
//!
//! **Invariant:** a document is kept under the digest of its own text, so what is there is never changed, only added and
//! taken away; each of these raises the organization's version, under which servers remember what they looked up.

use entity::{organization, trusted_document as document, trusted_document::Column};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};

use super::{StoreError, Tx, WriteTx};
use crate::domain::instant::Timestamp;

/// A document that is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedDocument {
    /// SHA-256 of its text, hex.
    pub hash: String,
    /// What its manifest calls it.
    pub name: Option<String>,
    /// Its text.
    pub body: String,
}

/// Rows in one statement: five values each, of the 32,766 that SQLite takes.
const ROWS_MAX: usize = 1_000;

/// The text of a hash.
pub async fn find(tx: &Tx, hash: &str) -> Result<Option<String>, StoreError> {
    let row = document::Entity::find_by_id((tx.org(), hash.to_owned())).one(tx.db()).await?;
    Ok(row.map(|row| row.body))
}

/// How many there are.
pub async fn count(tx: &Tx) -> Result<u64, StoreError> {
    Ok(document::Entity::find().filter(Column::OrganizationId.eq(tx.org())).count(tx.db()).await?)
}

/// A page of them by hash, without their texts: each hash with its name.
pub async fn page(
    tx: &Tx,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<(String, Option<String>)>, StoreError> {
    let mut select = document::Entity::find().filter(Column::OrganizationId.eq(tx.org()));
    if let Some(after) = after {
        select = select.filter(Column::Hash.gt(after));
    }
    let columns = select.select_only().columns([Column::Hash, Column::Name]);
    Ok(columns.order_by_asc(Column::Hash).limit(limit).into_tuple().all(tx.db()).await?)
}

/// Adds those that are not there; answers how many.
pub async fn add(tx: &WriteTx, all: &[TrustedDocument], now: Timestamp) -> Result<u64, StoreError> {
    let mut added = 0;
    for some in all.chunks(ROWS_MAX) {
        let rows = some.iter().map(|one| document::ActiveModel {
            organization_id: Set(tx.org()),
            hash: Set(one.hash.clone()),
            name: Set(one.name.clone()),
            body: Set(one.body.clone()),
            created_at: Set(now.ms()),
        });
        let there = OnConflict::columns([Column::OrganizationId, Column::Hash]).do_nothing().to_owned();
        let insert = document::Entity::insert_many(rows).on_conflict(there);
        added += insert.exec_without_returning(tx.db()).await?;
    }
    changed(tx).await?;
    Ok(added)
}

/// Takes these away, or all; answers how many were there.
pub async fn remove(tx: &WriteTx, hashes: Option<&[String]>) -> Result<u64, StoreError> {
    let mut delete = document::Entity::delete_many().filter(Column::OrganizationId.eq(tx.org()));
    if let Some(hashes) = hashes {
        delete = delete.filter(Column::Hash.is_in(hashes));
    }
    let gone = delete.exec(tx.db()).await?.rows_affected;
    changed(tx).await?;
    Ok(gone)
}

async fn changed(tx: &WriteTx) -> Result<(), StoreError> {
    let next = Expr::col(organization::Column::DocumentsVersion).add(1);
    organization::Entity::update_many()
        .col_expr(organization::Column::DocumentsVersion, next)
        .filter(organization::Column::Id.eq(tx.org()))
        .exec(tx.db())
        .await?;
    Ok(())
}
