//! Merchants and their accounts with payment providers.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, boolean, json_binary, string, uuid},
};

use crate::tenant::{owned, unique};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        organization(manager).await?;
        payment_account(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("payment_account").to_owned()).await?;
        manager.drop_table(Table::drop().table("organization").to_owned()).await?;
        Ok(())
    }
}

async fn organization(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create().table("organization").col(uuid("id").primary_key()).to_owned();
    table
        .col(string("slug"))
        .col(string("name"))
        .col(json_binary("settings"))
        .col(big_integer("terms_version"))
        .col(boolean("suspended"))
        .col(big_integer("created_at"));
    manager.create_table(table).await?;
    manager.create_index(unique("organization", &["slug"])).await?;
    Ok(())
}

async fn payment_account(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("payment_account", &["organization_id", "id"]);
    table
        .col(string("provider"))
        .col(boolean("live"))
        .col(string("publishable_key"))
        .col(string("secret_key_ref"))
        .col(string("webhook_secret_ref"))
        .col(big_integer("created_at"));
    manager.create_table(table).await?;
    manager.create_index(unique("payment_account", &["organization_id", "provider"])).await?;
    Ok(())
}
