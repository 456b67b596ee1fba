//! Purchases that were paid: immutable snapshots with moving statuses.

use sea_orm::entity::prelude::*;

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum OrderStatus {
    /// Being worked on.
    Open,
    /// Fulfilled and settled.
    Closed,
    /// Canceled.
    Canceled,
}

/// Where its money stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum OrderPaymentStatus {
    /// There was nothing to pay.
    NotRequired,
    /// Nothing was taken yet.
    Pending,
    /// Authorized.
    Authorized,
    /// Paid in full.
    Paid,
    /// Part was given back.
    PartiallyRefunded,
    /// All was given back.
    Refunded,
    /// Disputed.
    Disputed,
}

/// Where its goods stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum OrderFulfillmentStatus {
    /// Nothing was sent.
    Unfulfilled,
    /// Part was sent.
    PartiallyFulfilled,
    /// All was sent.
    Fulfilled,
    /// Nothing needs to be sent.
    NotRequired,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Number to show.
    pub number: String,
    /// The session it came from: at most one order each.
    pub session_id: Uuid,
    /// The binding it came from.
    pub binding_id: Uuid,
    /// The attempt that paid it.
    pub attempt_id: Option<Uuid>,
    /// The intent that paid it: at most one order each.
    pub intent_id: Option<String>,
    /// ISO 4217 code.
    pub currency: String,
    /// Where it stands.
    pub status: OrderStatus,
    /// Where its money stands.
    pub payment_status: OrderPaymentStatus,
    /// Where its goods stand.
    pub fulfillment_status: OrderFulfillmentStatus,
    /// What it cost.
    pub grand_total_minor: i64,
    /// What the payment took.
    pub charged_minor: i64,
    /// What was given back.
    pub refunded_minor: i64,
    /// The steps of the total, in order and signed.
    #[sea_orm(column_type = "JsonBinary")]
    pub totals: Json,
    /// Quote, buyer and addresses as bound.
    #[sea_orm(column_type = "JsonBinary")]
    pub snapshot: Json,
    /// The buyer's message.
    #[sea_orm(column_type = "Text", nullable)]
    pub customer_message: Option<String>,
    /// SHA-256 of the e-mail in lower case, hex; null where none was given.
    pub customer_key: Option<String>,
    /// What the client stored.
    #[sea_orm(column_type = "JsonBinary")]
    pub attributes: Json,
    /// Epoch milliseconds.
    pub placed_at: i64,
    /// Epoch milliseconds.
    pub canceled_at: Option<i64>,
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
}

impl ActiveModelBehavior for ActiveModel {}
