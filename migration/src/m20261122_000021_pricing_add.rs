//! What discounts ask for beyond the first kinds, what a rate costs beside its price, and who placed an order.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, json_binary_null, string_null},
};

use crate::tenant::index;

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut handling = big_integer("handling_minor");
        handling.default(0);
        // SQLite takes one column at a time.
        manager
            .alter_table(Table::alter().table("discount").add_column(json_binary_null("rule")).to_owned())
            .await?;
        manager.alter_table(Table::alter().table("shipping_rate").add_column(handling).to_owned()).await?;
        let rate = Table::alter().table("shipping_rate").add_column(json_binary_null("pickup")).to_owned();
        manager.alter_table(rate).await?;
        let order = Table::alter().table("order").add_column(string_null("customer_key")).to_owned();
        manager.alter_table(order).await?;
        manager.create_index(index("order", &["organization_id", "customer_key"])).await?;
        let session = json_binary_null("certificates");
        manager.alter_table(Table::alter().table("checkout_session").add_column(session).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            ("checkout_session", "certificates"),
            ("order", "customer_key"),
            ("shipping_rate", "pickup"),
            ("shipping_rate", "handling_minor"),
            ("discount", "rule"),
        ];
        for (table, column) in columns {
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
