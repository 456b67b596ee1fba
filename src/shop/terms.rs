//! What a shop adds and takes off: taxes and discounts.
//!
//! **Invariant:** one tax a place, class and name; one discount a code, without regard to case; a discount that
//! states an amount states its currency.

use std::collections::BTreeSet;

use super::{
    file::{DiscountEntry, TaxEntry},
    reading::Reading,
};
use crate::{
    domain::{
        currency::Currency,
        discount::{Discount, Effect},
        ids::{DiscountId, TaxRateId},
        tax::TaxRate,
    },
    store::discount::code_key,
};

/// The taxes, in the order of the file.
pub(super) fn tax_rates(reading: &mut Reading, entries: Vec<TaxEntry>) -> Vec<TaxRate> {
    let mut names = BTreeSet::new();
    let mut found = Vec::new();
    for (place, entry) in entries.into_iter().enumerate() {
        let path = format!("taxes[{place}]");
        let region = entry.region.as_deref().unwrap_or_default();
        let name = format!("{}/{region}/{}/{}", entry.country, entry.class, entry.name);
        reading.once(&mut names, &path, &name);
        found.extend(tax_rate(reading, &path, &name, entry));
    }
    found
}

fn tax_rate(reading: &mut Reading, path: &str, unique: &str, entry: TaxEntry) -> Option<TaxRate> {
    let name = reading.text(&format!("{path}.name"), entry.name);
    let country = reading.country(&format!("{path}.country"), &entry.country);
    let region =
        reading.maybe(entry.region, |reading, code| reading.region(&format!("{path}.region"), &code));
    let class = reading.part(&format!("{path}.class"), entry.class);
    let rate = reading.fraction(&format!("{path}.rate"), &entry.rate);
    Some(TaxRate {
        id: TaxRateId::from_uuid(reading.id(&format!("tax/{unique}"))),
        name: name?,
        country: country?,
        region: region?,
        class: class?,
        rate: rate?,
        on_shipping: entry.on_shipping,
    })
}

/// The discounts.
pub(super) fn discounts(reading: &mut Reading, entries: Vec<DiscountEntry>) -> Vec<Discount> {
    let mut codes = BTreeSet::new();
    let mut found = Vec::new();
    for (place, entry) in entries.into_iter().enumerate() {
        let path = format!("discounts[{place}]");
        reading.once(&mut codes, &format!("{path}.code"), &code_key(&entry.code));
        found.extend(discount(reading, &path, entry));
    }
    found
}

fn discount(reading: &mut Reading, path: &str, entry: DiscountEntry) -> Option<Discount> {
    let at = |name: &str| format!("{path}.{name}");
    let currency =
        reading.maybe(entry.currency.as_ref(), |reading, code| reading.currency(&at("currency"), code))?;
    let effect = effect(reading, path, currency, &entry);
    let subtotal_min = reading.maybe(entry.subtotal_min, |reading, text| {
        let currency = reading.taken(&at("subtotal_min"), currency.ok_or(NO_CURRENCY))?;
        reading.amount(&at("subtotal_min"), &text, currency)
    });
    let window = reading.window((&at("starts_at"), &at("ends_at")), (entry.starts_at, entry.ends_at));
    let title = reading.text(&at("title"), entry.title);
    let code = reading.text(&at("code"), entry.code)?;
    let (starts_at, ends_at) = window?;
    Some(Discount {
        id: DiscountId::from_uuid(reading.id(&format!("discount/{}", code_key(&code)))),
        code,
        title: title?,
        effect: effect?,
        currency,
        subtotal_min: subtotal_min?,
        starts_at,
        ends_at,
        active: entry.active,
        usage_limit: entry.usage_limit.map(i64::from),
        customer_limit: entry.customer_limit.map(i64::from),
        combinable: entry.combinable,
        priority: entry.priority,
    })
}

const NO_CURRENCY: &str = "an amount needs the discount's currency";

fn effect(
    reading: &mut Reading,
    path: &str,
    currency: Option<Currency>,
    entry: &DiscountEntry,
) -> Option<Effect> {
    match (&entry.percentage, &entry.amount, entry.free_shipping) {
        (Some(rate), None, false) => {
            reading.fraction(&format!("{path}.percentage"), rate).map(Effect::Percentage)
        }
        (None, Some(amount), false) => {
            let path = format!("{path}.amount");
            let currency = reading.taken(&path, currency.ok_or(NO_CURRENCY))?;
            reading.amount(&path, amount, currency).map(Effect::Fixed)
        }
        (None, None, true) => Some(Effect::FreeShipping),
        (Some(_) | None, Some(_) | None, true | false) => {
            reading.fault(path, "exactly one of percentage, amount, free_shipping");
            None
        }
    }
}
