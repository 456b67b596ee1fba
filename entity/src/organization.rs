//! Merchants. The one table without a tenant above it.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The value of `x-organization-slug`.
    pub slug: String,
    /// Name to show.
    pub name: String,
    /// What the merchant decided, see `store::documents::settings`.
    #[sea_orm(column_type = "JsonBinary")]
    pub settings: Json,
    /// Grows with every change of zones, rates and taxes: what is remembered of these is remembered under it.
    pub terms_version: i64,
    /// Grows with every change of the documents that it trusts, likewise.
    pub documents_version: i64,
    /// Whether it takes no new sessions.
    pub suspended: bool,
    /// Epoch milliseconds.
    pub created_at: i64,
}

/// What it belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Its accounts with payment providers.
    #[sea_orm(
        belongs_to = "super::payment_account::Entity",
        from = "Column::Id",
        to = "super::payment_account::Column::OrganizationId"
    )]
    PaymentAccount,
}

impl Related<super::payment_account::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::PaymentAccount.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
