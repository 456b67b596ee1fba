//! Provider events as they came.
//!
//! **Invariant:** an event is stored once per organization and event id before anybody acts on it, and marked in the
//! transaction that acts on it, so it acts once or not at all. One that was given up has a due date that never comes, so
//! that it is found by the index of due dates.

use std::borrow::Cow;

use entity::inbox_event::{self, InboxStatus};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, TryInsertResult, sea_query::Expr,
};
use uuid::Uuid;

use super::{StoreError, Tx, WriteTx, due::NEVER};
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
    /// Whether somebody acted on it.
    pub handled: bool,
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
    insert(tx, new_id, arrived, (None, now)).await
}

/// Stores an event that nobody has to act on, once.
pub async fn store_flagged(
    tx: &WriteTx,
    new_id: Uuid,
    arrived: &Arrived,
    (why, now): (&'static str, Timestamp),
) -> Result<Event, StoreError> {
    insert(tx, new_id, arrived, (Some(why), now)).await
}

async fn insert(
    tx: &WriteTx,
    new_id: Uuid,
    arrived: &Arrived,
    (flagged, now): (Option<&'static str>, Timestamp),
) -> Result<Event, StoreError> {
    let row = inbox_event::ActiveModel {
        organization_id: Set(tx.org()),
        id: Set(new_id),
        event_id: Set(arrived.event_id.clone()),
        event_type: Set(arrived.event_type.clone()),
        intent_id: Set(arrived.intent.clone()),
        status: Set(if flagged.is_some() { InboxStatus::Flagged } else { InboxStatus::Received }),
        payload: Set(arrived.payload.clone()),
        note: Set(flagged.map(str::to_owned)),
        tries: Set(0),
        due_at: Set(now.ms()),
        received_at: Set(now.ms()),
        handled_at: Set(flagged.map(|_| now.ms())),
    };
    let inserted = inbox_event::Entity::insert(row)
        .on_conflict_do_nothing_on([inbox_event::Column::OrganizationId, inbox_event::Column::EventId])
        .exec(tx.db())
        .await?;
    if matches!(inserted, TryInsertResult::Inserted(_)) {
        return Ok(Event {
            id: new_id,
            arrived: arrived.clone(),
            waiting: flagged.is_none(),
            handled: false,
            tries: 0,
            received_at: now,
        });
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

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Acted on.
    Handled,
    /// Nothing to act on; kept for people, with the reason.
    Flagged(&'static str),
    /// Not yet: to be worked on again at an instant, with the reason.
    Again(Timestamp, Cow<'static, str>),
    /// Tried as often as anything is; kept for people, with what stood in the way at last.
    GivenUp(Cow<'static, str>),
}

/// Marks an event that nobody acted on yet; `false` where somebody did, and then the caller's effect must not be.
pub async fn mark(tx: &WriteTx, id: Uuid, outcome: &Outcome, now: Timestamp) -> Result<bool, StoreError> {
    let (status, due_at, handled_at, note) = match outcome {
        Outcome::Handled => (InboxStatus::Handled, None, Some(now.ms()), None),
        Outcome::Flagged(why) => (InboxStatus::Flagged, None, Some(now.ms()), Some(*why)),
        Outcome::Again(at, why) => (InboxStatus::Received, Some(at.ms()), None, Some(why.as_ref())),
        Outcome::GivenUp(why) => (InboxStatus::Failed, Some(NEVER), Some(now.ms()), Some(why.as_ref())),
    };
    let mut update = inbox_event::Entity::update_many()
        .col_expr(inbox_event::Column::Status, Expr::value(status))
        .col_expr(inbox_event::Column::Tries, Expr::col(inbox_event::Column::Tries).add(1))
        .col_expr(inbox_event::Column::HandledAt, Expr::value(handled_at))
        .col_expr(inbox_event::Column::Note, Expr::value(note));
    if let Some(due_at) = due_at {
        update = update.col_expr(inbox_event::Column::DueAt, Expr::value(due_at));
    }
    let done = update
        .filter(inbox_event::Column::OrganizationId.eq(tx.org()))
        .filter(inbox_event::Column::Id.eq(id))
        .filter(inbox_event::Column::Status.eq(InboxStatus::Received))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Makes an event that is no longer waiting wait again, as if it had never been worked on; `false` where it waits already.
pub async fn reopen(tx: &WriteTx, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
    let done = inbox_event::Entity::update_many()
        .col_expr(inbox_event::Column::Status, Expr::value(InboxStatus::Received))
        .col_expr(inbox_event::Column::Tries, Expr::value(0_i64))
        .col_expr(inbox_event::Column::DueAt, Expr::value(now.ms()))
        .col_expr(inbox_event::Column::HandledAt, Expr::value(None::<i64>))
        .filter(inbox_event::Column::OrganizationId.eq(tx.org()))
        .filter(inbox_event::Column::Id.eq(id))
        .filter(inbox_event::Column::Status.ne(InboxStatus::Received))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == 1)
}

fn from_row(row: inbox_event::Model) -> Event {
    Event {
        id: row.id,
        waiting: row.status == InboxStatus::Received,
        handled: row.status == InboxStatus::Handled,
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
