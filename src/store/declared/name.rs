//! What rows that are known by others' names are called.
//!
//! **Invariant:** a name is for reading; what is equal is decided by ids.

use std::collections::HashMap;

use uuid::Uuid;

use super::Rows;

/// SKUs, slugs and names of zones and rates by id.
#[derive(Default)]
pub(super) struct Names {
    variants: HashMap<Uuid, String>,
    products: HashMap<Uuid, String>,
    zones: HashMap<Uuid, String>,
    rates: HashMap<Uuid, String>,
}

impl Names {
    /// The names in any of these rows.
    pub(super) fn of(all: &[&Rows]) -> Self {
        let mut names = Self::default();
        for rows in all {
            let sku =
                |row: &entity::variant::Model| (row.id, row.sku.clone().unwrap_or_else(|| row.title.clone()));
            names.variants.extend(rows.variants.iter().map(sku));
            names.products.extend(rows.products.iter().map(|row| (row.id, row.slug.clone())));
            names.zones.extend(rows.zones.iter().map(|row| (row.id, row.name.clone())));
            let rates = rows.rates.iter().map(|row| {
                let zone = found(&names.zones, row.zone_id);
                (row.id, format!("{zone}/{} ({})", row.name, row.currency))
            });
            names.rates.extend(rates);
        }
        names
    }

    pub(super) fn variant(&self, id: Uuid) -> String {
        found(&self.variants, id)
    }

    pub(super) fn product(&self, id: Uuid) -> String {
        found(&self.products, id)
    }

    pub(super) fn zone(&self, id: Uuid) -> String {
        found(&self.zones, id)
    }

    pub(super) fn rate(&self, id: Uuid) -> String {
        found(&self.rates, id)
    }
}

fn found(names: &HashMap<Uuid, String>, id: Uuid) -> String {
    names.get(&id).cloned().unwrap_or_else(|| id.simple().to_string())
}
