//! Money that merchants give back: each refund of an order, the parts of the order that it is for, and the gift
//! certificates that it goes back to.
//!
//! What goes back through the provider has a row of `refund` under the same id.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, boolean, integer_null, string, string_null, text_null, uuid, uuid_null},
};

use crate::tenant::{index, owned, points_at, unique};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        order_refund(manager).await?;
        order_refund_part(manager).await?;
        order_refund_certificate(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["order_refund_certificate", "order_refund_part", "order_refund"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn order_refund(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("order_refund", &["organization_id", "id"]);
    table
        .col(uuid("order_id"))
        .col(big_integer("amount_minor"))
        .col(big_integer("card_minor"))
        .col(string("currency"))
        .col(string("status"))
        .col(text_null("reason"))
        .col(text_null("failure"))
        .col(boolean("restock"))
        .col(string_null("key_hash"))
        .col(string("fingerprint"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .col(big_integer("version"))
        // Whoever forgets a guard is stopped here.
        .check(Expr::col("amount_minor").gt(0))
        .check(Expr::col("card_minor").gte(0));
    points_at(&mut table, "order_refund", "order_id", "order");
    manager.create_table(table).await?;
    manager.create_index(index("order_refund", &["organization_id", "order_id"])).await?;
    // Refunds without a key do not meet: nulls are told apart by both databases.
    manager.create_index(unique("order_refund", &["organization_id", "key_hash"])).await
}

async fn order_refund_part(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("order_refund_part", &["organization_id", "id"]);
    table
        .col(uuid("order_refund_id"))
        .col(uuid_null("order_line_id"))
        .col(integer_null("shipping_place"))
        .col(big_integer("units"))
        .col(big_integer("amount_minor"))
        .check(Expr::col("amount_minor").gte(0));
    points_at(&mut table, "order_refund_part", "order_refund_id", "order_refund");
    points_at(&mut table, "order_refund_part", "order_line_id", "order_line");
    manager.create_table(table).await?;
    manager.create_index(index("order_refund_part", &["organization_id", "order_refund_id"])).await
}

async fn order_refund_certificate(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("order_refund_certificate", &["organization_id", "id"]);
    table
        .col(uuid("order_refund_id"))
        .col(uuid("gift_certificate_id"))
        .col(big_integer("amount_minor"))
        .check(Expr::col("amount_minor").gt(0));
    points_at(&mut table, "order_refund_certificate", "order_refund_id", "order_refund");
    points_at(&mut table, "order_refund_certificate", "gift_certificate_id", "gift_certificate");
    manager.create_table(table).await?;
    let once = ["organization_id", "order_refund_id", "gift_certificate_id"];
    manager.create_index(unique("order_refund_certificate", &once)).await
}
