//! What some customers pay, or everybody for a while.
//!
//! **Invariant:** a list asks for each variant, quantity and currency once, and never more than the variant costs without
//! it; variants and groups that it names are in the file.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    customers::Words,
    discounts::{Known, named},
    file_prices::{ListedPriceEntry, PriceListEntry},
    reading::Reading,
};
use crate::domain::{
    catalog::{Product, Variant},
    ids::{PriceListId, VariantId},
    price::{ListTerms, ListedPrice, PriceList},
};

/// What price lists may name: variants, whether or not they are at fault; those that are not, with their prices; groups.
pub(super) struct Named<'a> {
    known: &'a Known,
    variants: BTreeMap<VariantId, &'a Variant>,
    words: &'a Words,
}

impl<'a> Named<'a> {
    /// Of a file.
    pub fn new(known: &'a Known, products: &'a [(Product, Vec<Variant>)], words: &'a Words) -> Self {
        let variants = products.iter().flat_map(|(_, variants)| variants);
        Self { known, variants: variants.map(|variant| (variant.id, variant)).collect(), words }
    }
}

/// The price lists.
pub(super) fn price_lists(
    reading: &mut Reading,
    entries: Vec<PriceListEntry>,
    of: &Named<'_>,
) -> Vec<PriceList> {
    let mut names = BTreeSet::new();
    let mut found = Vec::new();
    for (place, entry) in entries.into_iter().enumerate() {
        let path = format!("price_lists[{place}]");
        reading.once(&mut names, &format!("{path}.name"), &entry.name);
        found.extend(list(reading, &path, entry, of));
    }
    found
}

fn list(reading: &mut Reading, path: &str, entry: PriceListEntry, of: &Named<'_>) -> Option<PriceList> {
    let at = |name: &str| format!("{path}.{name}");
    let groups = named(reading, &at("groups"), &entry.groups, |group| of.words.groups.get(group).cloned());
    let window = reading.window((&at("starts_at"), &at("ends_at")), (entry.starts_at, entry.ends_at));
    let mut seen = BTreeSet::new();
    let mut prices = Vec::new();
    for (place, entry) in entry.prices.iter().enumerate() {
        let path = format!("{path}.prices[{place}]");
        let twice = format!("{} from {}", entry.sku, entry.from);
        reading.once(&mut seen, &path, &twice);
        prices.push(listed(reading, &path, entry, of));
    }
    let name = reading.text(&at("name"), entry.name)?;
    let (starts_at, ends_at) = window?;
    Some(PriceList {
        id: PriceListId::from_uuid(reading.id(&format!("price-list/{name}"))),
        name,
        terms: ListTerms { groups: groups?, starts_at, ends_at },
        active: entry.active,
        prices: prices.into_iter().collect::<Option<Vec<_>>>()?.concat(),
    })
}

fn listed(
    reading: &mut Reading,
    path: &str,
    entry: &ListedPriceEntry,
    of: &Named<'_>,
) -> Option<Vec<ListedPrice>> {
    let named = of.known.variant(&entry.sku).ok_or("names nothing of this file");
    let id = reading.taken(&format!("{path}.sku"), named)?;
    // One that is at fault is told of elsewhere, and its prices are not known.
    let variant = of.variants.get(&id);
    let mut found = Vec::new();
    for (code, written) in &entry.prices {
        let path = format!("{path}.prices.{code}");
        let currency = reading.currency(&path, code);
        let amount = currency.and_then(|currency| reading.amount(&path, written, currency));
        let read = currency.zip(amount);
        if let (Some((currency, amount)), Some(variant)) = (read, variant) {
            match variant.price_in(currency) {
                None => reading.fault(&path, "without a price in this currency"),
                Some(price) if amount > price.list => reading.fault(&path, "above the price"),
                Some(_) => {}
            }
        }
        found.push(read.map(|(currency, price)| ListedPrice {
            variant: id,
            currency,
            quantity_min: entry.from.into(),
            price,
        }));
    }
    found.into_iter().collect()
}
