//! Totals that a bind fixed, with everything they were made of.

use sea_orm::entity::prelude::*;

/// Whether it can still be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum BindingStatus {
    /// In force.
    Live,
    /// Replaced while its payment could still come.
    Superseded,
    /// Dropped; nothing is held for it.
    Released,
    /// Became an order.
    Consumed,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "binding")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its session.
    pub session_id: Uuid,
    /// Whether it can still be paid.
    pub status: BindingStatus,
    /// Revision of the session that was bound.
    pub revision: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// What the purchase costs.
    pub grand_total_minor: i64,
    /// What is left to pay.
    pub total_minor: i64,
    /// Where the tax came from: MANUAL for the table.
    pub tax_source: String,
    /// SHA-256 of what was bound, hex.
    pub content_hash: String,
    /// Lines, quote, buyer and addresses as bound.
    #[sea_orm(column_type = "JsonBinary")]
    pub snapshot: Json,
    /// What it was priced from; null in rows of before.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub terms: Option<Json>,
    /// Epoch milliseconds.
    pub bound_at: i64,
    /// Until when the total holds.
    pub valid_until: i64,
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
    /// Its checkout session.
    #[sea_orm(
        belongs_to = "super::checkout_session::Entity",
        from = "(Column::OrganizationId, Column::SessionId)",
        to = "(super::checkout_session::Column::OrganizationId, super::checkout_session::Column::Id)"
    )]
    CheckoutSession,
}

impl ActiveModelBehavior for ActiveModel {}
