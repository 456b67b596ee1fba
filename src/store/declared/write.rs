//! Writing a plan.
//!
//! **Invariant:** batches, so that a large shop takes a few statements; a row that is there is changed in the columns
//! that a file decides and in no other.

use entity::{
    customer, discount, organization, payment_account, price, price_list, product, product_tag,
    shipping_rate, shipping_zone, stock, tax_rate, variant,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, IdenStatic, IntoActiveModel, Iterable,
    QueryFilter,
    sea_query::{Expr, OnConflict},
};

use super::Plan;
use crate::store::{StoreError, WriteTx, stored::Stored};

/// The most values in one statement: SQLite takes 32,766, PostgreSQL 65,535.
const BINDS_MAX: usize = 30_000;

/// What stays as it is of a payment account: its secrets are none of a file's business.
const CREDENTIALS: &[&str] = &[
    "created_at",
    "sealed_secret_key",
    "stored_publishable_key",
    "sealed_webhook_secret_1",
    "sealed_webhook_secret_2",
];

/// Does what a plan says.
pub async fn write(tx: &WriteTx, plan: Plan) -> Result<(), StoreError> {
    let owned: &[&str] = &["organization_id", "id"];
    put::<organization::Entity>(
        tx,
        plan.organization.put,
        &["id"],
        &["terms_version", "documents_version", "suspended", "created_at"],
    )
    .await?;
    put::<payment_account::Entity>(tx, plan.account.put, owned, CREDENTIALS).await?;
    let tags: Vec<(uuid::Uuid, Vec<String>)> =
        plan.products.put.iter().map(|row| (row.id, Vec::from_json(&row.tags).unwrap_or_default())).collect();
    put::<product::Entity>(tx, plan.products.put, owned, &["created_at"]).await?;
    write_tags(tx, tags).await?;
    put::<variant::Entity>(tx, plan.variants.put, owned, &["created_at"]).await?;
    let gone: Vec<price::Model> = [plan.prices.deleted, plan.listed.deleted].concat();
    for rows in gone.chunks(BINDS_MAX / 2) {
        price::Entity::delete_many()
            .filter(price::Column::OrganizationId.eq(tx.org()))
            .filter(price::Column::Id.is_in(rows.iter().map(|row| row.id)))
            .exec(tx.db())
            .await?;
    }
    put::<price::Entity>(tx, plan.prices.put, owned, &[]).await?;
    put::<price::Entity>(tx, plan.listed.put, owned, &[]).await?;
    for rows in plan.stock.deleted.chunks(BINDS_MAX / 2) {
        stock::Entity::delete_many()
            .filter(stock::Column::OrganizationId.eq(tx.org()))
            .filter(stock::Column::VariantId.is_in(rows.iter().map(|row| row.variant_id)))
            .exec(tx.db())
            .await?;
    }
    put::<stock::Entity>(tx, plan.stock.put, &["organization_id", "variant_id"], &[]).await?;
    let charges = plan.zones.put.len()
        + plan.rates.put.len()
        + plan.taxes.put.len()
        + plan.counted_discounts.put.len()
        + plan.discounts.put.len()
        + plan.price_lists.put.len()
        + plan.customers.put.len();
    put::<shipping_zone::Entity>(tx, plan.zones.put, owned, &[]).await?;
    put::<shipping_rate::Entity>(tx, plan.rates.put, owned, &[]).await?;
    put::<tax_rate::Entity>(tx, plan.taxes.put, owned, &[]).await?;
    put::<discount::Entity>(tx, plan.counted_discounts.put, owned, &[]).await?;
    put::<discount::Entity>(tx, plan.discounts.put, owned, &["used", "version"]).await?;
    put::<price_list::Entity>(tx, plan.price_lists.put, owned, &[]).await?;
    for rows in plan.customers.deleted.chunks(BINDS_MAX / 2) {
        customer::Entity::delete_many()
            .filter(customer::Column::OrganizationId.eq(tx.org()))
            .filter(customer::Column::Id.is_in(rows.iter().map(|row| row.id)))
            .exec(tx.db())
            .await?;
    }
    put::<customer::Entity>(tx, plan.customers.put, owned, &[]).await?;
    if charges > 0 {
        terms_have_changed(tx).await?;
    }
    Ok(())
}

/// What servers remember of zones, taxes and automatic discounts is remembered under this version.
async fn terms_have_changed(tx: &WriteTx) -> Result<(), StoreError> {
    let next = Expr::col(organization::Column::TermsVersion).add(1);
    organization::Entity::update_many()
        .col_expr(organization::Column::TermsVersion, next)
        .filter(organization::Column::Id.eq(tx.org()))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Inserts rows, or changes those that are there; `kept` columns of these stay as they are.
async fn put<E>(tx: &WriteTx, rows: Vec<E::Model>, key: &[&str], kept: &[&str]) -> Result<(), StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let named = |names: &[&str], column: &E::Column| names.contains(&column.as_str());
    let columns: Vec<E::Column> = E::Column::iter().collect();
    let batch = BINDS_MAX / columns.len().max(1);
    let mut rows = rows.into_iter().map(|row| row.into_active_model().reset_all()).peekable();
    while rows.peek().is_some() {
        let on_conflict = OnConflict::columns(columns.iter().filter(|column| named(key, column)).copied())
            .update_columns(
                columns.iter().filter(|column| !named(key, column) && !named(kept, column)).copied(),
            )
            .to_owned();
        E::insert_many(rows.by_ref().take(batch))
            .on_conflict(on_conflict)
            .exec_without_returning(tx.db())
            .await?;
    }
    Ok(())
}

/// Tags once more, one row each, for search.
async fn write_tags(tx: &WriteTx, tags: Vec<(uuid::Uuid, Vec<String>)>) -> Result<(), StoreError> {
    for of in tags.chunks(BINDS_MAX / 2) {
        product_tag::Entity::delete_many()
            .filter(product_tag::Column::OrganizationId.eq(tx.org()))
            .filter(product_tag::Column::ProductId.is_in(of.iter().map(|(product, _)| *product)))
            .exec(tx.db())
            .await?;
    }
    let rows = tags.into_iter().flat_map(|(product_id, tags)| {
        tags.into_iter().map(move |tag| product_tag::Model { organization_id: tx.org(), product_id, tag })
    });
    let rows: Vec<product_tag::Model> = rows.collect();
    for rows in rows.chunks(BINDS_MAX / 3) {
        let rows = rows.iter().cloned().map(|row| row.into_active_model().reset_all());
        product_tag::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}
