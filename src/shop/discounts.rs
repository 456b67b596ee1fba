//! What a shop takes off, by code or by itself.
//!
//! **Invariant:** one discount a code, without regard to case, and one automatic discount a title; a discount that states
//! an amount states its currency; goods, zones and rates that it names are in the file.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{
    customers::Words,
    file::File,
    file_terms::{BuyGetEntry, DiscountEntry, GoodsEntry},
    reading::Reading,
};
use crate::{
    domain::{
        buy_get::BuyGet,
        currency::Currency,
        discount::{AUTOMATIC_MAX, Beside, Conditions, Discount, Effect, Freed, Per},
        ids::{DiscountId, ProductId, RateId, VariantId, ZoneId},
        scope::Scope,
    },
    store::discount::code_key,
};

/// What of the file discounts may name, whether or not it is otherwise at fault.
pub(super) struct Known {
    products: BTreeMap<String, ProductId>,
    variants: BTreeMap<String, VariantId>,
    tags: BTreeSet<String>,
    customer_tags: BTreeSet<String>,
    zones: BTreeMap<String, ZoneId>,
    /// As Zone/Rate: one of that name stands once in each currency, and all of them are meant.
    rates: BTreeMap<String, Vec<RateId>>,
}

impl Known {
    /// The names in a file.
    pub fn of(reading: &Reading, file: &File) -> Self {
        let product = |slug: &str| ProductId::from_uuid(reading.id(&format!("product/{slug}")));
        let variant = |sku: &str| VariantId::from_uuid(reading.id(&format!("variant/{sku}")));
        let zone = |name: &str| ZoneId::from_uuid(reading.id(&format!("zone/{name}")));
        let mut rates: BTreeMap<String, Vec<RateId>> = BTreeMap::new();
        for (zone, rate) in file.zones.iter().flat_map(|zone| zone.rates.iter().map(move |rate| (zone, rate)))
        {
            let id = reading.id(&format!("rate/{}/{}/{}", zone.name, rate.currency, rate.name));
            rates.entry(format!("{}/{}", zone.name, rate.name)).or_default().push(RateId::from_uuid(id));
        }
        let variants = file.products.iter().flat_map(|entry| &entry.variants);
        Self {
            products: file.products.iter().map(|entry| (entry.slug.clone(), product(&entry.slug))).collect(),
            variants: variants.map(|entry| (entry.sku.clone(), variant(&entry.sku))).collect(),
            tags: file.products.iter().flat_map(|entry| entry.tags.iter().cloned()).collect(),
            customer_tags: Words::of(&file.customers).tags,
            zones: file.zones.iter().map(|entry| (entry.name.clone(), zone(&entry.name))).collect(),
            rates,
        }
    }

    /// A variant by SKU.
    pub fn variant(&self, sku: &str) -> Option<VariantId> {
        self.variants.get(sku).copied()
    }
}

/// The discounts.
pub(super) fn discounts(reading: &mut Reading, entries: Vec<DiscountEntry>, known: &Known) -> Vec<Discount> {
    let (mut codes, mut titles) = (BTreeSet::new(), BTreeSet::new());
    let mut found: Vec<Discount> = Vec::new();
    for (place, entry) in entries.into_iter().enumerate() {
        let path = format!("discounts[{place}]");
        match &entry.code {
            Some(code) => reading.once(&mut codes, &format!("{path}.code"), &code_key(code)),
            None => reading.once(&mut titles, &format!("{path}.title"), &entry.title),
        }
        found.extend(discount(reading, &path, entry, known));
        let automatic = found.iter().filter(|one| one.code.is_none() && one.active).count();
        if automatic == AUTOMATIC_MAX + 1 && found.last().is_some_and(|one| one.code.is_none()) {
            reading.fault(&path, format_args!("more than {AUTOMATIC_MAX} active ones without a code"));
        }
    }
    found
}

