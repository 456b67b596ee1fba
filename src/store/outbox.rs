//! Effects to deliver after their cause was committed.
//!
//! **Invariant:** an entry is written in the transaction of its cause, once per topic and subject, and marked only after
//! the effect is known to have happened.

use entity::outbox_entry::{self, Topic};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};
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
    let update = outbox_entry::Entity::update_many()
        .col_expr(outbox_entry::Column::Tries, Expr::col(outbox_entry::Column::Tries).add(1));
    let update = match again_at {
        Some(at) => update.col_expr(outbox_entry::Column::DueAt, Expr::value(at.ms())),
        None => update.col_expr(outbox_entry::Column::DeliveredAt, Expr::value(now.ms())),
    };
    update
        .filter(outbox_entry::Column::OrganizationId.eq(tx.org()))
        .filter(outbox_entry::Column::Id.eq(id))
        .filter(outbox_entry::Column::DeliveredAt.is_null())
        .exec(tx.db())
        .await?;
    Ok(())
}
