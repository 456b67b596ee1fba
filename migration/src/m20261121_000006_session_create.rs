//! Checkout sessions and their lines.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, boolean, integer, json_binary, json_binary_null, string, string_null,
        text_null, uuid, uuid_null,
    },
};

use crate::tenant::{index, owned, points_at, unique};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        checkout_session(manager).await?;
        checkout_line(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("checkout_line").to_owned()).await?;
        manager.drop_table(Table::drop().table("checkout_session").to_owned()).await?;
        Ok(())
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
        .col(json_binary("estimate"))
        .col(json_binary("notes"))
        .col(uuid_null("binding_id"))
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

async fn checkout_line(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("checkout_line", &["organization_id", "id"]);
    table
        .col(uuid("session_id"))
        .col(integer("position"))
        .col(uuid("variant_id"))
        .col(uuid("product_id"))
        .col(string("title"))
        .col(string_null("sku"))
        .col(json_binary_null("image"))
        .col(big_integer("unit_price_minor"))
        .col(big_integer_null("compare_at_minor"))
        .col(boolean("requires_shipping"))
        .col(string_null("tax_class"))
        .col(big_integer("weight_grams"))
        .col(big_integer("quantity"))
        .col(json_binary("attributes"));
    points_at(&mut table, "checkout_line", "session_id", "checkout_session");
    manager.create_table(table).await?;
    manager.create_index(index("checkout_line", &["organization_id", "session_id"])).await?;
    Ok(())
}
