//! Stored provider events as people look at them.
//!
//! **Invariant:** reads only. A list carries no bodies, as each may be a megabyte, and follows the key of the table, as ids
//! rise with time.

use std::{fmt, str::FromStr};

use entity::inbox_event::{self as row, InboxStatus};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::{StoreError, Tx, due::NEVER};
use crate::domain::{ids::EventId, instant::Timestamp};

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Stored, and still to be acted on.
    Received,
    /// Acted on.
    Handled,
    /// Set aside: there is nothing to act on.
    Flagged,
    /// Given up, after as many tries as anything gets.
    Failed,
}

/// A word that is no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of received, handled, flagged, failed")]
pub struct UnknownStatus;

impl Status {
    const ALL: [Self; 4] = [Self::Received, Self::Handled, Self::Flagged, Self::Failed];

    const fn word(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Handled => "handled",
            Self::Flagged => "flagged",
            Self::Failed => "failed",
        }
    }

    const fn of_row(status: InboxStatus) -> Self {
        match status {
            InboxStatus::Received => Self::Received,
            InboxStatus::Handled => Self::Handled,
            InboxStatus::Flagged => Self::Flagged,
            InboxStatus::Failed => Self::Failed,
        }
    }

    const fn to_row(self) -> InboxStatus {
        match self {
            Self::Received => InboxStatus::Received,
            Self::Handled => InboxStatus::Handled,
            Self::Flagged => InboxStatus::Flagged,
            Self::Failed => InboxStatus::Failed,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.word() == text).ok_or(UnknownStatus)
    }
}

/// An event without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// The provider's id of it.
    pub provider_id: String,
    /// Its type; empty where it could not be read.
    pub kind: String,
    /// The intent it is about.
    pub intent: Option<String>,
    /// What became of it.
    pub status: Status,
    /// Why it waits, was set aside or given up.
    pub note: Option<String>,
    /// How often it was worked on.
    pub tries: i64,
    /// When it came.
    pub received_at: Timestamp,
    /// When it is worked on again, where it waits.
    pub next_at: Option<Timestamp>,
    /// When nothing more was to be done.
    pub ended_at: Option<Timestamp>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    event_id: String,
    event_type: String,
    intent_id: Option<String>,
    status: InboxStatus,
    note: Option<String>,
    tries: i64,
    due_at: i64,
    received_at: i64,
    handled_at: Option<i64>,
}

impl From<Row> for Event {
    fn from(row: Row) -> Self {
        let waits = row.status == InboxStatus::Received && row.due_at != NEVER;
        Self {
            id: EventId::from_uuid(row.id),
            provider_id: row.event_id,
            kind: row.event_type,
            intent: row.intent_id,
            status: Status::of_row(row.status),
            note: row.note,
            tries: row.tries,
            received_at: Timestamp::from_ms(row.received_at),
            next_at: waits.then(|| Timestamp::from_ms(row.due_at)),
            ended_at: row.handled_at.map(Timestamp::from_ms),
        }
    }
}

fn select(tx: &Tx) -> Select<row::Entity> {
    let columns = [
        row::Column::Id,
        row::Column::EventId,
        row::Column::EventType,
        row::Column::IntentId,
        row::Column::Status,
        row::Column::Note,
        row::Column::Tries,
        row::Column::DueAt,
        row::Column::ReceivedAt,
        row::Column::HandledAt,
    ];
    row::Entity::find().select_only().columns(columns).filter(row::Column::OrganizationId.eq(tx.org()))
}

/// Which events to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those of this status only.
    pub status: Option<Status>,
    /// Those about this intent only.
    pub intent: Option<String>,
}

/// Events, newest first.
pub async fn list(tx: &Tx, wanted: &Wanted, limit: u64) -> Result<Vec<Event>, StoreError> {
    let mut select = select(tx).order_by_desc(row::Column::Id).limit(limit);
    if let Some(status) = wanted.status {
        select = select.filter(row::Column::Status.eq(status.to_row()));
    }
    if let Some(intent) = &wanted.intent {
        select = select.filter(row::Column::IntentId.eq(intent.as_str()));
    }
    let rows = select.into_model::<Row>().all(tx.db()).await?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// Finds an event by its id, as we print it, or by the provider's.
pub async fn find(tx: &Tx, name: &str) -> Result<Option<Event>, StoreError> {
    let select = match name.parse::<EventId>() {
        Ok(id) => select(tx).filter(row::Column::Id.eq(id.uuid())),
        Err(_) => select(tx).filter(row::Column::EventId.eq(name)),
    };
    Ok(select.into_model::<Row>().one(tx.db()).await?.map(Event::from))
}

/// How many events were given up, and how many that came before an instant still wait.
pub async fn left_lying(tx: &Tx, before: Timestamp) -> Result<(u64, u64), StoreError> {
    let of = |status: InboxStatus| {
        row::Entity::find()
            .filter(row::Column::OrganizationId.eq(tx.org()))
            .filter(row::Column::Status.eq(status))
    };
    let given_up = of(InboxStatus::Failed).count(tx.db()).await?;
    let waiting =
        of(InboxStatus::Received).filter(row::Column::ReceivedAt.lte(before.ms())).count(tx.db()).await?;
    Ok((given_up, waiting))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_as_it_is_printed_and_stored() {
        for status in Status::ALL {
            assert_eq!(status.to_string().parse(), Ok(status));
            assert_eq!(Status::of_row(status.to_row()), status);
        }
        assert_eq!("lost".parse::<Status>(), Err(UnknownStatus));
    }
}
