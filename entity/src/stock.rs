//! Units on hand. A variant without a row is not counted.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its variant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub variant_id: Uuid,
    /// Units, held ones included; never negative.
    pub on_hand: i64,
    /// What a shop file stated last; what is on hand moves only where a file states another figure. Null where none did.
    pub declared: Option<i64>,
    /// Grows with every change.
    pub version: i64,
    /// Epoch milliseconds.
    pub updated_at: i64,
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
    /// Its variant.
    #[sea_orm(
        belongs_to = "super::variant::Entity",
        from = "(Column::OrganizationId, Column::VariantId)",
        to = "(super::variant::Column::OrganizationId, super::variant::Column::Id)"
    )]
    Variant,
}

impl ActiveModelBehavior for ActiveModel {}
