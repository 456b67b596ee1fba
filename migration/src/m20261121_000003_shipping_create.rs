//! Zones and rates.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer_null, boolean, integer, integer_null, json_binary, string, string_null, uuid},
};

use crate::tenant::{index, owned, points_at};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        shipping_zone(manager).await?;
        shipping_rate(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("shipping_rate").to_owned()).await?;
        manager.drop_table(Table::drop().table("shipping_zone").to_owned()).await?;
        Ok(())
    }
}

async fn shipping_zone(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("shipping_zone", &["organization_id", "id"]);
    table
        .col(string("name"))
        .col(json_binary("countries"))
        .col(json_binary("regions"))
        .col(json_binary("postal_codes"))
        .col(boolean("rest_of_world"))
        .col(integer("sort_order"))
        .col(boolean("active"));
    manager.create_table(table).await?;
    Ok(())
}

async fn shipping_rate(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("shipping_rate", &["organization_id", "id"]);
    table
        .col(uuid("zone_id"))
        .col(string("name"))
        .col(string_null("description"))
        .col(string("currency"))
        .col(json_binary("charge"))
        .col(big_integer_null("free_from_minor"))
        .col(big_integer_null("subtotal_min_minor"))
        .col(big_integer_null("subtotal_max_minor"))
        .col(integer_null("delivery_days_min"))
        .col(integer_null("delivery_days_max"))
        .col(integer("sort_order"))
        .col(boolean("active"));
    points_at(&mut table, "shipping_rate", "zone_id", "shipping_zone");
    manager.create_table(table).await?;
    manager.create_index(index("shipping_rate", &["organization_id", "zone_id"])).await?;
    Ok(())
}
