//! What of a refund goes back to a gift certificate.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_refund_certificate")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its refund.
    pub order_refund_id: Uuid,
    /// The gift certificate; each once a refund.
    pub gift_certificate_id: Uuid,
    /// How much, in minor units of the certificate's currency.
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
    /// Its gift certificate.
    #[sea_orm(
        belongs_to = "super::gift_certificate::Entity",
        from = "(Column::OrganizationId, Column::GiftCertificateId)",
        to = "(super::gift_certificate::Column::OrganizationId, super::gift_certificate::Column::Id)"
    )]
    GiftCertificate,
}

impl ActiveModelBehavior for ActiveModel {}
