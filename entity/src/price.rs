//! What a shop asks for one unit.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its variant.
    pub variant_id: Uuid,
    /// ISO 4217 code.
    pub currency: String,
    /// Which list; empty for the one that everybody sees.
    pub price_list: String,
    /// From how many units on a line; 1 for the plain price.
    pub quantity_min: i64,
    /// List price.
    pub amount_minor: i64,
    /// Earlier or recommended price.
    pub compare_at_minor: Option<i64>,
    /// Price for a while.
    pub sale_minor: Option<i64>,
    /// From when, epoch milliseconds.
    pub sale_starts_at: Option<i64>,
    /// Until when, exclusive.
    pub sale_ends_at: Option<i64>,
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
