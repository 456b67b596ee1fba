//! What a merchant declares of customers.
//!
//! **Invariant:** an e-mail address is never stored here: a customer is known by its digest.

use std::collections::HashMap;

use entity::customer;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};

use super::{StoreError, Tx, documents::At};
use crate::domain::customer::Customer;

/// How a customer is known: SHA-256 of the e-mail in lower case, hex.
#[must_use]
pub fn key(email: &str) -> String {
    hex::encode(Sha256::digest(email.to_lowercase().as_bytes()))
}

/// Customers by key, in one statement; who is not declared is left out.
pub async fn by_keys(tx: &Tx, keys: &[&str]) -> Result<HashMap<String, Customer>, StoreError> {
    let rows = customer::Entity::find()
        .filter(customer::Column::OrganizationId.eq(tx.org()))
        .filter(customer::Column::CustomerKey.is_in(keys.iter().copied()))
        .all(tx.db())
        .await?;
    let read = |row: customer::Model| {
        let at = |column| At { table: "customer", column, id: &row.id };
        let customer = Customer {
            groups: at("customer_groups").read(&row.customer_groups)?,
            tags: at("tags").read(&row.tags)?,
            tax_exempt: row.tax_exempt,
        };
        Ok((row.customer_key, customer))
    };
    rows.into_iter().map(read).collect()
}
