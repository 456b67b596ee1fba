//! Bound totals and what they hold.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, boolean, json_binary, string, uuid},
};

use crate::tenant::{index, owned, points_at, unique};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        binding(manager).await?;
        hold(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("hold").to_owned()).await?;
        manager.drop_table(Table::drop().table("binding").to_owned()).await?;
        Ok(())
    }
}

async fn binding(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("binding", &["organization_id", "id"]);
    table
        .col(uuid("session_id"))
        .col(string("status"))
        .col(big_integer("revision"))
        .col(string("currency"))
        .col(big_integer("grand_total_minor"))
        .col(big_integer("total_minor"))
        .col(string("tax_source"))
        .col(string("content_hash"))
        .col(json_binary("snapshot"))
        .col(big_integer("bound_at"))
        .col(big_integer("valid_until"))
        .col(big_integer("version"));
    points_at(&mut table, "binding", "session_id", "checkout_session");
    manager.create_table(table).await?;
    manager.create_index(index("binding", &["organization_id", "session_id"])).await?;
    Ok(())
}

async fn hold(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("hold", &["organization_id", "id"]);
    table
        .col(uuid("session_id"))
        .col(string("kind"))
        .col(uuid("resource_id"))
        .col(string("customer_key"))
        .col(big_integer("quantity"))
        .col(big_integer("expires_at"))
        .col(boolean("payable"));
    points_at(&mut table, "hold", "session_id", "checkout_session");
    manager.create_table(table).await?;
    manager.create_index(unique("hold", &["organization_id", "session_id", "kind", "resource_id"])).await?;
    manager.create_index(index("hold", &["organization_id", "kind", "resource_id"])).await?;
    Ok(())
}
