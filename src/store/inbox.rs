//! Provider events as they came.
//!
//! **Invariant:** an event is stored once per organization and event id before anybody acts on it, and marked in the
//! transaction that acts on it, so it acts once or not at all.

use entity::inbox_event::{self, InboxStatus};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    TryInsertResult,
};
use uuid::Uuid;

use super::{StoreError, Tx, WriteTx};
use crate::domain::instant::Timestamp;

/// An event as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// The provider's id of the event.
    pub event_id: String,
    /// Its type; empty where it could not be read.
    pub event_type: String,
    /// The intent it is about.
    pub intent: Option<String>,
    /// The raw body.
    pub payload: String,
}

/// A stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its row.
    pub id: Uuid,
    /// What came.
    pub arrived: Arrived,
    /// Whether nobody acted on it yet.
    pub waiting: bool,
    /// How often it was worked on.
    pub tries: i64,
    /// When it came.
    pub received_at: Timestamp,
}

/// Stores an event, once. Answers its row, new or not.
pub async fn store(
    tx: &WriteTx,
    new_id: Uuid,
    arrived: &Arrived,
    now: Timestamp,
) -> Result<Event, StoreError> {
    let row = inbox_event::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(new_id),
        event_id: Set(arrived.event_id.clone()),
        event_type: Set(arrived.event_type.clone()),
        intent_id: Set(arrived.intent.clone()),
        status: Set(InboxStatus::Received),
        payload: Set(arrived.payload.clone()),
        note: Set(None),
        tries: Set(0),
        due_at: Set(now.ms()),
        received_at: Set(now.ms()),
        handled_at: Set(None),
    };
    let inserted = inbox_event::Entity::insert(row)
        .on_conflict_do_nothing_on([inbox_event::Column::OrganizationId, inbox_event::Column::EventId])
        .exec(tx.db())
        .await?;
    if matches!(inserted, TryInsertResult::Inserted(_)) {
        return Ok(Event { id: new_id, arrived: arrived.clone(), waiting: true, tries: 0, received_at: now });
    }
    let known = inbox_event::Entity::find()
        .filter(inbox_event::Column::OrganizationId.eq(tx.org()))
        .filter(inbox_event::Column::EventId.eq(arrived.event_id.as_str()))
        .one(tx.db())
        .await?;
    known.map(from_row).ok_or(StoreError::Stale)
}

/// Finds an event.
pub async fn find(tx: &Tx, id: Uuid) -> Result<Option<Event>, StoreError> {
    Ok(inbox_event::Entity::find_by_id((tx.org(), id)).one(tx.db()).await?.map(from_row))
}

/// Locks an event that nobody acted on yet; `false` where somebody did.
pub async fn claim(tx: &WriteTx, id: Uuid) -> Result<bool, StoreError> {
    let row = inbox_event::Entity::find_by_id((tx.org(), id)).lock_exclusive().one(tx.db()).await?;
    Ok(row.is_some_and(|row| row.status == InboxStatus::Received))
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Acted on.
    Handled,
    /// Nothing to act on; kept for people, with the reason.
    Flagged(&'static str),
    /// Not yet: to be worked on again at an instant, with the reason.
    Again(Timestamp, &'static str),
}

/// Marks an event.
pub async fn mark(tx: &WriteTx, id: Uuid, outcome: &Outcome, now: Timestamp) -> Result<(), StoreError> {
    let Some(row) = inbox_event::Entity::find_by_id((tx.org(), id)).one(tx.db()).await? else {
        return Ok(());
    };
    let tries = row.tries + 1;
    let mut row = row.into_active_model();
    row.tries = Set(tries);
    match outcome {
        Outcome::Handled => {
            row.status = Set(InboxStatus::Handled);
            row.handled_at = Set(Some(now.ms()));
            row.note = Set(None);
        }
        Outcome::Flagged(why) => {
            row.status = Set(InboxStatus::Flagged);
            row.handled_at = Set(Some(now.ms()));
            row.note = Set(Some((*why).to_owned()));
        }
        Outcome::Again(at, why) => {
            row.due_at = Set(at.ms());
            row.note = Set(Some((*why).to_owned()));
        }
    }
    row.update(tx.db()).await?;
    Ok(())
}

fn from_row(row: inbox_event::Model) -> Event {
    Event {
        id: row.id,
        waiting: row.status == InboxStatus::Received,
        tries: row.tries,
        received_at: Timestamp::from_ms(row.received_at),
        arrived: Arrived {
            event_id: row.event_id,
            event_type: row.event_type,
            intent: row.intent_id,
            payload: row.payload,
        },
    }
}
