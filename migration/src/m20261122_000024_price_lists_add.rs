//! Lists of prices for some customers or some time, and what a merchant declares of customers.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer_null, boolean, json_binary, string},
};

use crate::tenant::{owned, unique};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A price says which list it is in by the list's name.
        let mut list = owned("price_list", &["organization_id", "id"]);
        list.col(string("name"))
            .col(json_binary("customer_groups"))
            .col(big_integer_null("starts_at"))
            .col(big_integer_null("ends_at"))
            .col(boolean("active"));
        manager.create_table(list).await?;
        manager.create_index(unique("price_list", &["organization_id", "name"])).await?;
        let mut customer = owned("customer", &["organization_id", "id"]);
        customer
            .col(string("customer_key"))
            .col(json_binary("customer_groups"))
            .col(json_binary("tags"))
            .col(boolean("tax_exempt"));
        manager.create_table(customer).await?;
        manager.create_index(unique("customer", &["organization_id", "customer_key"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("customer").to_owned()).await?;
        manager.drop_table(Table::drop().table("price_list").to_owned()).await
    }
}
