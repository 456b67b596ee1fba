//! What refunds of orders are for: units of a line, or a shipping charge.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_refund_part")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its refund.
    pub order_refund_id: Uuid,
    /// The line, or null for a shipping charge.
    pub order_line_id: Option<Uuid>,
    /// Place of the shipping charge in the order, or null for a line.
    pub shipping_place: Option<i32>,
    /// Units that count as given back; none where only money is.
    pub units: i64,
    /// How much, with its tax.
    pub amount_minor: i64,
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
    /// Its refund.
    #[sea_orm(
        belongs_to = "super::order_refund::Entity",
        from = "(Column::OrganizationId, Column::OrderRefundId)",
        to = "(super::order_refund::Column::OrganizationId, super::order_refund::Column::Id)"
    )]
    OrderRefund,
    /// Its line.
    #[sea_orm(
        belongs_to = "super::order_line::Entity",
        from = "(Column::OrganizationId, Column::OrderLineId)",
        to = "(super::order_line::Column::OrganizationId, super::order_line::Column::Id)"
    )]
    OrderLine,
}

impl ActiveModelBehavior for ActiveModel {}
