//! Checkout sessions. Lines are a document of the row: they are read and written with it, and never by themselves.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, boolean, json_binary, json_binary_null, string, string_null,
        text_null, uuid_null,
    },
};

use crate::tenant::{index, owned, unique};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        checkout_session(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("checkout_session").to_owned()).await
    }
}

async fn checkout_session(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("checkout_session", &["organization_id", "id"]);
    table
        .col(string("selector"))
        .col(string("token_hash"))
        .col(string("status"))
        .col(big_integer("revision"))
        .col(big_integer("version"))
        .col(string("currency"))
        .col(string("locale"))
        .col(json_binary("buyer"))
        .col(json_binary_null("billing"))
        .col(json_binary("consignments"))
        .col(json_binary("codes"))
        .col(text_null("customer_message"))
        .col(json_binary("attributes"))
        .col(json_binary("lines"))
        .col(json_binary("estimate"))
        .col(json_binary("notes"))
        .col(json_binary_null("bound"))
        .col(uuid_null("binding_id"))
        .col(uuid_null("attempt_id"))
        .col(uuid_null("order_id"))
        .col(boolean("secret_out"))
        .col(big_integer_null("payable_until"))
        .col(string_null("cancel_reason"))
        .col(big_integer("due_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("closed_at"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"));
    manager.create_table(table).await?;
    manager.create_index(unique("checkout_session", &["organization_id", "selector"])).await?;
    manager.create_index(index("checkout_session", &["due_at"])).await?;
    Ok(())
}
