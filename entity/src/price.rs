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
    /// Name of its list; empty for what a variant costs outside of any.
    pub price_list: String,
    /// From how many units of the variant in a cart; 1 for the plain price.
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
    /// Its list, where it is in one.
    #[sea_orm(
        belongs_to = "super::price_list::Entity",
        from = "(Column::OrganizationId, Column::PriceList)",
        to = "(super::price_list::Column::OrganizationId, super::price_list::Column::Name)"
    )]
    PriceList,
}

impl Related<super::price_list::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::PriceList.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
