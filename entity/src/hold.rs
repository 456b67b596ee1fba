//! What a session keeps others from taking: the maximum over its payable bindings.

use sea_orm::entity::prelude::*;

/// What is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum HoldKind {
    /// Units of a variant.
    Stock,
    /// Uses of a discount.
    Discount,
    /// Balance of a gift certificate.
    GiftCertificate,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hold")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its session.
    pub session_id: Uuid,
    /// What is held.
    pub kind: HoldKind,
    /// The variant, discount or gift certificate.
    pub resource_id: Uuid,
    /// Who holds it, for limits by customer: SHA-256 of the e-mail in lower case, hex.
    pub customer_key: String,
    /// Units, uses or minor units.
    pub quantity: i64,
    /// When it counts for nothing, unless payable.
    pub expires_at: i64,
    /// Whether a client secret is out; then only proof of a dead payment ends it.
    pub payable: bool,
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