fn discount(reading: &mut Reading, path: &str, mut entry: DiscountEntry, known: &Known) -> Option<Discount> {
    let at = |name: &str| format!("{path}.{name}");
    let currency =
        reading.maybe(entry.currency.as_ref(), |reading, code| reading.currency(&at("currency"), code))?;
    let effect = effect(reading, path, currency, (&mut entry, known));
    let goods = GoodsEntry {
        products: std::mem::take(&mut entry.products),
        skus: std::mem::take(&mut entry.skus),
        tags: std::mem::take(&mut entry.tags),
    };
    let scope = scope(reading, path, &goods, known);
    let conditions = conditions(reading, path, currency, (&mut entry, known));
    let beside = beside(reading, &at("beside"), entry.beside.as_deref(), entry.combinable);
    let window = reading.window((&at("starts_at"), &at("ends_at")), (entry.starts_at, entry.ends_at));
    let title = reading.text(&at("title"), entry.title)?;
    let code = reading.maybe(entry.code, |reading, code| reading.text(&at("code"), code))?;
    let name = code
        .as_deref()
        .map_or_else(|| format!("automatic-discount/{title}"), |code| format!("discount/{}", code_key(code)));
    let (starts_at, ends_at) = window?;
    Some(Discount {
        id: DiscountId::from_uuid(reading.id(&name)),
        code,
        title,
        effect: effect?,
        scope: scope?,
        conditions: conditions?,
        starts_at,
        ends_at,
        active: entry.active,
        usage_limit: entry.usage_limit.map(i64::from),
        customer_limit: entry.customer_limit.map(i64::from),
        beside: beside?,
        priority: entry.priority,
    })
}

const NO_CURRENCY: &str = "an amount needs the discount's currency";
const ONE_EFFECT: &str = "exactly one of percentage, amount, free_shipping, buy_get";

fn effect(
    reading: &mut Reading,
    path: &str,
    currency: Option<Currency>,
    (entry, known): (&mut DiscountEntry, &Known),
) -> Option<Effect> {
    let per = [("order", Per::Order), ("line", Per::Line), ("unit", Per::Unit)];
    let per = reading
        .maybe(entry.per.as_deref(), |reading, word| reading.word(&format!("{path}.per"), word, &per))?;
    if per.is_some_and(|per| per != Per::Order) && entry.amount.is_none() {
        reading.fault(&format!("{path}.per"), "only an amount is taken so");
    }
    let names_rates = !entry.zones.is_empty() || !entry.rates.is_empty();
    if names_rates && !entry.free_shipping {
        reading.fault(path, "zones and rates are named with free_shipping only");
    }
    match (&entry.percentage, &entry.amount, entry.free_shipping, entry.buy_get.take()) {
        (Some(rate), None, false, None) => {
            reading.fraction(&format!("{path}.percentage"), rate).map(Effect::Percentage)
        }
        (None, Some(amount), false, None) => {
            let path = format!("{path}.amount");
            let currency = reading.taken(&path, currency.ok_or(NO_CURRENCY))?;
            let amount = reading.amount(&path, amount, currency)?;
            Some(Effect::Fixed { amount, per: per.unwrap_or_default() })
        }
        (None, None, true, None) => freed(reading, path, entry, known).map(Effect::FreeShipping),
        (None, None, false, Some(deal)) => {
            buy_get(reading, &format!("{path}.buy_get"), deal, known).map(Effect::BuyGet)
        }
        (Some(_) | None, Some(_) | None, true | false, Some(_) | None) => {
            reading.fault(path, ONE_EFFECT);
            None
        }
    }
}

fn freed(reading: &mut Reading, path: &str, entry: &DiscountEntry, known: &Known) -> Option<Freed> {
    let zones = named(reading, &format!("{path}.zones"), &entry.zones, |name| known.zones.get(name).copied());
    let rates = named(reading, &format!("{path}.rates"), &entry.rates, |name| known.rates.get(name).cloned());
    Some(Freed { rates: rates?.concat(), zones: zones? })
}

