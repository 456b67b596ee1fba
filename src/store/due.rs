//! What a worker should look at now.
//!
//! **Invariant:** the one query over all tenants: read-only, bounded, and it answers ids only. Whoever takes one up
//! works under its tenant and looks again.

use entity::{checkout_session, inbox_event, inbox_event::InboxStatus, outbox_entry};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Store, StoreError};
use crate::domain::{
    ids::{OrganizationId, SessionId},
    instant::Timestamp,
};

/// One thing to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// An event that nobody acted on yet.
    Event(Uuid),
    /// A session whose time may be over.
    Session(SessionId),
    /// An effect to deliver.
    Effect(Uuid),
}

impl Store {
    /// Up to `limit` of each kind, oldest first.
    pub async fn due(&self, now: Timestamp, limit: u64) -> Result<Vec<(OrganizationId, Due)>, StoreError> {
        let events: Vec<(Uuid, Uuid)> = inbox_event::Entity::find()
            .select_only()
            .columns([inbox_event::Column::OrganizationId, inbox_event::Column::Id])
            .filter(inbox_event::Column::Status.eq(InboxStatus::Received))
            .filter(inbox_event::Column::DueAt.lte(now.ms()))
            .order_by_asc(inbox_event::Column::DueAt)
            .limit(limit)
            .into_tuple()
            .all(&self.unscoped())
            .await?;
        let sessions: Vec<(Uuid, Uuid)> = checkout_session::Entity::find()
            .select_only()
            .columns([checkout_session::Column::OrganizationId, checkout_session::Column::Id])
            .filter(checkout_session::Column::DueAt.lte(now.ms()))
            .order_by_asc(checkout_session::Column::DueAt)
            .limit(limit)
            .into_tuple()
            .all(&self.unscoped())
            .await?;
        let effects: Vec<(Uuid, Uuid)> = outbox_entry::Entity::find()
            .select_only()
            .columns([outbox_entry::Column::OrganizationId, outbox_entry::Column::Id])
            .filter(outbox_entry::Column::DeliveredAt.is_null())
            .filter(outbox_entry::Column::DueAt.lte(now.ms()))
            .order_by_asc(outbox_entry::Column::DueAt)
            .limit(limit)
            .into_tuple()
            .all(&self.unscoped())
            .await?;
        let of = |rows: Vec<(Uuid, Uuid)>, due: fn(Uuid) -> Due| {
            rows.into_iter().map(move |(tenant, id)| (OrganizationId::from_uuid(tenant), due(id)))
        };
        let session = |id| Due::Session(SessionId::from_uuid(id));
        Ok(of(events, Due::Event).chain(of(sessions, session)).chain(of(effects, Due::Effect)).collect())
    }
}
