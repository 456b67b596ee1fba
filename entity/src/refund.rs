//! Money on its way back.

use sea_orm::entity::prelude::*;

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum RefundStatus {
    /// Asked for.
    Pending,
    /// Done.
    Succeeded,
    /// Refused by the provider.
    Failed,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refund")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The attempt that took it.
    pub attempt_id: Uuid,
    /// The verdict that sends it back: one refund each.
    pub verdict_id: Option<Uuid>,
    /// The order, where a merchant gives back: this is the card's share of the row of `order_refund` with this id.
    pub order_id: Option<Uuid>,
    /// The intent that took it.
    pub intent_id: String,
    /// How much.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub status: RefundStatus,
    /// The provider's id.
    pub provider_id: Option<String>,
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
    /// Its payment attempt.
    #[sea_orm(
        belongs_to = "super::payment_attempt::Entity",
        from = "(Column::OrganizationId, Column::AttemptId)",
        to = "(super::payment_attempt::Column::OrganizationId, super::payment_attempt::Column::Id)"
    )]
    PaymentAttempt,
    /// What was decided, where it follows from that.
    #[sea_orm(
        belongs_to = "super::verdict::Entity",
        from = "(Column::OrganizationId, Column::VerdictId)",
        to = "(super::verdict::Column::OrganizationId, super::verdict::Column::Id)"
    )]
    Verdict,
}

impl ActiveModelBehavior for ActiveModel {}
