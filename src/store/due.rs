//! What a worker should look at now, and how much nobody looks at any more.
//!
//! **Invariant:** the queries over all tenants: read-only, bounded by an index, and they answer ids, times and numbers
//! only. Whoever takes one up works under its tenant and looks again.

use entity::{checkout_session, inbox_event, inbox_event::InboxStatus, outbox_entry};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QueryResult,
    QuerySelect, QueryTrait,
    sea_query::{Asterisk, Expr, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use super::{Store, StoreError};
use crate::domain::{
    ids::{OrganizationId, SessionId},
    instant::Timestamp,
};

/// A due date that never comes.
pub(super) const NEVER: i64 = i64::MAX;

/// One thing to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Due {
    /// An event that nobody acted on yet.
    Event(Uuid),
    /// A session whose time may be over.
    Session(SessionId),
    /// An effect to deliver.
    Effect(Uuid),
}

/// Something to look at, now or soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// Whose it is.
    pub organization: OrganizationId,
    /// What it is.
    pub what: Due,
    /// When.
    pub at: Timestamp,
}

/// Which table a row of the answer is of.
const EVENT: i32 = 0;
const SESSION: i32 = 1;
const EFFECT: i32 = 2;

impl Store {
    /// What is due until an instant, of all or of one, up to `limit` of each kind, oldest first; one statement.
    pub async fn due(
        &self,
        of: Option<OrganizationId>,
        until: Timestamp,
        limit: u64,
    ) -> Result<Vec<Item>, StoreError> {
        let of = of.map(OrganizationId::uuid);
        let events = inbox_event::Entity::find()
            .select_only()
            .expr_as(Expr::value(EVENT), "kind")
            .columns([
                inbox_event::Column::OrganizationId,
                inbox_event::Column::Id,
                inbox_event::Column::DueAt,
            ])
            .filter(inbox_event::Column::Status.eq(InboxStatus::Received))
            .filter(inbox_event::Column::DueAt.lte(until.ms()))
            .apply_if(of, |some, of| some.filter(inbox_event::Column::OrganizationId.eq(of)))
            .order_by_asc(inbox_event::Column::DueAt)
            .limit(limit)
            .into_query();
        let sessions = checkout_session::Entity::find()
            .select_only()
            .expr_as(Expr::value(SESSION), "kind")
            .columns([
                checkout_session::Column::OrganizationId,
                checkout_session::Column::Id,
                checkout_session::Column::DueAt,
            ])
            .filter(checkout_session::Column::DueAt.lte(until.ms()))
            .apply_if(of, |some, of| some.filter(checkout_session::Column::OrganizationId.eq(of)))
            .order_by_asc(checkout_session::Column::DueAt)
            .limit(limit)
            .into_query();
        let effects = outbox_entry::Entity::find()
            .select_only()
            .expr_as(Expr::value(EFFECT), "kind")
            .columns([
                outbox_entry::Column::OrganizationId,
                outbox_entry::Column::Id,
                outbox_entry::Column::DueAt,
            ])
            .filter(outbox_entry::Column::DeliveredAt.is_null())
            .filter(outbox_entry::Column::DueAt.lte(until.ms()))
            .apply_if(of, |some, of| some.filter(outbox_entry::Column::OrganizationId.eq(of)))
            .order_by_asc(outbox_entry::Column::DueAt)
            .limit(limit)
            .into_query();
        // Each branch is limited by itself, which SQLite takes in a subquery only.
        let all = branch(events)
            .union(UnionType::All, branch(sessions))
            .union(UnionType::All, branch(effects))
            .to_owned();
        let way = self.unscoped();
        let rows = way.query_all(&all).await?;
        let mut items = rows.iter().map(item).collect::<Result<Vec<Item>, DbErr>>()?;
        items.sort_by_key(|item| item.at.ms());
        Ok(items)
    }

    /// How many events were given up. Only those have a due date that never comes, and its index leads to them.
    pub async fn given_up(&self) -> Result<u64, StoreError> {
        let given_up = inbox_event::Entity::find()
            .filter(inbox_event::Column::DueAt.eq(NEVER))
            .filter(inbox_event::Column::Status.eq(InboxStatus::Failed));
        Ok(given_up.count(&self.unscoped()).await?)
    }

    /// What waits in the database, of all organizations.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        let way = self.unscoped();
        let waiting = inbox_event::Entity::find()
            // Written out, as a partial index is found by what the statement says.
            .filter(Expr::cust("status = 'received'"));
        let oldest: Option<Option<i64>> = waiting
            .clone()
            .select_only()
            .column_as(inbox_event::Column::ReceivedAt.min(), "oldest")
            .into_tuple()
            .one(&way)
            .await?;
        let effects = outbox_entry::Entity::find().filter(outbox_entry::Column::DeliveredAt.is_null());
        Ok(Backlog {
            given_up: self.given_up().await?,
            waiting: waiting.count(&way).await?,
            oldest_at: oldest.flatten().map(Timestamp::from_ms),
            effects: effects.count(&way).await?,
        })
    }
}

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Events that were given up.
    pub given_up: u64,
    /// Events that are still to be acted on.
    pub waiting: u64,
    /// When the oldest of them came.
    pub oldest_at: Option<Timestamp>,
    /// Effects that are still to be delivered.
    pub effects: u64,
}

fn branch(of: SelectStatement) -> SelectStatement {
    Query::select().column(Asterisk).from_subquery(of, "due").to_owned()
}

fn item(row: &QueryResult) -> Result<Item, DbErr> {
    let (kind, id): (i32, Uuid) = (row.try_get("", "kind")?, row.try_get("", "id")?);
    Ok(Item {
        organization: OrganizationId::from_uuid(row.try_get("", "organization_id")?),
        what: match kind {
            EVENT => Due::Event(id),
            SESSION => Due::Session(SessionId::from_uuid(id)),
            _ => Due::Effect(id),
        },
        at: Timestamp::from_ms(row.try_get("", "due_at")?),
    })
}
