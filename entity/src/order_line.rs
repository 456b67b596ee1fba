//! Lines of orders, as sold.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_line")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its order.
    pub order_id: Uuid,
    /// Place in the order.
    pub position: i32,
    /// The variant; no foreign key, as an order outlives what it names.
    pub variant_id: Uuid,
    /// Name as sold.
    pub title: String,
    /// SKU as sold.
    pub sku: Option<String>,
    /// Image as sold.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub image: Option<Json>,
    /// Whether it must be sent.
    pub requires_shipping: bool,
    /// Units.
    pub quantity: i64,
    /// Price of one unit.
    pub unit_price_minor: i64,
    /// What discounts took, positive.
    pub discount_minor: i64,
    /// Its taxes, contained or not.
    pub tax_minor: i64,
    /// After discounts.
    pub total_minor: i64,
    /// What each discount took.
    #[sea_orm(column_type = "JsonBinary")]
    pub allocations: Json,
    /// Each tax.
    #[sea_orm(column_type = "JsonBinary")]
    pub taxes: Json,
    /// Units sent.
    pub fulfilled_quantity: i64,
    /// Units refunded.
    pub refunded_quantity: i64,
    /// What the client stored.
    #[sea_orm(column_type = "JsonBinary")]
    pub attributes: Json,
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
    /// Its order.
    #[sea_orm(
        belongs_to = "super::order::Entity",
        from = "(Column::OrganizationId, Column::OrderId)",
        to = "(super::order::Column::OrganizationId, super::order::Column::Id)"
    )]
    Order,
}

impl ActiveModelBehavior for ActiveModel {}
