//! Zones and shipping rates.
//!
//! **Invariant:** a zone covers something, a rate has exactly one way to its price, and bands rise.

use std::collections::BTreeSet;

use super::{
    file_terms::{PickupEntry, RateEntry, ZoneEntry},
    reading::Reading,
    terms::postal,
};
use crate::domain::{
    buyer::Address,
    currency::Currency,
    ids::{RateId, ZoneId},
    money::Minor,
    shipping::{Band, Charge, PickupPoint, Rate, Zone},
};

/// The zones, in the order of the file.
pub(super) fn zones(reading: &mut Reading, entries: Vec<ZoneEntry>) -> Vec<Zone> {
    let mut names = BTreeSet::new();
    let mut found = Vec::new();
    for (sort_order, entry) in (0..).zip(entries) {
        let path = format!("zones[{sort_order}]");
        reading.once(&mut names, &format!("{path}.name"), &entry.name);
        found.extend(zone(reading, &path, entry).map(|zone| Zone { sort_order, ..zone }));
    }
    found
}

fn zone(reading: &mut Reading, path: &str, entry: ZoneEntry) -> Option<Zone> {
    if entry.rest_of_world != (entry.countries.is_empty() && entry.regions.is_empty()) {
        reading.fault(path, "names countries or regions, or is the rest of the world: one of both");
    }
    let mut countries = Vec::new();
    for (place, code) in entry.countries.iter().enumerate() {
        countries.push(reading.country(&format!("{path}.countries[{place}]"), code));
    }
    for (place, region) in entry.regions.iter().enumerate() {
        let path = format!("{path}.regions[{place}]");
        let (country, code) = region.split_once('-').unwrap_or((region, ""));
        if reading.country(&path, country).is_some() {
            reading.region(&path, code);
        }
    }
    let postal = postal(reading, path, (&entry.postal, &entry.postal_except));
    if entry.rest_of_world && !(entry.postal.is_empty() && entry.postal_except.is_empty()) {
        reading.fault(path, "the rest of the world has no postal codes of its own");
    }
    let rates = rates(reading, path, &entry.name, entry.rates);
    let name = reading.part(&format!("{path}.name"), entry.name)?;
    Some(Zone {
        id: ZoneId::from_uuid(reading.id(&format!("zone/{name}"))),
        name,
        countries: countries.into_iter().collect::<Option<_>>()?,
        regions: entry.regions,
        postal: postal?,
        rest_of_world: entry.rest_of_world,
        sort_order: 0,
        rates: rates?,
    })
}

fn rates(reading: &mut Reading, path: &str, zone: &str, entries: Vec<RateEntry>) -> Option<Vec<Rate>> {
    let mut names = BTreeSet::new();
    let mut found = Vec::new();
    for (place, entry) in (0..).zip(entries) {
        let path = format!("{path}.rates[{place}]");
        // A session sees the rates of its currency only, so one name may stand once in each.
        reading.once(&mut names, &format!("{path}.name"), &format!("{}/{}", entry.currency, entry.name));
        found.push(rate(reading, &path, zone, entry).map(|rate| Rate { sort_order: place, ..rate }));
    }
    found.into_iter().collect()
}

fn rate(reading: &mut Reading, path: &str, zone: &str, entry: RateEntry) -> Option<Rate> {
    let at = |name: &str| format!("{path}.{name}");
    let name = reading.text(&at("name"), entry.name.clone());
    let currency = reading.currency(&at("currency"), &entry.currency)?;
    let charge = charge(reading, path, currency, &entry);
    let mut bound = |field: &str, written: Option<String>| {
        reading.maybe(written, |reading, text| reading.amount(&at(field), &text, currency))
    };
    let free_from = bound("free_from", entry.free_from);
    let subtotal_min = bound("subtotal_min", entry.subtotal_min);
    let subtotal_max = bound("subtotal_max", entry.subtotal_max);
    let handling = bound("handling", entry.handling);
    let pickup = reading.maybe(entry.pickup, |reading, entry| pickup(reading, &at("pickup"), entry));
    if entry.delivery_days.is_some_and(|(min, max)| min > max) {
        reading.fault(&at("delivery_days"), "the earliest day first");
    }
    let name = name?;
    Some(Rate {
        id: RateId::from_uuid(reading.id(&format!("rate/{zone}/{currency}/{name}"))),
        name,
        description: entry.description,
        currency,
        charge: charge?,
        handling: handling?.unwrap_or(Minor::ZERO),
        pickup: pickup?,
        free_from: free_from?,
        subtotal_min: subtotal_min?,
        subtotal_max: subtotal_max?,
        delivery_days: entry.delivery_days.map(|(min, max)| (min.into(), max.into())),
        sort_order: 0,
    })
}