/// What names stand for; a fault for each that is not in the file.
pub(super) fn named<T>(
    reading: &mut Reading,
    path: &str,
    names: &[String],
    find: impl Fn(&str) -> Option<T>,
) -> Option<Vec<T>> {
    let mut found = Vec::new();
    for (place, name) in names.iter().enumerate() {
        found
            .push(reading.taken(&format!("{path}[{place}]"), find(name).ok_or("names nothing of this file")));
    }
    found.into_iter().collect()
}

fn buy_get(reading: &mut Reading, path: &str, entry: BuyGetEntry, known: &Known) -> Option<BuyGet> {
    let buy = scope(reading, &format!("{path}.buy"), &entry.buy, known);
    let get = scope(reading, &format!("{path}.get"), &entry.get, known);
    let off = reading.maybe(entry.percentage, |reading, written| {
        reading.fraction(&format!("{path}.percentage"), &written)
    });
    Some(BuyGet {
        buy: buy?,
        buy_quantity: entry.buy_quantity.into(),
        get: get?,
        get_quantity: entry.get_quantity.into(),
        off: off?.unwrap_or(Decimal::ONE),
        times_max: entry.times_max.map(i64::from),
    })
}

fn scope(reading: &mut Reading, path: &str, entry: &GoodsEntry, known: &Known) -> Option<Scope> {
    let at = |name: &str| format!("{path}.{name}");
    let products = named(reading, &at("products"), &entry.products, |slug| known.products.get(slug).copied());
    let variants = named(reading, &at("skus"), &entry.skus, |sku| known.variants.get(sku).copied());
    let tags = named(reading, &at("tags"), &entry.tags, |tag| known.tags.get(tag).cloned());
    Some(Scope { products: products?, variants: variants?, tags: tags? })
}

fn conditions(
    reading: &mut Reading,
    path: &str,
    currency: Option<Currency>,
    (entry, known): (&mut DiscountEntry, &Known),
) -> Option<Conditions> {
    let at = |name: &str| format!("{path}.{name}");
    let subtotal_min = reading.maybe(entry.subtotal_min.take(), |reading, text| {
        let currency = reading.taken(&at("subtotal_min"), currency.ok_or(NO_CURRENCY))?;
        reading.amount(&at("subtotal_min"), &text, currency)
    });
    let mut countries = Vec::new();
    for (place, code) in entry.countries.iter().enumerate() {
        countries.push(reading.country(&at(&format!("countries[{place}]")), code));
    }
    let mut domains = Vec::new();
    for (place, domain) in entry.email_domains.iter().enumerate() {
        let plain = domain.contains('.') && !domain.contains(['@', '/', ' ']);
        let read = plain.then(|| domain.to_lowercase()).ok_or("not a domain such as example.org");
        domains.push(reading.taken(&at(&format!("email_domains[{place}]")), read));
    }
    let tag = |tag: &str| known.customer_tags.get(tag).cloned();
    let customer_tags = named(reading, &at("customer_tags"), &entry.customer_tags, tag);
    Some(Conditions {
        currency,
        subtotal_min: subtotal_min?,
        quantity_min: entry.quantity_min.map(i64::from),
        first_order: entry.first_order,
        email_domains: domains.into_iter().collect::<Option<_>>()?,
        countries: countries.into_iter().collect::<Option<_>>()?,
        customer_tags: customer_tags?,
    })
}

fn beside(reading: &mut Reading, path: &str, words: Option<&[String]>, combinable: bool) -> Option<Beside> {
    let Some(words) = words else {
        return Some(if combinable { Beside::ALL } else { Beside::NONE });
    };
    if !combinable {
        reading.fault(path, "names kinds, and combinable says none");
    }
    for (place, word) in words.iter().enumerate() {
        let known = [("lines", ()), ("order", ()), ("shipping", ())];
        reading.word(&format!("{path}[{place}]"), word, &known)?;
    }
    let named = |kind: &str| words.iter().any(|word| word == kind);
    Some(Beside { lines: named("lines"), order: named("order"), shipping: named("shipping") })
}
