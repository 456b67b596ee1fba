//! `PaymentIntent`s and what was asked of them, written before each call.

use sea_orm::entity::prelude::*;

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum AttemptStatus {
    /// Asked for; the provider has not answered.
    Creating,
    /// Waits for a payment method.
    RequiresPaymentMethod,
    /// Waits for a check such as 3-D Secure.
    RequiresAction,
    /// The provider works on it.
    Processing,
    /// Authorized.
    Authorized,
    /// Paid.
    Succeeded,
    /// Refused.
    Failed,
    /// Given up.
    Canceled,
}

/// The call under way, finished by whoever comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum Operation {
    /// Create the intent.
    Create,
    /// Move it to another binding.
    Update,
    /// Cancel it.
    Cancel,
    /// Nothing is under way.
    None,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_attempt")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its session.
    pub session_id: Uuid,
    /// The binding that the provider was last told of.
    pub binding_id: Uuid,
    /// Which provider: `stripe`.
    pub provider: String,
    /// Where it stands.
    pub status: AttemptStatus,
    /// ISO 4217 code.
    pub currency: String,
    /// What the provider was last told to take.
    pub amount_minor: i64,
    /// The provider's id; null until it answered.
    pub intent_id: Option<String>,
    /// Grows with every call that changes the intent; part of its idempotency key.
    pub operation_number: i64,
    /// The call under way, finished by whoever comes next.
    pub operation: Operation,
    /// The binding that the call under way moves to.
    pub operation_binding_id: Option<Uuid>,
    /// The amount that the call under way sets.
    pub operation_amount_minor: Option<i64>,
    /// When the call was written down, epoch milliseconds.
    pub operation_at: i64,
    /// Why it failed.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub failure: Option<Json>,
    /// Number of the operation that a browser was last told of; 0 for none.
    pub handed_out_number: i64,
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
    /// Its checkout session.
    #[sea_orm(
        belongs_to = "super::checkout_session::Entity",
        from = "(Column::OrganizationId, Column::SessionId)",
        to = "(super::checkout_session::Column::OrganizationId, super::checkout_session::Column::Id)"
    )]
    CheckoutSession,
    /// The binding that the provider was last told of.
    #[sea_orm(
        belongs_to = "super::binding::Entity",
        from = "(Column::OrganizationId, Column::BindingId)",
        to = "(super::binding::Column::OrganizationId, super::binding::Column::Id)"
    )]
    Binding,
}

impl Related<super::checkout_session::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::CheckoutSession.def()
    }
}

impl Related<super::binding::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Binding.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
