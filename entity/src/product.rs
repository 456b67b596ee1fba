//! What is sold. Archived, never deleted.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Part of the page address.
    pub slug: String,
    /// Name.
    pub title: String,
    /// Plain text or Markdown.
    #[sea_orm(column_type = "Text")]
    pub description: String,
    /// Maker.
    pub vendor: Option<String>,
    /// Free text.
    pub category: Option<String>,
    /// List of images.
    #[sea_orm(column_type = "JsonBinary")]
    pub images: Json,
    /// List of options, each with its values.
    #[sea_orm(column_type = "JsonBinary")]
    pub options: Json,
    /// Tags in the merchant's order; `product_tag` has them for search.
    #[sea_orm(column_type = "JsonBinary")]
    pub tags: Json,
    /// Lowest price of a variant in the default currency, kept for sorting.
    pub price_min_minor: i64,
    /// Highest price of a variant in the default currency.
    pub price_max_minor: i64,
    /// Lower-case words of title, description, vendor, tags and SKUs.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    /// Whether it is on sale at all.
    pub published: bool,
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
}

impl ActiveModelBehavior for ActiveModel {}
