//! What orders drew from gift certificates.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "gift_certificate_use")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The gift certificate.
    pub gift_certificate_id: Uuid,
    /// The order; one draws once.
    pub order_id: Uuid,
    /// What it drew, in minor units of the certificate's currency.
    pub amount_minor: i64,
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
    /// Its gift certificate.
    #[sea_orm(
        belongs_to = "super::gift_certificate::Entity",
        from = "(Column::OrganizationId, Column::GiftCertificateId)",
        to = "(super::gift_certificate::Column::OrganizationId, super::gift_certificate::Column::Id)"
    )]
    GiftCertificate,
    /// Its order.
    #[sea_orm(
        belongs_to = "super::order::Entity",
        from = "(Column::OrganizationId, Column::OrderId)",
        to = "(super::order::Column::OrganizationId, super::order::Column::Id)"
    )]
    Order,
}

impl ActiveModelBehavior for ActiveModel {}
