//! What was decided about each payment: one row a payment.

use sea_orm::entity::prelude::*;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum VerdictOutcome {
    /// Became an order.
    Honour,
    /// Goes back.
    Refund,
    /// Waits for a person.
    Review,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "verdict")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its session.
    pub session_id: Uuid,
    /// Its attempt.
    pub attempt_id: Uuid,
    /// The intent: one verdict each.
    pub intent_id: String,
    /// What was decided.
    pub outcome: VerdictOutcome,
    /// Why, one word.
    pub reason: String,
    /// What was taken.
    pub amount_minor: i64,
    /// ISO 4217 code as the provider said.
    pub currency: String,
    /// The order, where it was honoured.
    pub order_id: Option<Uuid>,
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
    /// Its checkout session.
    #[sea_orm(
        belongs_to = "super::checkout_session::Entity",
        from = "(Column::OrganizationId, Column::SessionId)",
        to = "(super::checkout_session::Column::OrganizationId, super::checkout_session::Column::Id)"
    )]
    CheckoutSession,
    /// Its payment attempt.
    #[sea_orm(
        belongs_to = "super::payment_attempt::Entity",
        from = "(Column::OrganizationId, Column::AttemptId)",
        to = "(super::payment_attempt::Column::OrganizationId, super::payment_attempt::Column::Id)"
    )]
    PaymentAttempt,
}

impl Related<super::refund::Entity> for Entity {
    fn to() -> RelationDef {
        super::refund::Relation::Verdict.def().rev()
    }
}

impl ActiveModelBehavior for ActiveModel {}
