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
    /// The secret key itself, sealed; it comes before the one that is named.
    #[sea_orm(column_type = "Text", nullable)]
    pub sealed_secret_key: Option<String>,
    /// The publishable key of the sealed one, whose mode both have; there where that is there.
    #[sea_orm(column_type = "Text", nullable)]
    pub stored_publishable_key: Option<String>,
    /// A webhook secret, sealed; it and the next come before those that are named.
    #[sea_orm(column_name = "sealed_webhook_secret_1", column_type = "Text", nullable)]
    pub sealed_webhook_secret_one: Option<String>,
    /// A second one, during a rotation.
    #[sea_orm(column_name = "sealed_webhook_secret_2", column_type = "Text", nullable)]
    pub sealed_webhook_secret_two: Option<String>,
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
