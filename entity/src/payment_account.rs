//! A merchant's account with a payment provider.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_account")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which provider: `stripe`.
    pub provider: String,
    /// Whether real money moves.
    pub live: bool,
    /// Key for the provider's script in the browser.
    pub publishable_key: String,
    /// Name of the environment variable that holds the secret key; never the key.
    pub secret_key_ref: String,
    /// Name of the environment variable that holds the webhook secrets, comma separated.
    pub webhook_secret_ref: String,
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
