//! Rows as stored: one file a table, column types only.
//!
//! **Invariant:** every table that a tenant owns has `organization_id` first in its primary key and in every foreign
//! key, so that no row can point at another tenant's. Amounts are 64-bit minor units, rates are decimal text, instants
//! are epoch milliseconds, documents are JSON: the same on SQLite and PostgreSQL.

pub mod binding;
pub mod checkout_session;
pub mod customer;
pub mod discount;
pub mod discount_use;
pub mod gift_certificate;
pub mod gift_certificate_use;
pub mod hold;
pub mod idempotency_record;
pub mod inbox_event;
pub mod order;
pub mod order_line;
pub mod order_refund;
pub mod order_refund_certificate;
pub mod order_refund_part;
pub mod organization;
pub mod outbox_entry;
pub mod payment_account;
pub mod payment_attempt;
pub mod price;
pub mod price_list;
pub mod product;
pub mod product_tag;
pub mod refund;
pub mod shipping_rate;
pub mod shipping_zone;
pub mod stock;
pub mod tax_rate;
pub mod trusted_document;
pub mod variant;
pub mod verdict;
