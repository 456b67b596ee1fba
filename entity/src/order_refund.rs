//! Money that a merchant gives back for an order.

use sea_orm::entity::prelude::*;

use crate::refund::RefundStatus;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_refund")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id; also that of the row of `refund` that sends the card's share.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its order.
    pub order_id: Uuid,
    /// How much, all in all.
    pub amount_minor: i64,
    /// What of it goes through the provider.
    pub card_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Where it stands.
    pub status: RefundStatus,
    /// Why, for the buyer.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// What the provider said when it refused.
    #[sea_orm(column_type = "Text", nullable)]
    pub failure: Option<String>,
    /// Whether the units go back to stock.
    pub restock: bool,
    /// SHA-256 of the merchant's key, hex: one refund each.
    pub key_hash: Option<String>,
    /// SHA-256 of what was asked for, hex.
    pub fingerprint: String,
    /// Epoch milliseconds.
    pub created_at: i64,
    /// Epoch milliseconds.
    pub updated_at: i64,
    /// Grows with every save.
    pub version: i64,
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
