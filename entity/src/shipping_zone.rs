//! Countries and regions that share shipping rates.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shipping_zone")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// List of ISO 3166-1 codes.
    #[sea_orm(column_type = "JsonBinary")]
    pub countries: Json,
    /// List of ISO 3166-2 codes.
    #[sea_orm(column_type = "JsonBinary")]
    pub regions: Json,
    /// List of postal patterns, for later use; empty means all.
    #[sea_orm(column_type = "JsonBinary")]
    pub postal_codes: Json,
    /// Whether it takes what no other zone covers.
    pub rest_of_world: bool,
    /// Place among the zones.
    pub sort_order: i32,
    /// Whether it is offered.
    pub active: bool,
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
    /// Its rates.
    #[sea_orm(
        belongs_to = "super::shipping_rate::Entity",
        from = "(Column::OrganizationId, Column::Id)",
        to = "(super::shipping_rate::Column::OrganizationId, super::shipping_rate::Column::ZoneId)"
    )]
    ShippingRate,
}

impl Related<super::shipping_rate::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ShippingRate.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
