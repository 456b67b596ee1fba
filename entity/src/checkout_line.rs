//! Lines of sessions.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "checkout_line")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its session.
    pub session_id: Uuid,
    /// Place in the session.
    pub position: i32,
    /// The variant; no foreign key, as a line outlives what it names.
    pub variant_id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// Name as sold.
    pub title: String,
    /// SKU as sold.
    pub sku: Option<String>,
    /// Image as sold.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub image: Option<Json>,
    /// Price of one unit when last priced.
    pub unit_price_minor: i64,
    /// Earlier or recommended price of one unit.
    pub compare_at_minor: Option<i64>,
    /// Whether it must be sent.
    pub requires_shipping: bool,
    /// Class of its taxes; null where it is not taxed.
    pub tax_class: Option<String>,
    /// Weight of one unit.
    pub weight_grams: i64,
    /// Units.
    pub quantity: i64,
    /// What the client stored.
    #[sea_orm(column_type = "JsonBinary")]
    pub attributes: Json,
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
