//! Products, variants, prices and stock.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, boolean, integer, json_binary, json_binary_null, string, string_null,
        text, uuid,
    },
};

use crate::tenant::{index, owned, points_at, unique};

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        product(manager).await?;
        product_tag(manager).await?;
        variant(manager).await?;
        price(manager).await?;
        stock(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("stock").to_owned()).await?;
        manager.drop_table(Table::drop().table("price").to_owned()).await?;
        manager.drop_table(Table::drop().table("variant").to_owned()).await?;
        manager.drop_table(Table::drop().table("product_tag").to_owned()).await?;
        manager.drop_table(Table::drop().table("product").to_owned()).await?;
        Ok(())
    }
}

async fn product(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("product", &["organization_id", "id"]);
    table
        .col(string("slug"))
        .col(string("title"))
        .col(text("description"))
        .col(string_null("vendor"))
        .col(string_null("category"))
        .col(json_binary("images"))
        .col(json_binary("options"))
        .col(json_binary("tags"))
        .col(big_integer("price_min_minor"))
        .col(big_integer("price_max_minor"))
        .col(text("search_text"))
        .col(boolean("published"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"));
    manager.create_table(table).await?;
    manager.create_index(unique("product", &["organization_id", "slug"])).await?;
    Ok(())
}

async fn product_tag(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("product_tag", &["organization_id", "product_id", "tag"]);
    table.col(uuid("product_id")).col(string("tag"));
    points_at(&mut table, "product_tag", "product_id", "product");
    manager.create_table(table).await?;
    Ok(())
}

async fn variant(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("variant", &["organization_id", "id"]);
    table
        .col(uuid("product_id"))
        .col(string_null("sku"))
        .col(string("title"))
        .col(json_binary("selected_options"))
        .col(json_binary_null("image"))
        .col(boolean("requires_shipping"))
        .col(boolean("taxable"))
        .col(string("tax_class"))
        .col(big_integer("weight_grams"))
        .col(integer("position"))
        .col(boolean("archived"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"));
    points_at(&mut table, "variant", "product_id", "product");
    manager.create_table(table).await?;
    manager.create_index(index("variant", &["organization_id", "product_id"])).await?;
    manager.create_index(unique("variant", &["organization_id", "sku"])).await?;
    Ok(())
}

async fn price(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("price", &["organization_id", "id"]);
    table
        .col(uuid("variant_id"))
        .col(string("currency"))
        .col(string("price_list"))
        .col(big_integer("quantity_min"))
        .col(big_integer("amount_minor"))
        .col(big_integer_null("compare_at_minor"))
        .col(big_integer_null("sale_minor"))
        .col(big_integer_null("sale_starts_at"))
        .col(big_integer_null("sale_ends_at"));
    points_at(&mut table, "price", "variant_id", "variant");
    manager.create_table(table).await?;
    manager
        .create_index(unique(
            "price",
            &["organization_id", "variant_id", "currency", "price_list", "quantity_min"],
        ))
        .await?;
    Ok(())
}

async fn stock(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = owned("stock", &["organization_id", "variant_id"]);
    table
        .col(uuid("variant_id"))
        .col(big_integer("on_hand"))
        .col(big_integer("version"))
        .col(big_integer("updated_at"));
    points_at(&mut table, "stock", "variant_id", "variant");
    manager.create_table(table).await?;
    Ok(())
}
