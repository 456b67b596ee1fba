//! Documents that a merchant trusts, and the version that grows with every change of them.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, string_len, text, text_null},
};

use crate::tenant::owned;

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Not an `id`, which is drawn elsewhere: the digest of the text.
        let mut table = owned("trusted_document", &["organization_id", "hash"]);
        table
            .col(string_len("hash", 64))
            .col(text_null("name"))
            .col(text("body"))
            .col(big_integer("created_at"));
        manager.create_table(table).await?;
        let mut version = big_integer("documents_version");
        let added = Table::alter().table("organization").add_column(version.default(0)).to_owned();
        manager.alter_table(added).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let gone = Table::alter().table("organization").drop_column("documents_version").to_owned();
        manager.alter_table(gone).await?;
        manager.drop_table(Table::drop().table("trusted_document").to_owned()).await
    }
}
