//! Payment attempts.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, json_binary_null, string, string_null, uuid, uuid_null},
};

use crate::tenant::{index, owned, points_at, unique};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        payment_attempt(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("payment_attempt").to_owned()).await?;
        Ok(())
    }
}

async fn payment_attempt(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("payment_attempt", &["organization_id", "id"]);
    table
        .col(uuid("session_id"))
        .col(uuid("binding_id"))
        .col(string("provider"))
        .col(string("status"))
        .col(string("currency"))
        .col(big_integer("amount_minor"))
        .col(string_null("intent_id"))
        .col(big_integer("operation_number"))
        .col(string("operation"))
        .col(uuid_null("operation_binding_id"))
        .col(big_integer_null("operation_amount_minor"))
        .col(big_integer("operation_at"))
        .col(json_binary_null("failure"))
        .col(big_integer("handed_out_number"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .col(big_integer("version"));
    points_at(&mut table, "payment_attempt", "session_id", "checkout_session");
    manager.create_table(table).await?;
    manager.create_index(index("payment_attempt", &["organization_id", "session_id"])).await?;
    manager.create_index(unique("payment_attempt", &["organization_id", "intent_id"])).await?;
    Ok(())
}
