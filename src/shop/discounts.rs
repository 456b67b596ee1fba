//! What a shop takes off, by code or by itself.
//!
//! **Invariant:** one discount a code, without regard to case, and one automatic discount a title; a discount that states
//! an amount states its currency; goods, zones and rates that it names are in the file.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{
    file_terms::{BuyGetEntry, DiscountEntry, GoodsEntry},
    reading::Reading,
};
use crate::{
    domain::{
        buy_get::BuyGet,
        catalog::{Product, Variant},
        currency::Currency,
        discount::{AUTOMATIC_MAX, Beside, Conditions, Discount, Effect, Freed, Per},
        ids::{DiscountId, ProductId, VariantId},
        scope::Scope,
        shipping::Zone,
    },
    store::discount::code_key,
};

/// What of the file discounts may name.
pub(super) struct Known<'a> {
    /// The products with their variants.
    pub products: &'a [(Product, Vec<Variant>)],
    /// The zones with their rates.
    pub zones: &'a [Zone],
}

/// The discounts.
pub(super) fn discounts(
    reading: &mut Reading,
    entries: Vec<DiscountEntry>,
    known: &Known<'_>,
) -> Vec<Discount> {
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

fn discount(
    reading: &mut Reading,
    path: &str,
    mut entry: DiscountEntry,
    known: &Known<'_>,
) -> Option<Discount> {
    let at = |name: &str| format!("{path}.{name}");
    let currency =
        reading.maybe(entry.currency.as_ref(), |reading, code| reading.currency(&at("currency"), code))?;
    let effect = effect(reading, path, currency, (&mut entry, known));
    let goods = GoodsEntry {
        products: std::mem::take(&mut entry.products),
        skus: std::mem::take(&mut entry.skus),
        tags: std::mem::take(&mut entry.tags),
    };
    let scope = scope(reading, path, goods, known);
    let conditions = conditions(reading, path, currency, &mut entry);
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
    (entry, known): (&mut DiscountEntry, &Known<'_>),
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

fn freed(reading: &mut Reading, path: &str, entry: &DiscountEntry, known: &Known<'_>) -> Option<Freed> {
    let mut zones = Vec::new();
    for (place, name) in entry.zones.iter().enumerate() {
        let found = known.zones.iter().find(|zone| zone.name == *name).map(|zone| zone.id);
        zones.push(reading.taken(&format!("{path}.zones[{place}]"), found.ok_or("not a zone of this file")));
    }
    let mut rates = Vec::new();
    for (place, name) in entry.rates.iter().enumerate() {
        // A rate of that name stands once in each currency; all of them are meant.
        let (zone, rate) = name.split_once('/').unwrap_or((name, ""));
        let of_zone = known.zones.iter().filter(|known| known.name == zone).flat_map(|zone| &zone.rates);
        let found: Vec<_> = of_zone.filter(|known| known.name == rate).map(|rate| rate.id).collect();
        let found = if found.is_empty() { Err("not a rate of this file, as Zone/Rate") } else { Ok(found) };
        rates.push(reading.taken(&format!("{path}.rates[{place}]"), found));
    }
    let rates: Option<Vec<Vec<_>>> = rates.into_iter().collect();
    Some(Freed { rates: rates?.concat(), zones: zones.into_iter().collect::<Option<_>>()? })
}

fn buy_get(reading: &mut Reading, path: &str, entry: BuyGetEntry, known: &Known<'_>) -> Option<BuyGet> {
    let buy = scope(reading, &format!("{path}.buy"), entry.buy, known);
    let get = scope(reading, &format!("{path}.get"), entry.get, known);
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

fn scope(reading: &mut Reading, path: &str, entry: GoodsEntry, known: &Known<'_>) -> Option<Scope> {
    let product = |slug: &str| -> Option<ProductId> {
        known.products.iter().find(|(product, _)| product.slug == slug).map(|(product, _)| product.id)
    };
    let variant = |sku: &str| -> Option<VariantId> {
        let mut variants = known.products.iter().flat_map(|(_, variants)| variants);
        variants.find(|variant| variant.sku.as_deref() == Some(sku)).map(|variant| variant.id)
    };
    let is_tag =
        |tag: &str| known.products.iter().any(|(product, _)| product.tags.iter().any(|of| of == tag));
    let mut products = Vec::new();
    for (place, slug) in entry.products.iter().enumerate() {
        let found = product(slug).ok_or("not a product of this file");
        products.push(reading.taken(&format!("{path}.products[{place}]"), found));
    }
    let mut variants = Vec::new();
    for (place, sku) in entry.skus.iter().enumerate() {
        let found = variant(sku).ok_or("not a SKU of this file");
        variants.push(reading.taken(&format!("{path}.skus[{place}]"), found));
    }
    for (place, tag) in entry.tags.iter().enumerate() {
        if !is_tag(tag) {
            reading.fault(&format!("{path}.tags[{place}]"), "not a tag of a product of this file");
        }
    }
    Some(Scope {
        products: products.into_iter().collect::<Option<_>>()?,
        variants: variants.into_iter().collect::<Option<_>>()?,
        tags: entry.tags,
    })
}

fn conditions(
    reading: &mut Reading,
    path: &str,
    currency: Option<Currency>,
    entry: &mut DiscountEntry,
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
    Some(Conditions {
        currency,
        subtotal_min: subtotal_min?,
        quantity_min: entry.quantity_min.map(i64::from),
        first_order: entry.first_order,
        email_domains: domains.into_iter().collect::<Option<_>>()?,
        countries: countries.into_iter().collect::<Option<_>>()?,
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
