//! Secrets of a payment account, sealed, beside the names of variables.

use sea_orm_migration::{prelude::*, schema::text_null};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: [&str; 4] =
    ["sealed_secret_key", "stored_publishable_key", "sealed_webhook_secret_1", "sealed_webhook_secret_2"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One at a time, as SQLite takes them.
        for column in COLUMNS {
            let added = Table::alter().table("payment_account").add_column(text_null(column)).to_owned();
            manager.alter_table(added).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            let gone = Table::alter().table("payment_account").drop_column(column).to_owned();
            manager.alter_table(gone).await?;
        }
        Ok(())
    }
}