fn pickup(reading: &mut Reading, path: &str, entry: PickupEntry) -> Option<PickupPoint> {
    let country = reading.country(&format!("{path}.country"), &entry.country);
    let region =
        reading.maybe(entry.region, |reading, code| reading.region(&format!("{path}.region"), &code));
    let name = reading.text(&format!("{path}.name"), entry.name);
    let address1 = reading.text(&format!("{path}.address1"), entry.address1);
    let city = reading.text(&format!("{path}.city"), entry.city);
    let address = Address {
        company: name.clone(),
        address1: Some(address1?),
        city: Some(city?),
        region_code: region?,
        postal_code: entry.postal_code,
        country: Some(country?),
        ..Address::default()
    };
    if let Some(part) = address.missing().into_iter().chain(address.wrong()).next() {
        reading.fault(path, format_args!("{} is missing or not one of its country", part.field()));
    }
    Some(PickupPoint { name: name?, address })
}

fn charge(reading: &mut Reading, path: &str, currency: Currency, entry: &RateEntry) -> Option<Charge> {
    if let Some(per_item) = &entry.per_item {
        let alone = entry.price.is_none() && entry.by_weight.is_none() && entry.by_subtotal.is_none();
        reading.taken(path, alone.then_some(()).ok_or(ONE_PRICE))?;
        let base = reading.amount(&format!("{path}.per_item.base"), &per_item.base, currency);
        let each = reading.amount(&format!("{path}.per_item.each"), &per_item.each, currency);
        return base.zip(each).map(|(base, each)| Charge::PerItem { base, each });
    }
    match (&entry.price, &entry.by_weight, &entry.by_subtotal) {
        (Some(price), None, None) => {
            reading.amount(&format!("{path}.price"), price, currency).map(Charge::Flat)
        }
        (None, Some(written), None) => {
            let path = format!("{path}.by_weight");
            let mut bands = Vec::new();
            for (place, band) in written.iter().enumerate() {
                let price = reading.amount(&format!("{path}[{place}].price"), &band.price, currency);
                bands.push(price.map(|price| Band { up_to: i64::from(band.up_to_grams), price }));
            }
            rising(reading, &path, bands).map(Charge::ByWeight)
        }
        (None, None, Some(written)) => {
            let path = format!("{path}.by_subtotal");
            let mut bands = Vec::new();
            for (place, band) in written.iter().enumerate() {
                let up_to = reading.amount(&format!("{path}[{place}].up_to"), &band.up_to, currency);
                let price = reading.amount(&format!("{path}[{place}].price"), &band.price, currency);
                bands.push(up_to.zip(price).map(|(up_to, price)| Band { up_to: up_to.raw(), price }));
            }
            rising(reading, &path, bands).map(Charge::BySubtotal)
        }
        (Some(_) | None, Some(_) | None, Some(_) | None) => {
            reading.fault(path, ONE_PRICE);
            None
        }
    }
}

const ONE_PRICE: &str = "exactly one of price, per_item, by_weight, by_subtotal";

fn rising(reading: &mut Reading, path: &str, bands: Vec<Option<Band>>) -> Option<Vec<Band>> {
    let bands: Vec<Band> = bands.into_iter().collect::<Option<_>>()?;
    let rises = bands.is_sorted_by(|a, b| a.up_to < b.up_to) && !bands.is_empty();
    reading.taken(path, rises.then_some(bands).ok_or("at least one band, the lowest first, no bound twice"))
}
