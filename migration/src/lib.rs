//! How the tables came to be: one file a change, in order.
//!
//! **Invariant:** within a release a change only adds, so that the previous binary runs against the new schema.
//! Names are written out: history must not change when an entity does.

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20261121_000001_organization_create;
mod m20261121_000002_catalog_create;
mod m20261121_000003_shipping_create;
mod m20261121_000004_tax_create;
mod m20261121_000005_discount_create;
mod m20261121_000006_checkout_session_create;
mod m20261121_000007_binding_create;
mod m20261121_000008_payment_create;
mod m20261121_000009_inbox_create;
mod m20261121_000010_order_create;
mod m20261121_000011_verdict_create;
mod m20261121_000012_outbox_create;
mod m20261121_000013_idempotency_create;
mod m20261122_000020_stock_declared_add;
mod m20261122_000021_pricing_add;
mod m20261122_000022_gift_certificate_create;
mod m20261122_000023_binding_terms_add;
mod m20261122_000024_price_lists_add;
mod m20261122_000025_order_refund_create;
mod m20261122_000026_credentials_add;
mod m20261122_000027_backlog_indexes_add;
mod m20261122_000028_trusted_document_create;
mod tenant;

/// All changes, in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_organization_create::Migration),
            Box::new(m20261121_000002_catalog_create::Migration),
            Box::new(m20261121_000003_shipping_create::Migration),
            Box::new(m20261121_000004_tax_create::Migration),
            Box::new(m20261121_000005_discount_create::Migration),
            Box::new(m20261121_000006_checkout_session_create::Migration),
            Box::new(m20261121_000007_binding_create::Migration),
            Box::new(m20261121_000008_payment_create::Migration),
            Box::new(m20261121_000009_inbox_create::Migration),
            Box::new(m20261121_000010_order_create::Migration),
            Box::new(m20261121_000011_verdict_create::Migration),
            Box::new(m20261121_000012_outbox_create::Migration),
            Box::new(m20261121_000013_idempotency_create::Migration),
            Box::new(m20261122_000020_stock_declared_add::Migration),
            Box::new(m20261122_000021_pricing_add::Migration),
            Box::new(m20261122_000022_gift_certificate_create::Migration),
            Box::new(m20261122_000023_binding_terms_add::Migration),
            Box::new(m20261122_000024_price_lists_add::Migration),
            Box::new(m20261122_000025_order_refund_create::Migration),
            Box::new(m20261122_000026_credentials_add::Migration),
            Box::new(m20261122_000027_backlog_indexes_add::Migration),
            Box::new(m20261122_000028_trusted_document_create::Migration),
        ]
    }
}
