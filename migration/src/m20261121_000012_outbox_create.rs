//! Effects to deliver after a commit.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, json_binary, string, uuid},
};

use crate::tenant::{index, owned, unique};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        outbox_entry(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("outbox_entry").to_owned()).await?;
        Ok(())
    }
}

async fn outbox_entry(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("outbox_entry", &["organization_id", "id"]);
    table
        .col(string("topic"))
        .col(uuid("subject_id"))
        .col(json_binary("payload"))
        .col(big_integer("tries"))
        .col(big_integer("due_at"))
        .col(big_integer_null("delivered_at"))
        .col(big_integer("created_at"));
    manager.create_table(table).await?;
    manager.create_index(unique("outbox_entry", &["organization_id", "topic", "subject_id"])).await?;
    manager.create_index(index("outbox_entry", &["due_at"])).await?;
    Ok(())
}
