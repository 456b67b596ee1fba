//! One thing that can be put in a line. Archived, never deleted.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "variant")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// Stock keeping unit.
    pub sku: Option<String>,
    /// For example Black / M.
    pub title: String,
    /// List of names and values.
    #[sea_orm(column_type = "JsonBinary")]
    pub selected_options: Json,
    /// Its own image.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub image: Option<Json>,
    /// Whether it must be sent.
    pub requires_shipping: bool,
    /// Whether it is taxed.
    pub taxable: bool,
    /// Which tax rates apply.
    pub tax_class: String,
    /// Weight of one unit.
    pub weight_grams: i64,
    /// Place among the variants of its product.
    pub position: i32,
    /// Whether it is no longer sold.
    pub archived: bool,
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
    /// Its product.
    #[sea_orm(
        belongs_to = "super::product::Entity",
        from = "(Column::OrganizationId, Column::ProductId)",
        to = "(super::product::Column::OrganizationId, super::product::Column::Id)"
    )]
    Product,
    /// Its prices.
    #[sea_orm(
        belongs_to = "super::price::Entity",
        from = "(Column::OrganizationId, Column::Id)",
        to = "(super::price::Column::OrganizationId, super::price::Column::VariantId)"
    )]
    Price,
    /// Its stock, where it is counted.
    #[sea_orm(
        belongs_to = "super::stock::Entity",
        from = "(Column::OrganizationId, Column::Id)",
        to = "(super::stock::Column::OrganizationId, super::stock::Column::VariantId)"
    )]
    Stock,
}

impl Related<super::price::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Price.def()
    }
}

impl Related<super::stock::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Stock.def()
    }
}

impl Related<super::product::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Product.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
