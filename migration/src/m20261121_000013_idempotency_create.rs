//! Client keys and what they did.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, string, uuid},
};

use crate::tenant::{index, owned, points_at};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        idempotency_record(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("idempotency_record").to_owned()).await?;
        Ok(())
    }
}

async fn idempotency_record(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("idempotency_record", &["organization_id", "operation", "scope", "key_hash"]);
    table
        .col(string("operation"))
        .col(string("scope"))
        .col(string("key_hash"))
        .col(string("fingerprint"))
        .col(uuid("session_id"))
        .col(big_integer("revision"))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"));
    points_at(&mut table, "idempotency_record", "session_id", "checkout_session");
    manager.create_table(table).await?;
    manager.create_index(index("idempotency_record", &["expires_at"])).await?;
    Ok(())
}
