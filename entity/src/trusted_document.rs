//! Documents that a merchant trusts, each under the digest of its text.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trusted_document")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// SHA-256 of the text, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    /// What the manifest calls it.
    pub name: Option<String>,
    /// The text.
    pub body: String,
    /// Epoch milliseconds.
    pub created_at: i64,
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
