//! Orders, their lines, and the discounts they used.

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
        order(manager).await?;
        order_line(manager).await?;
        discount_use(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("discount_use").to_owned()).await?;
        manager.drop_table(Table::drop().table("order_line").to_owned()).await?;
        manager.drop_table(Table::drop().table("order").to_owned()).await?;
        Ok(())
    }
}

async fn order(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("order", &["organization_id", "id"]);
    table
        .col(string("number"))
        .col(uuid("session_id"))
        .col(uuid("binding_id"))
        .col(uuid_null("attempt_id"))
        .col(string_null("intent_id"))
        .col(string("currency"))
        .col(string("status"))
        .col(string("payment_status"))
        .col(string("fulfillment_status"))
        .col(big_integer("grand_total_minor"))
        .col(big_integer("charged_minor"))
        .col(big_integer("refunded_minor"))
        .col(json_binary("totals"))
        .col(json_binary("snapshot"))
        .col(text_null("customer_message"))
        .col(json_binary("attributes"))
        .col(big_integer("placed_at"))
        .col(big_integer_null("canceled_at"))
        .col(big_integer("updated_at"))
        .col(big_integer("version"));
    points_at(&mut table, "order", "session_id", "checkout_session");
    manager.create_table(table).await?;
    manager.create_index(unique("order", &["organization_id", "number"])).await?;
    manager.create_index(unique("order", &["organization_id", "session_id"])).await?;
    manager.create_index(unique("order", &["organization_id", "intent_id"])).await?;
    Ok(())
}

async fn order_line(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("order_line", &["organization_id", "id"]);
    table
        .col(uuid("order_id"))
        .col(integer("position"))
        .col(uuid("variant_id"))
        .col(string("title"))
        .col(string_null("sku"))
        .col(json_binary_null("image"))
        .col(boolean("requires_shipping"))
        .col(big_integer("quantity"))
        .col(big_integer("unit_price_minor"))
        .col(big_integer("discount_minor"))
        .col(big_integer("tax_minor"))
        .col(big_integer("total_minor"))
        .col(json_binary("allocations"))
        .col(json_binary("taxes"))
        .col(big_integer("fulfilled_quantity"))
        .col(big_integer("refunded_quantity"))
        .col(json_binary("attributes"));
    points_at(&mut table, "order_line", "order_id", "order");
    manager.create_table(table).await?;
    manager.create_index(index("order_line", &["organization_id", "order_id"])).await?;
    Ok(())
}

async fn discount_use(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("discount_use", &["organization_id", "id"]);
    table
        .col(uuid("discount_id"))
        .col(uuid("order_id"))
        .col(string("customer_key"))
        .col(big_integer("used_at"));
    points_at(&mut table, "discount_use", "discount_id", "discount");
    points_at(&mut table, "discount_use", "order_id", "order");
    manager.create_table(table).await?;
    manager.create_index(index("discount_use", &["organization_id", "discount_id", "customer_key"])).await?;
    Ok(())
}
