//! Provider events as they came.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, string, string_null, text},
};

use crate::tenant::{index, owned, unique};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        inbox_event(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("inbox_event").to_owned()).await?;
        Ok(())
    }
}

async fn inbox_event(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("inbox_event", &["organization_id", "id"]);
    table
        .col(string("event_id"))
        .col(string("event_type"))
        .col(string_null("intent_id"))
        .col(string("status"))
        .col(text("payload"))
        .col(string_null("note"))
        .col(big_integer("tries"))
        .col(big_integer("due_at"))
        .col(big_integer("received_at"))
        .col(big_integer_null("handled_at"));
    manager.create_table(table).await?;
    manager.create_index(unique("inbox_event", &["organization_id", "event_id"])).await?;
    manager.create_index(index("inbox_event", &["due_at"])).await?;
    Ok(())
}
