//! Uses of discounts by orders.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "discount_use")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The discount.
    pub discount_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// SHA-256 of the e-mail in lower case, hex.
    pub customer_key: String,
    /// Epoch milliseconds.
    pub used_at: i64,
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
    /// Its discount.
    #[sea_orm(
        belongs_to = "super::discount::Entity",
        from = "(Column::OrganizationId, Column::DiscountId)",
        to = "(super::discount::Column::OrganizationId, super::discount::Column::Id)"
    )]
    Discount,
    /// Its order.
    #[sea_orm(
        belongs_to = "super::order::Entity",
        from = "(Column::OrganizationId, Column::OrderId)",
        to = "(super::order::Column::OrganizationId, super::order::Column::Id)"
    )]
    Order,
}

impl ActiveModelBehavior for ActiveModel {}
