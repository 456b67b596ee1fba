//! Zones and shipping rates.
//!
//! **Invariant:** a zone covers something, a rate has exactly one way to its price, and bands rise.

use std::collections::BTreeSet;

use super::{
    file::{RateEntry, ZoneEntry},
    reading::Reading,
};
use crate::domain::{
    currency::Currency,
    ids::{RateId, ZoneId},
    shipping::{Band, Charge, Rate, Zone},
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
    let rates = rates(reading, path, &entry.name, entry.rates);
    let name = reading.part(&format!("{path}.name"), entry.name)?;
    Some(Zone {
        id: ZoneId::from_uuid(reading.id(&format!("zone/{name}"))),
        name,
        countries: countries.into_iter().collect::<Option<_>>()?,
        regions: entry.regions,
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
        free_from: free_from?,
        subtotal_min: subtotal_min?,
        subtotal_max: subtotal_max?,
        delivery_days: entry.delivery_days.map(|(min, max)| (min.into(), max.into())),
        sort_order: 0,
    })
}

fn charge(reading: &mut Reading, path: &str, currency: Currency, entry: &RateEntry) -> Option<Charge> {
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
            reading.fault(path, "exactly one of price, by_weight, by_subtotal");
            None
        }
    }
}

fn rising(reading: &mut Reading, path: &str, bands: Vec<Option<Band>>) -> Option<Vec<Band>> {
    let bands: Vec<Band> = bands.into_iter().collect::<Option<_>>()?;
    let rises = bands.is_sorted_by(|a, b| a.up_to < b.up_to) && !bands.is_empty();
    reading.taken(path, rises.then_some(bands).ok_or("at least one band, the lowest first, no bound twice"))
}
