//! Purchases on their way to an order.

use sea_orm::entity::prelude::*;

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum SessionStatus {
    /// Not bound; what it reads as is derived.
    Draft,
    /// The total is binding.
    Bound,
    /// The provider works on a payment.
    Processing,
    /// Became an order.
    Completed,
    /// Canceled.
    Canceled,
    /// Ran out.
    Expired,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "checkout_session")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The part of the token that finds the row.
    pub selector: String,
    /// SHA-256 of the secret part, hex. The token itself is nowhere.
    pub token_hash: String,
    /// Where it stands.
    pub status: SessionStatus,
    /// Grows with every stored change that its buyer made.
    pub revision: i64,
    /// Grows with every save.
    pub version: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// BCP 47 tag.
    pub locale: String,
    /// Name, e-mail, telephone, as far as given.
    #[sea_orm(column_type = "JsonBinary")]
    pub buyer: Json,
    /// Billing address, as far as given.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub billing: Option<Json>,
    /// Shipments: address and rate of each; one to begin with.
    #[sea_orm(column_type = "JsonBinary")]
    pub consignments: Json,
    /// Discount codes as typed.
    #[sea_orm(column_type = "JsonBinary")]
    pub codes: Json,
    /// Gift certificates as named: hashes and last signs; null for none.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub certificates: Option<Json>,
    /// The buyer's message.
    #[sea_orm(column_type = "Text", nullable)]
    pub customer_message: Option<String>,
    /// What the client stored.
    #[sea_orm(column_type = "JsonBinary")]
    pub attributes: Json,
    /// What is bought, in the order added, with what the shop said of each when it was last priced.
    #[sea_orm(column_type = "JsonBinary")]
    pub lines: Json,
    /// The last price, with offers and findings.
    #[sea_orm(column_type = "JsonBinary")]
    pub estimate: Json,
    /// What the next reader should be told, such as a released binding.
    #[sea_orm(column_type = "JsonBinary")]
    pub notes: Json,
    /// The binding in force: its id, total and time. The rest of it is in its own row.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub bound: Option<Json>,
    /// The id of the binding in force.
    pub binding_id: Option<Uuid>,
    /// Its latest payment attempt.
    pub attempt_id: Option<Uuid>,
    /// The order it became.
    pub order_id: Option<Uuid>,
    /// Whether a client secret is out that may still be paid.
    pub secret_out: bool,
    /// Until when what was handed out should be payable, epoch milliseconds.
    pub payable_until: Option<i64>,
    /// As the client said.
    pub cancel_reason: Option<String>,
    /// When a worker should look at it, epoch milliseconds.
    pub due_at: i64,
    /// When the token stops working.
    pub expires_at: i64,
    /// When it became final.
    pub closed_at: Option<i64>,
    /// Epoch milliseconds.
    pub created_at: i64,
    /// Epoch milliseconds.
    pub updated_at: i64,
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
    /// Its latest payment attempt.
    #[sea_orm(
        belongs_to = "super::payment_attempt::Entity",
        from = "(Column::OrganizationId, Column::AttemptId)",
        to = "(super::payment_attempt::Column::OrganizationId, super::payment_attempt::Column::Id)"
    )]
    PaymentAttempt,
    /// The order it became.
    #[sea_orm(
        belongs_to = "super::order::Entity",
        from = "(Column::OrganizationId, Column::OrderId)",
        to = "(super::order::Column::OrganizationId, super::order::Column::Id)"
    )]
    Order,
}

impl Related<super::payment_attempt::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::PaymentAttempt.def()
    }
}

impl Related<super::order::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Order.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
