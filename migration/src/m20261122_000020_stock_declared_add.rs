//! The figure that a shop file stated last, beside what is on hand now.

use sea_orm_migration::{prelude::*, schema::big_integer_null};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let declared = big_integer_null("declared");
        manager.alter_table(Table::alter().table("stock").add_column(declared).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("stock").drop_column("declared").to_owned()).await
    }
}
