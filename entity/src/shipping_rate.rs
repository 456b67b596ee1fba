//! Ways of shipping and their prices.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shipping_rate")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its zone.
    pub zone_id: Uuid,
    /// Name.
    pub name: String,
    /// Further text.
    pub description: Option<String>,
    /// Currency of all its amounts.
    pub currency: String,
    /// Flat price or bands, see `store::documents::charge`.
    #[sea_orm(column_type = "JsonBinary")]
    pub charge: Json,
    /// What packing costs beside it.
    pub handling_minor: i64,
    /// Where goods are picked up, if they are not sent.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub pickup: Option<Json>,
    /// Subtotal from which it costs nothing.
    pub free_from_minor: Option<i64>,
    /// Lowest subtotal.
    pub subtotal_min_minor: Option<i64>,
    /// Highest subtotal.
    pub subtotal_max_minor: Option<i64>,
    /// Earliest.
    pub delivery_days_min: Option<i32>,
    /// Latest.
    pub delivery_days_max: Option<i32>,
    /// Place in its zone.
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
    /// Its shipping zone.
    #[sea_orm(
        belongs_to = "super::shipping_zone::Entity",
        from = "(Column::OrganizationId, Column::ZoneId)",
        to = "(super::shipping_zone::Column::OrganizationId, super::shipping_zone::Column::Id)"
    )]
    ShippingZone,
}

impl ActiveModelBehavior for ActiveModel {}
