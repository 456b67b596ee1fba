//! Tags, one row each, for search.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_tag")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: Uuid,
    /// The tag.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tag: String,
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
    /// Its product.
    #[sea_orm(
        belongs_to = "super::product::Entity",
        from = "(Column::OrganizationId, Column::ProductId)",
        to = "(super::product::Column::OrganizationId, super::product::Column::Id)"
    )]
    Product,
}

impl ActiveModelBehavior for ActiveModel {}
