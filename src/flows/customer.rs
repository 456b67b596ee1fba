//! Who buys, as far as the merchant declared it.
//!
//! **Invariant:** nobody has proved an address by typing it. So a typed e-mail leads to what was declared of its customer
//! only where the merchant decided that it may; else everybody is a stranger, and nothing is asked of the database.

use super::estimate::customer_key;
use crate::{
    domain::{checkout::Session, customer::Customer, draft::Details, tenant::Settings},
    store::{StoreError, Tx, customer},
};

/// Who buys now, and who bought when the session was last priced, in at most one statement.
pub(super) async fn customers(
    tx: &Tx,
    settings: &Settings,
    (details, before): (&Details, Option<&Session>),
) -> Result<(Customer, Customer), StoreError> {
    if !settings.trust_email {
        return Ok(Default::default());
    }
    let now = customer_key(details);
    let before = before.map(|session| customer_key(&session.details)).unwrap_or_default();
    let keys: Vec<&str> = [now.as_str(), &before].into_iter().filter(|key| !key.is_empty()).collect();
    if keys.is_empty() {
        return Ok(Default::default());
    }
    let known = customer::by_keys(tx, &keys).await?;
    let of = |key: &str| known.get(key).cloned().unwrap_or_default();
    Ok((of(&now), of(&before)))
}
