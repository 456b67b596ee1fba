//! Gift certificates and what orders drew from them.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, boolean, string, uuid},
};

use crate::tenant::{index, owned, points_at, unique};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = owned("gift_certificate", &["organization_id", "id"]);
        table
            .col(string("code_key"))
            .col(string("masked_code"))
            .col(string("currency"))
            .col(big_integer("initial_minor"))
            .col(big_integer("balance_minor"))
            .col(boolean("active"))
            .col(big_integer_null("expires_at"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at"))
            .col(big_integer("version"))
            // Whoever forgets a guard is stopped here.
            .check(Expr::col("balance_minor").gte(0));
        manager.create_table(table).await?;
        manager.create_index(unique("gift_certificate", &["organization_id", "code_key"])).await?;
        let mut table = owned("gift_certificate_use", &["organization_id", "id"]);
        table
            .col(uuid("gift_certificate_id"))
            .col(uuid("order_id"))
            .col(big_integer("amount_minor"))
            .col(big_integer("used_at"));
        points_at(&mut table, "gift_certificate_use", "gift_certificate_id", "gift_certificate");
        points_at(&mut table, "gift_certificate_use", "order_id", "order");
        manager.create_table(table).await?;
        let one_an_order = ["organization_id", "gift_certificate_id", "order_id"];
        manager.create_index(unique("gift_certificate_use", &one_an_order)).await?;
        manager.create_index(index("gift_certificate_use", &["organization_id", "order_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["gift_certificate_use", "gift_certificate"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
