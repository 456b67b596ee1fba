//! Gift certificates: a balance behind a code that is not kept.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "gift_certificate")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// SHA-256 of the code in its normal form, hex; unique in the organization.
    pub code_key: String,
    /// What may be shown of the code.
    pub masked_code: String,
    /// ISO 4217 code.
    pub currency: String,
    /// What was on it when it was issued, in minor units.
    pub initial_minor: i64,
    /// What is left on it, in minor units; what sessions hold is not taken off.
    pub balance_minor: i64,
    /// Whether it is switched on.
    pub active: bool,
    /// Epoch milliseconds, exclusive; null for good.
    pub expires_at: Option<i64>,
    /// Epoch milliseconds.
    pub created_at: i64,
    /// Epoch milliseconds.
    pub updated_at: i64,
    /// Compare-and-set counter.
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
}

impl ActiveModelBehavior for ActiveModel {}
