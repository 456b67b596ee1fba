//! Lists of prices for some customers or some time.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_list")]
pub struct Model {
    /// Whose row it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its name, by which prices say that they are in it.
    pub name: String,
    /// Groups of customers that get it; everybody does where there is none.
    pub customer_groups: Json,
    /// From when, epoch milliseconds.
    pub starts_at: Option<i64>,
    /// Until when, exclusive.
    pub ends_at: Option<i64>,
    /// Whether it is switched on.
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
