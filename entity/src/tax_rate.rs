//! Taxes of a place on a class of goods.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tax_rate")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name to show.
    pub name: String,
    /// ISO 3166-1 code.
    pub country: String,
    /// Region code without the country.
    pub region: Option<String>,
    /// List of postal patterns, for later use; empty means all.
    #[sea_orm(column_type = "JsonBinary")]
    pub postal_codes: Json,
    /// Class of goods.
    pub tax_class: String,
    /// Fraction as decimal text: 0.0825.
    pub rate: String,
    /// Whether it is taken of shipping, too.
    pub on_shipping: bool,
    /// Whether it is taken on top of the others, for later use.
    pub compound: bool,
    /// Place among the rates of its place.
    pub priority: i32,
    /// Whether it is taken.
    pub active: bool,
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
