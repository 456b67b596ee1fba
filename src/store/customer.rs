//! What a merchant declares of customers.
//!
//! **Invariant:** an e-mail address is never stored here: a customer is known by its digest.

use std::collections::HashMap;

use entity::customer;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, sea_query::Expr};
use sha2::{Digest, Sha256};

use super::{
    StoreError, Tx,
    documents::At,
    gathered::{self, gathered, text},
};
use crate::domain::customer::Customer;

/// How a customer is known: SHA-256 of the e-mail in lower case, hex.
#[must_use]
pub fn key(email: &str) -> String {
    hex::encode(Sha256::digest(email.to_lowercase().as_bytes()))
}

/// Customers by key, gathered.
pub(super) fn gathered_by(tx: &Tx, keys: &[String]) -> Expr {
    if keys.is_empty() {
        return text(Expr::value(None::<String>));
    }
    let exempt = Expr::case(customer::Column::TaxExempt.eq(true), 1_i64).finally(0_i64);
    let cells = [
        Expr::col(customer::Column::CustomerKey),
        text(Expr::col(customer::Column::CustomerGroups)),
        text(Expr::col(customer::Column::Tags)),
        exempt.into(),
    ];
    let query = customer::Entity::find()
        .filter(customer::Column::OrganizationId.eq(tx.org()))
        .filter(customer::Column::CustomerKey.is_in(keys.iter().map(String::as_str)))
        .select_only()
        .expr(gathered(tx, cells))
        .into_query();
    Expr::SubQuery(None, Box::new(query.into()))
}

/// Customers as they were gathered, by key.
pub(super) fn read(found: Option<&str>) -> Result<HashMap<String, Customer>, StoreError> {
    let rows: Option<Vec<(String, String, String, i64)>> = gathered::read(found);
    let at = At { table: "customer", column: "customer_key", id: &"" };
    let customer = |(key, groups, tags, exempt): (String, String, String, i64)| {
        let words = |text: &str| serde_json::from_str(text).map_err(|_| at.corrupt());
        Ok((key, Customer { groups: words(&groups)?, tags: words(&tags)?, tax_exempt: exempt == 1 }))
    };
    rows.ok_or_else(|| at.corrupt())?.into_iter().map(customer).collect()
}
