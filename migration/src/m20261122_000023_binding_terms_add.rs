//! What a binding was priced from, so that it can be priced again.

use sea_orm_migration::{prelude::*, schema::json_binary_null};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let terms = Table::alter().table("binding").add_column(json_binary_null("terms")).to_owned();
        manager.alter_table(terms).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("binding").drop_column("terms").to_owned()).await
    }
}
