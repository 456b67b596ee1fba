//! Effects to deliver after their cause was committed.

use sea_orm::entity::prelude::*;

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum Topic {
    /// Send a refund to the provider.
    Refund,
    /// Capture what was authorized for an order.
    Capture,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_entry")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What to do.
    pub topic: Topic,
    /// What it is about: one effect each.
    pub subject_id: Uuid,
    /// What else the effect needs.
    #[sea_orm(column_type = "JsonBinary")]
    pub payload: Json,
    /// How often it was tried.
    pub tries: i64,
    /// When to try again, epoch milliseconds.
    pub due_at: i64,
    /// When it was done.
    pub delivered_at: Option<i64>,
    /// Epoch milliseconds.
    pub created_at: i64,
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
