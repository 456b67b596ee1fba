//! Merchants. The one table without a tenant above it.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The value of `x-organization-slug`.
    pub slug: String,
    /// Name to show.
    pub name: String,
    /// What the merchant decided, see `store::documents::settings`.
    #[sea_orm(column_type = "JsonBinary")]
    pub settings: Json,
    /// Whether it takes no new sessions.
    pub suspended: bool,
    /// Epoch milliseconds.
    pub created_at: i64,
}

/// What it belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
