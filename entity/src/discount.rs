//! Discounts, by code or automatic.

use sea_orm::entity::prelude::*;

/// What it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
pub enum DiscountKind {
    /// Takes a fraction off.
    Percentage,
    /// Takes an amount off.
    Fixed,
    /// Zeroes the charge for shipping.
    FreeShipping,
    /// Takes something off some units where enough others are bought.
    BuyGet,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "discount")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// As the merchant wrote it; null for an automatic one.
    pub code: Option<String>,
    /// The code in upper case, for look-up.
    pub code_key: Option<String>,
    /// Name to show.
    pub title: String,
    /// What it does.
    pub kind: DiscountKind,
    /// Fraction as decimal text, for a percentage.
    pub rate: Option<String>,
    /// Amount, for a fixed one.
    pub amount_minor: Option<i64>,
    /// Currency of its amounts.
    pub currency: Option<String>,
    /// Which lines it is for; empty means all.
    #[sea_orm(column_type = "JsonBinary")]
    pub scope: Json,
    /// What else it asks for; null for one that asks for nothing else.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub rule: Option<Json>,
    /// Lowest goods subtotal.
    pub subtotal_min_minor: Option<i64>,
    /// From when, epoch milliseconds.
    pub starts_at: Option<i64>,
    /// Until when, exclusive.
    pub ends_at: Option<i64>,
    /// Whether it is switched on.
    pub active: bool,
    /// How often in total.
    pub usage_limit: Option<i64>,
    /// How often by one customer.
    pub customer_limit: Option<i64>,
    /// Whether it may stand beside others.
    pub combinable: bool,
    /// The higher wins.
    pub priority: i32,
    /// How often orders used it; counted only where a limit is set.
    pub used: i64,
    /// Grows with every change of `used`.
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
}

impl ActiveModelBehavior for ActiveModel {}
