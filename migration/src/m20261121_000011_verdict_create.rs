//! What was decided about payments, and refunds.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, string, string_null, uuid, uuid_null},
};

use crate::tenant::{index, owned, points_at, unique};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        verdict(manager).await?;
        refund(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("refund").to_owned()).await?;
        manager.drop_table(Table::drop().table("verdict").to_owned()).await?;
        Ok(())
    }
}

async fn verdict(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("verdict", &["organization_id", "id"]);
    table
        .col(uuid("session_id"))
        .col(uuid("attempt_id"))
        .col(string("intent_id"))
        .col(string("outcome"))
        .col(string("reason"))
        .col(big_integer("amount_minor"))
        .col(string("currency"))
        .col(uuid_null("order_id"))
        .col(big_integer("created_at"));
    points_at(&mut table, "verdict", "session_id", "checkout_session");
    points_at(&mut table, "verdict", "attempt_id", "payment_attempt");
    manager.create_table(table).await?;
    manager.create_index(index("verdict", &["organization_id", "session_id"])).await?;
    manager.create_index(unique("verdict", &["organization_id", "intent_id"])).await?;
    Ok(())
}

async fn refund(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("refund", &["organization_id", "id"]);
    table
        .col(uuid("attempt_id"))
        .col(uuid_null("verdict_id"))
        .col(uuid_null("order_id"))
        .col(string("intent_id"))
        .col(big_integer("amount_minor"))
        .col(string("currency"))
        .col(string("reason"))
        .col(string("status"))
        .col(string_null("provider_id"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .col(big_integer("version"));
    points_at(&mut table, "refund", "attempt_id", "payment_attempt");
    manager.create_table(table).await?;
    manager.create_index(unique("refund", &["organization_id", "verdict_id"])).await?;
    manager.create_index(index("refund", &["organization_id", "order_id"])).await?;
    Ok(())
}
