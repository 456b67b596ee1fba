//! Discounts, by code.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, boolean, integer, json_binary, string, string_null},
};

use crate::tenant::{owned, unique};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        discount(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("discount").to_owned()).await?;
        Ok(())
    }
}

async fn discount(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("discount", &["organization_id", "id"]);
    table
        .col(string_null("code"))
        .col(string_null("code_key"))
        .col(string("title"))
        .col(string("kind"))
        .col(string_null("rate"))
        .col(big_integer_null("amount_minor"))
        .col(string_null("currency"))
        .col(json_binary("scope"))
        .col(big_integer_null("subtotal_min_minor"))
        .col(big_integer_null("starts_at"))
        .col(big_integer_null("ends_at"))
        .col(boolean("active"))
        .col(big_integer_null("usage_limit"))
        .col(big_integer_null("customer_limit"))
        .col(boolean("combinable"))
        .col(integer("priority"))
        .col(big_integer("used"))
        .col(big_integer("version"));
    manager.create_table(table).await?;
    manager.create_index(unique("discount", &["organization_id", "code_key"])).await?;
    Ok(())
}
