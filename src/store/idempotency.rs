//! Client keys and what they did.
//!
//! **Invariant:** a record is written in the transaction of its effect, so a key did something once or nothing; of two
//! that race, the second meets the unique key and replays the first. Keys are kept as hashes.

use entity::idempotency_record as record;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};

use super::{StoreError, Tx, WriteTx};
use crate::domain::{ids::SessionId, instant::Timestamp};

/// Whose key it is and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Name of the mutation.
    pub operation: &'static str,
    /// The token's selector; empty for create.
    pub scope: String,
    /// SHA-256 of the key, hex.
    pub hash: String,
    /// SHA-256 of the input, hex.
    pub fingerprint: String,
}

/// What a key did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// SHA-256 of the input, hex.
    pub fingerprint: String,
    /// The session that it made or changed.
    pub session: SessionId,
    /// The session's revision after it.
    pub revision: i64,
    /// When.
    pub created_at: Timestamp,
}

/// What a key did, while it is remembered.
pub async fn find(tx: &Tx, key: &Key, now: Timestamp) -> Result<Option<Record>, StoreError> {
    let row =
        record::Entity::find_by_id((tx.org(), key.operation.to_owned(), key.scope.clone(), key.hash.clone()))
            .one(tx.db())
            .await?;
    Ok(row.filter(|row| row.expires_at > now.ms()).map(|row| Record {
        fingerprint: row.fingerprint,
        session: SessionId::from_uuid(row.session_id),
        revision: row.revision,
        created_at: Timestamp::from_ms(row.created_at),
    }))
}

/// Remembers what a key did; [`StoreError::Taken`] where another was faster. One that ran out makes room.
pub async fn insert(
    tx: &WriteTx,
    key: &Key,
    done: (SessionId, i64),
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let row = record::ActiveModel {
        organization_id: Set(tx.org()),
        operation: Set(key.operation.to_owned()),
        scope: Set(key.scope.clone()),
        key_hash: Set(key.hash.clone()),
        fingerprint: Set(key.fingerprint.clone()),
        session_id: Set(done.0.uuid()),
        revision: Set(done.1),
        created_at: Set(now.ms()),
        expires_at: Set(expires_at.ms()),
    };
    // One that ran out makes room; one that is remembered stays, and nothing is written.
    let ran_out = OnConflict::columns([
        record::Column::OrganizationId,
        record::Column::Operation,
        record::Column::Scope,
        record::Column::KeyHash,
    ])
    .update_columns([
        record::Column::Fingerprint,
        record::Column::SessionId,
        record::Column::Revision,
        record::Column::CreatedAt,
        record::Column::ExpiresAt,
    ])
    .action_and_where(Expr::col((record::Entity, record::Column::ExpiresAt)).lte(now.ms()))
    .to_owned();
    let written = record::Entity::insert(row).on_conflict(ran_out).exec_without_returning(tx.db()).await?;
    if written == 1 { Ok(()) } else { Err(StoreError::Taken) }
}

/// Forgets keys whose effect was taken back: they led to this revision of a session.
pub async fn forget(tx: &WriteTx, session: SessionId, revision: i64) -> Result<(), StoreError> {
    record::Entity::delete_many()
        .filter(record::Column::OrganizationId.eq(tx.org()))
        .filter(record::Column::SessionId.eq(session.uuid()))
        .filter(record::Column::Revision.eq(revision))
        .exec(tx.db())
        .await?;
    Ok(())
}
