//! Effects to deliver after their cause was committed.
//!
//! **Invariant:** an entry is written in the transaction of its cause, once per topic and subject, and marked only after
//! the effect is known to have happened.

use entity::outbox_entry::{self, Topic};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::{StoreError, Tx, WriteTx};
use crate::domain::{ids::RefundId, instant::Timestamp};

/// An effect to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its row.
    pub id: Uuid,
    /// The refund to send.
    pub refund: RefundId,
    /// How often it was tried.
    pub tries: i64,
}

/// Stores that a refund is to be sent.
pub async fn send_refund(
    tx: &WriteTx,
    new_id: Uuid,
    refund: RefundId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = outbox_entry::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(new_id),
        topic: Set(Topic::Refund),
        subject_id: Set(refund.uuid()),
        payload: Set(serde_json::Value::Null),
        tries: Set(0),
        due_at: Set(now.ms()),
        delivered_at: Set(None),
        created_at: Set(now.ms()),
    };
    outbox_entry::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Finds an entry that is not delivered.
pub async fn find(tx: &Tx, id: Uuid) -> Result<Option<Entry>, StoreError> {
    let row = outbox_entry::Entity::find_by_id((tx.org(), id))
        .filter(outbox_entry::Column::DeliveredAt.is_null())
        .one(tx.db())
        .await?;
    Ok(row.map(|row| Entry { id: row.id, refund: RefundId::from_uuid(row.subject_id), tries: row.tries }))
}

/// Marks an entry as delivered, or to be tried again at an instant.
pub async fn mark(
    tx: &WriteTx,
    id: Uuid,
    again_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(row) = outbox_entry::Entity::find_by_id((tx.org(), id)).one(tx.db()).await? else {
        return Ok(());
    };
    let tries = row.tries + 1;
    let mut row = row.into_active_model();
    row.tries = Set(tries);
    match again_at {
        Some(at) => row.due_at = Set(at.ms()),
        None => row.delivered_at = Set(Some(now.ms())),
    }
    row.update(tx.db()).await?;
    Ok(())
}
