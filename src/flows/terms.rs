//! Zones, taxes and automatic discounts of merchants, remembered.
//!
//! **Invariant:** remembered under a version that grows with every change of what is remembered, and read with the
//! organization at the start of each request; so a change counts from the next request on, in every process. A row that
//! somebody changed by hand, without the version, counts within a minute.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::App;
use crate::{
    domain::{
        discount::Discount,
        ids::{OrganizationId, SessionId},
        instant::{Span, Timestamp},
        shipping::Zone,
        tax::TaxRate,
        tenant::Organization,
    },
    store::{
        StoreError, Tx,
        discount::{self, Known},
        shipping, tax,
    },
};

/// How many merchants are remembered at once.
const MERCHANTS_MAX: usize = 1_000;
/// How long, at most.
const KEPT: Span = Span::from_ms(60_000);

/// What a merchant charges, whoever buys.
#[derive(Debug)]
pub(super) struct Charges {
    /// All active zones with their rates.
    pub(super) zones: Arc<[Zone]>,
    /// All active tax rates.
    pub(super) tax_rates: Arc<[TaxRate]>,
    /// All active automatic discounts.
    pub(super) automatic: Vec<Discount>,
}

/// What is remembered.
#[derive(Clone, Default)]
pub(super) struct Remembered(Arc<Mutex<HashMap<OrganizationId, Entry>>>);

struct Entry {
    version: i64,
    read_at: Timestamp,
    charges: Arc<Charges>,
}

/// What a merchant charges, remembered or read in two statements, and what is known of the discounts that a session asks
/// for, in one where somebody asks.
pub(super) async fn charges(
    (app, tx, of): (&App, &Tx, &Organization),
    codes: &[String],
    customer_key: &str,
    (asked_by, now): (Option<SessionId>, Timestamp),
) -> Result<(Arc<Charges>, Known), StoreError> {
    let asked = (asked_by, now);
    if let Some(charges) = app.remembered.get(of, now) {
        let known = discount::look_up(tx, (codes, Some(&charges.automatic)), customer_key, asked).await?;
        return Ok((charges, known));
    }
    let (zones, tax_rates) = (shipping::zones(tx).await?.into(), tax::rates(tx).await?.into());
    let known = discount::look_up(tx, (codes, None), customer_key, asked).await?;
    let automatic = known.automatic.iter().map(|(discount, _)| discount.clone()).collect();
    let charges = Arc::new(Charges { zones, tax_rates, automatic });
    app.remembered.put(of, Arc::clone(&charges), now);
    Ok((charges, known))
}

/// The zones alone: remembered, or read in one statement.
pub(super) async fn zones(app: &App, tx: &Tx, of: &Organization) -> Result<Arc<[Zone]>, StoreError> {
    match app.remembered.get(of, app.now()) {
        Some(charges) => Ok(Arc::clone(&charges.zones)),
        None => Ok(shipping::zones(tx).await?.into()),
    }
}

impl Remembered {
    pub(super) fn get(&self, of: &Organization, now: Timestamp) -> Option<Arc<Charges>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = all.get(&of.id)?;
        let fresh = entry.version == of.terms_version && !(entry.read_at + KEPT).has_come(now);
        fresh.then(|| Arc::clone(&entry.charges))
    }

    fn put(&self, of: &Organization, charges: Arc<Charges>, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MERCHANTS_MAX && !all.contains_key(&of.id) {
            // Seldom, and whoever is asked for again is soon back.
            all.clear();
        }
        all.insert(of.id, Entry { version: of.terms_version, read_at: now, charges });
    }
}
