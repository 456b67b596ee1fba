//! Effects to deliver after their cause was committed.
//!
//! **Invariant:** an entry is written in the transaction of its cause, once per topic and subject, and marked only after
//! the effect is known to have happened.

use entity::outbox_entry::{self, Topic};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{StoreError, Tx, WriteTx, documents::At};
use crate::domain::{
    ids::{OrderId, RefundId},
    instant::Timestamp,
    money::Minor,
};

/// What is to be done at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Send a refund.
    Refund(RefundId),
    /// Capture so much of what was authorized for an order.
    Capture(OrderId, Minor),
}

/// An effect to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its row.
    pub id: Uuid,
    /// What is to be done.
    pub effect: Effect,
    /// How often it was tried.
    pub tries: i64,
}

/// What a capture needs beside its order.
#[derive(Serialize, Deserialize)]
struct Capture {
    amount_minor: i64,
}

/// Stores that a refund is to be sent.
pub async fn send_refund(
    tx: &WriteTx,
    new_id: Uuid,
    refund: RefundId,
    now: Timestamp,
) -> Result<(), StoreError> {
    insert(tx, (new_id, Topic::Refund, refund.uuid()), Value::Null, now).await
}

/// Stores that an order's money is to be captured; [`StoreError::Taken`] where it was asked for before.
pub async fn send_capture(
    tx: &WriteTx,
    new_id: Uuid,
    (order, amount): (OrderId, Minor),
    now: Timestamp,
) -> Result<(), StoreError> {
    let payload = serde_json::json!(Capture { amount_minor: amount.raw() });
    insert(tx, (new_id, Topic::Capture, order.uuid()), payload, now).await
}

async fn insert(
    tx: &WriteTx,
    (id, topic, subject): (Uuid, Topic, Uuid),
    payload: Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = outbox_entry::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(id),
        topic: Set(topic),
        subject_id: Set(subject),
        payload: Set(payload),
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
    row.as_ref().map(from_row).transpose()
}

/// The capture of an order that is under way.
pub async fn capture_of(tx: &Tx, order: OrderId) -> Result<Option<Entry>, StoreError> {
    let row = outbox_entry::Entity::find()
        .filter(outbox_entry::Column::OrganizationId.eq(tx.org()))
        .filter(outbox_entry::Column::Topic.eq(Topic::Capture))
        .filter(outbox_entry::Column::SubjectId.eq(order.uuid()))
        .filter(outbox_entry::Column::DeliveredAt.is_null())
        .one(tx.db())
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// Takes an effect back that the provider refused, so that it can be asked for again.
pub async fn withdraw(tx: &WriteTx, id: Uuid) -> Result<(), StoreError> {
    outbox_entry::Entity::delete_many()
        .filter(outbox_entry::Column::OrganizationId.eq(tx.org()))
        .filter(outbox_entry::Column::Id.eq(id))
        .filter(outbox_entry::Column::DeliveredAt.is_null())
        .exec(tx.db())
        .await?;
    Ok(())
}

fn from_row(row: &outbox_entry::Model) -> Result<Entry, StoreError> {
    let effect = match row.topic {
        Topic::Refund => Effect::Refund(RefundId::from_uuid(row.subject_id)),
        Topic::Capture => {
            let capture = Capture::deserialize(&row.payload)
                .map_err(|_| At { table: "outbox_entry", column: "payload", id: &row.id }.corrupt())?;
            Effect::Capture(OrderId::from_uuid(row.subject_id), Minor::new(capture.amount_minor))
        }
    };
    Ok(Entry { id: row.id, effect, tries: row.tries })
}

/// How many entries from before an instant are still to be delivered.
pub async fn left_lying(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    let late = outbox_entry::Entity::find()
        .filter(outbox_entry::Column::OrganizationId.eq(tx.org()))
        .filter(outbox_entry::Column::DeliveredAt.is_null())
        .filter(outbox_entry::Column::CreatedAt.lte(before.ms()));
    Ok(late.count(tx.db()).await?)
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
