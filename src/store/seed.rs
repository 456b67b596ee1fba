//! A whole shop, put into an empty place.
//!
//! **Invariant:** all of it or nothing, in one transaction; an organization that exists is left as it is.

use uuid::Uuid;

use super::{
    StoreError, WriteTx,
    declared::{self, Choice, Rows},
    tenant::PaymentAccount,
};
use crate::domain::{
    catalog::{Product, Variant},
    customer,
    discount::Discount,
    instant::Timestamp,
    price::PriceList,
    shipping::Zone,
    tax::TaxRate,
    tenant::Organization,
};

/// A whole shop.
#[derive(Debug, Clone)]
pub struct Shop {
    /// Who sells.
    pub organization: Organization,
    /// How it is paid.
    pub account: PaymentAccount,
    /// What it sells.
    pub products: Vec<(Product, Vec<Variant>)>,
    /// Where it ships to.
    pub zones: Vec<Zone>,
    /// What it taxes.
    pub tax_rates: Vec<TaxRate>,
    /// What it takes off.
    pub discounts: Vec<Discount>,
    /// What it asks of some customers, or for some time.
    pub price_lists: Vec<PriceList>,
    /// Whom it knows.
    pub customers: Vec<customer::Declared>,
}

/// Stores a shop that is not there yet. `new_id` names the rows that have no name of their own.
pub async fn insert(
    tx: &WriteTx,
    shop: &Shop,
    now: Timestamp,
    new_id: impl FnMut() -> Uuid,
) -> Result<(), StoreError> {
    let rows = Rows::of(shop, now, new_id);
    let there = declared::look_up(tx, &rows, Choice::default(), now).await?;
    if !there.is_empty() {
        return Err(StoreError::Taken);
    }
    match declared::plan(rows, &there, Choice::default()) {
        Ok(plan) => declared::write(tx, plan).await,
        // There is nothing yet that a declaration could contradict.
        Err(_) => Err(StoreError::Taken),
    }
}
