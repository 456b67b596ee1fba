//! Provider events as they came, and what became of them.

use sea_orm::entity::prelude::*;

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum InboxStatus {
    /// Stored
    Received,
    /// Acted on.
    Handled,
    /// Nothing to act on; kept for people.
    Flagged,
    /// Tried as often as anything is, in vain; kept for people.
    Failed,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbox_event")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The provider's id of the event.
    pub event_id: String,
    /// For example `payment_intent.succeeded`; empty where it could not be read.
    pub event_type: String,
    /// The intent it is about.
    pub intent_id: Option<String>,
    /// What became of it.
    pub status: InboxStatus,
    /// The raw body.
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    /// Why it was flagged or could not be handled.
    pub note: Option<String>,
    /// How often it was worked on.
    pub tries: i64,
    /// When to work on it again, epoch milliseconds; never, as far as there are numbers, once it is given up.
    pub due_at: i64,
    /// Epoch milliseconds.
    pub received_at: i64,
    /// Epoch milliseconds.
    pub handled_at: Option<i64>,
}

/// What it belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Its organization.
    #[sea_orm(
        belongs_to = "super::organization::Entity",
        from = "Column::OrganizationId",
        to = "super::organization::Column::Id"
    )]
    Organization,
}

impl ActiveModelBehavior for ActiveModel {}
