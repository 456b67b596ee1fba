//! Tax rates.

use sea_orm_migration::{
    prelude::*,
    schema::{boolean, integer, json_binary, string, string_null},
};

use crate::tenant::owned;

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tax_rate(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("tax_rate").to_owned()).await?;
        Ok(())
    }
}

async fn tax_rate(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("tax_rate", &["organization_id", "id"]);
    table
        .col(string("name"))
        .col(string("country"))
        .col(string_null("region"))
        .col(json_binary("postal_codes"))
        .col(string("tax_class"))
        .col(string("rate"))
        .col(boolean("on_shipping"))
        .col(boolean("compound"))
        .col(integer("priority"))
        .col(boolean("active"));
    manager.create_table(table).await?;
    Ok(())
}
