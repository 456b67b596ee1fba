//! What a shop adds: taxes.
//!
//! **Invariant:** one tax a place, class and name.

use std::collections::BTreeSet;

use super::{file_terms::TaxEntry, reading::Reading};
use crate::domain::{
    ids::TaxRateId,
    postal::{Pattern, Postal},
    tax::TaxRate,
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
    let postal = postal(reading, path, (&entry.postal, &entry.postal_except));
    Some(TaxRate {
        id: TaxRateId::from_uuid(reading.id(&format!("tax/{unique}"))),
        name: name?,
        country: country?,
        region: region?,
        postal: postal?,
        class: class?,
        rate: rate?,
        compound: entry.compound,
        on_shipping: entry.on_shipping,
    })
}

/// Patterns of postal codes that are meant, and of those that are not.
pub(super) fn postal(
    reading: &mut Reading,
    path: &str,
    (only, except): (&[String], &[String]),
) -> Option<Postal> {
    let mut read = |name: &str, written: &[String]| {
        let each = |(place, text): (usize, &String)| {
            reading.taken(&format!("{path}.{name}[{place}]"), text.parse::<Pattern>())
        };
        let all: Vec<Option<Pattern>> = written.iter().enumerate().map(each).collect();
        all.into_iter().collect::<Option<Vec<Pattern>>>()
    };
    let (only, except) = (read("postal", only), read("postal_except", except));
    Some(Postal { only: only?, except: except? })
}
